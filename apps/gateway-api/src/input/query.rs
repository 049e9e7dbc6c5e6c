//! Requests that only read.

use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use payment_usecases::{caller::Caller, error::InvalidField};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{auth, guard, path::InPath, typed};
use crate::{api::Api, error::ApiError};

/// A request of a merchant that only reads, or deletes: what it names, and its query parameters.
pub(crate) struct Query<P = (), Q = NoParameters> {
    pub(crate) api: Data<Api>,
    pub(crate) caller: Caller,
    pub(crate) path: P,
    pub(crate) parameters: Q,
}

/// The parameters of a path that takes none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParameters {}

impl<P: InPath, Q: DeserializeOwned> FromRequest for Query<P, Q> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (api, caller) = head(&request).await?;
            let parameters = parameters(&request)?;
            Ok(Self { api, caller, path: P::read(&request)?, parameters })
        })
    }
}

/// Who calls, once it is sure that nothing but the body can hold card data.
pub(super) async fn head(request: &HttpRequest) -> Result<(Data<Api>, Caller), ApiError> {
    let api = request.app_data::<Data<Api>>().cloned();
    let api = api.ok_or_else(|| ApiError::Crashed("the server has no API".to_owned()))?;
    let caller = auth::caller(&api, request).await?;
    guard::check_head(request)?;
    Ok((api, caller))
}

/// Reads the query; an unknown or repeated parameter is an error that names it.
pub(super) fn parameters<Q: DeserializeOwned>(request: &HttpRequest) -> Result<Q, ApiError> {
    let mut fields = Map::new();
    for (name, value) in pairs(request.query_string())? {
        if fields.insert(name.clone(), Value::String(value)).is_some() {
            return Err(InvalidField::new(&name, "is given more than once", Value::Null).into());
        }
    }
    Ok(typed::read(&fields)?)
}

/// The names and values of a query or of a form's body.
pub(crate) fn pairs(text: &str) -> Result<Vec<(String, String)>, ApiError> {
    actix_web::web::Query::from_query(text)
        .map(actix_web::web::Query::into_inner)
        .map_err(|error| ApiError::Malformed(format!("the query or form cannot be read: {error}")))
}
