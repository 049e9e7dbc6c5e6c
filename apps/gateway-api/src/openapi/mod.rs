//! The document of the API: OpenAPI 3.1, made from the code that serves it.

mod document;
mod errors;
mod examples;
mod headers;

pub use document::Document;
