//! Ids in paths.

use std::str::FromStr;

use actix_web::HttpRequest;
use payment_core::id::{DeliveryId, EndpointId, EventId, InvalidId, PaymentId, RecoveryId};
use payment_usecases::{
    error::InvalidField,
    view::event::{event_of_public_id, public_event_id},
};

/// What a path names.
pub(crate) trait InPath: Sized {
    /// Reads it from the path of `request`.
    fn read(request: &HttpRequest) -> Result<Self, InvalidField>;

    /// The path of `request` in the one spelling that all requests for the same thing share.
    fn canonical_path(&self, request: &HttpRequest) -> String;
}

/// A path that names nothing.
impl InPath for () {
    fn read(_request: &HttpRequest) -> Result<Self, InvalidField> {
        Ok(())
    }

    fn canonical_path(&self, request: &HttpRequest) -> String {
        request.match_pattern().unwrap_or_default()
    }
}

macro_rules! in_path {
    ($($id:ident $parameter:literal)+) => {$(
        impl InPath for $id {
            fn read(request: &HttpRequest) -> Result<Self, InvalidField> {
                id(request, $parameter)
            }

            fn canonical_path(&self, request: &HttpRequest) -> String {
                let pattern = request.match_pattern().unwrap_or_default();
                pattern.replace(concat!("{", $parameter, "}"), &self.to_string())
            }
        }
    )+};
}

in_path! {
    PaymentId "paymentId"
    EndpointId "endpointId"
    DeliveryId "deliveryId"
    RecoveryId "recoveryId"
}

/// Events have names of their own for merchants.
impl InPath for EventId {
    fn read(request: &HttpRequest) -> Result<Self, InvalidField> {
        let text = request.match_info().query("eventId");
        event_of_public_id(text).ok_or_else(|| {
            let message = "must be evt_ and 32 hexadecimal digits";
            InvalidField::new("eventId", message, shortened(text))
        })
    }

    fn canonical_path(&self, request: &HttpRequest) -> String {
        let pattern = request.match_pattern().unwrap_or_default();
        pattern.replace("{eventId}", &public_event_id(*self))
    }
}

/// One thing of another.
impl<A: InPath, B: InPath> InPath for (A, B) {
    fn read(request: &HttpRequest) -> Result<Self, InvalidField> {
        Ok((A::read(request)?, B::read(request)?))
    }

    /// Only requests with a body have a key, and none of them names two things.
    fn canonical_path(&self, request: &HttpRequest) -> String {
        request.path().to_owned()
    }
}

fn id<T: FromStr<Err = InvalidId>>(
    request: &HttpRequest,
    parameter: &str,
) -> Result<T, InvalidField> {
    let text = request.match_info().query(parameter);
    let wrong = |error| InvalidField::new(parameter, format!("is {error}"), shortened(text));
    text.parse().map_err(wrong)
}

fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}
