//! Requests that change something.

use std::pin::Pin;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    web::{Bytes, Data},
};
use payment_usecases::{
    caller::Caller,
    idempotency::{KeyedRequest, canonical},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{
    body, guard, idempotency_key, json,
    path::InPath,
    query::{NoParameters, head, parameters},
    typed,
};
use crate::{api::Api, error::ApiError};

/// A request of a merchant that changes something: what it names, and its body.
pub(crate) struct Command<P, B> {
    pub(crate) api: Data<Api>,
    pub(crate) caller: Caller,
    pub(crate) path: P,
    pub(crate) body: B,
}

/// The body of a request, field by field.
pub(crate) trait RequestBody: DeserializeOwned + Serialize {
    /// Whether a request may come without it.
    const IS_OPTIONAL: bool;

    /// Whether a field that is null counts as absent.
    const NULL_IS_ABSENT: bool = true;
}

impl<P: InPath, B: RequestBody> FromRequest for Command<P, B> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = body::read(&request, &mut payload).await?;
            let (api, caller) = head(&request).await?;
            let NoParameters {} = parameters(&request)?;
            let path = P::read(&request)?;
            let body: B = typed_body(&request, &bytes)?;
            let keyed = keyed(&request, &path, &body)?;
            Ok(Self { api, caller: Caller { keyed, ..caller }, path, body })
        })
    }
}

fn typed_body<B: RequestBody>(request: &HttpRequest, bytes: &Bytes) -> Result<B, ApiError> {
    let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
    let value = match (is_blank, B::IS_OPTIONAL) {
        (true, true) => json!({}),
        (true, false) => {
            return Err(ApiError::Malformed("a JSON object is required as the body".to_owned()));
        }
        (false, _) => {
            body::must_be_json(request)?;
            guarded(bytes)?
        }
    };
    match &value {
        Value::Object(fields) if B::NULL_IS_ABSENT => Ok(typed::read(fields)?),
        Value::Object(fields) => Ok(typed::read_with_nulls(fields)?),
        Value::Null if B::IS_OPTIONAL => Ok(typed::read(&Map::new())?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(ApiError::Malformed("the body must be a JSON object".to_owned()))
        }
    }
}

/// The body as JSON, free of card data. What cannot be parsed is searched as text, so that a typo
/// does not send a card number past the guard.
fn guarded(bytes: &Bytes) -> Result<Value, ApiError> {
    let parsed = json::parse(bytes);
    match &parsed {
        Ok(value) => guard::check_value("", value)?,
        Err(_) => guard::check_text("the body", &String::from_utf8_lossy(bytes))?,
    }
    parsed
}

fn keyed<B: RequestBody>(
    request: &HttpRequest,
    path: &impl InPath,
    body: &B,
) -> Result<Option<KeyedRequest>, ApiError> {
    let Some(key) = idempotency_key::read(request.headers())? else {
        return Ok(None);
    };
    let value = serde_json::to_value(body).map_err(|error| ApiError::Crashed(error.to_string()))?;
    Ok(Some(KeyedRequest {
        key,
        method: request.method().to_string(),
        path: path.canonical_path(request),
        body: canonical(&value),
    }))
}
