//! The document of the API, and a page to try it.

use std::sync::Arc;

use actix_web::{
    HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType},
    web::{Data, Path},
};
use utoipa_swagger_ui::{Config, serve};

use crate::{error::ApiError, openapi::Document};

/// The page's scripts and styles are its own; it writes styles into elements, and calls this API.
const CONTENT_POLICY: (actix_web::http::header::HeaderName, &str) = (
    CONTENT_SECURITY_POLICY,
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// Addresses are relative, so that the page also works behind a prefix.
const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Payment gateway API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/index.css">
<link rel="icon" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/swagger-ui-standalone-preset.js"></script>
<script src="docs/swagger-initializer.js"></script>
</body>
</html>
"#;

/// This document
#[utoipa::path(
    operation_id = "getDocument",
    tag = "Documents",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
#[get("/openapi.json")]
pub(super) async fn document(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(document.text.clone())
}

/// A page to try the API
#[utoipa::path(
    operation_id = "getDocs",
    tag = "Documents",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
)]
#[get("/docs")]
pub(super) async fn docs() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::html()).insert_header(CONTENT_POLICY).body(PAGE)
}

/// A script, style or picture of that page
#[utoipa::path(
    operation_id = "getDocsFile",
    tag = "Documents",
    params(("file" = String, Path, description = "The file's name")),
    responses((status = 200, description = "The file", body = String, content_type = "*/*")),
)]
#[get("/docs/{file}")]
pub(super) async fn docs_file(file: Path<String>) -> Result<HttpResponse, ApiError> {
    let config = Config::from("openapi.json").try_it_out_enabled(true);
    let file = serve(&file, Arc::new(config));
    let file = file.map_err(|error| ApiError::Crashed(error.to_string()))?;
    let file = file.ok_or(ApiError::NoRoute)?;
    Ok(HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header(CONTENT_POLICY)
        .body(file.bytes.into_owned()))
}
