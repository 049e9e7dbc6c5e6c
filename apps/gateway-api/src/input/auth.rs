//! Who calls.

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderName},
    web::Data,
};
use payment_usecases::{api_keys::authenticate, caller::Caller, error::Error};
use secrecy::{ExposeSecret, SecretString};

use crate::{api::Api, envelope::correlation_id, error::ApiError};

const X_MERCHANT_ID: HeaderName = HeaderName::from_static("x-merchant-id");
const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The merchant whose key the request carries. All failures look alike.
pub(super) async fn caller(api: &Data<Api>, request: &HttpRequest) -> Result<Caller, ApiError> {
    let headers = request.headers();
    let merchant = text(headers, &X_MERCHANT_ID).ok_or(Error::Unauthorized)?.to_owned();
    let key = SecretString::from(text(headers, &X_API_KEY).ok_or(Error::Unauthorized)?);
    let check = |ports| async move { authenticate(&ports, &merchant, key.expose_secret()).await };
    let (merchant, mode) = api.run(check).await?;
    Ok(Caller { merchant, mode, correlation_id: correlation_id(request), keyed: None })
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (None, _) | (Some(_), Some(_)) => None,
    }
}
