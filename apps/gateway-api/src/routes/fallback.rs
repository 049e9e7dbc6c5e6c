//! Requests that no route takes.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use crate::{error::ApiError, openapi::Document};

/// 405 if the path is served for other methods, 404 if it is not served at all.
pub(super) async fn fallback(
    request: HttpRequest,
    document: Data<Document>,
) -> Result<HttpResponse, ApiError> {
    let allow = document.methods_of(request.path());
    if allow.is_empty() {
        Err(ApiError::NoRoute)
    } else {
        Err(ApiError::MethodNotAllowed { allow: allow.join(", ") })
    }
}
