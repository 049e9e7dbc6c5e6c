//! Ids in paths.

use std::str::FromStr;

use actix_web::HttpRequest;
use payment_core::id::{EndpointId, InvalidId, PaymentId};
use payment_usecases::error::InvalidField;

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
}

fn id<T: FromStr<Err = InvalidId>>(
    request: &HttpRequest,
    parameter: &str,
) -> Result<T, InvalidField> {
    let text = request.match_info().query(parameter);
    let short = || text.chars().take(100).collect::<String>();
    text.parse().map_err(|error| InvalidField::new(parameter, format!("is {error}"), short()))
}
