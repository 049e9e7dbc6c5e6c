//! The bytes of a body.

use std::time::Duration;

use actix_web::{
    HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH},
    web::{Bytes, BytesMut},
};
use futures::StreamExt;
use tokio::time::timeout;

use crate::error::ApiError;

/// The longest body of a merchant or browser that is read into memory, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// How much of a body that is too long is thrown away before the answer, in bytes. Most clients
/// send all of it before they look for an answer, and would see a broken connection instead.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;

/// How long a whole body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the whole body.
pub(crate) async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Bytes, ApiError> {
    read_within(MAX_BYTES, request, payload).await
}

/// Reads the whole body, which may have at most `max` bytes.
pub(crate) async fn read_within(
    max: usize,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Bytes, ApiError> {
    let mut payload = payload.take();
    let read = async {
        let announced = request.headers().get(CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
        let mut bytes = BytesMut::new();
        let mut length = 0_usize;
        let mut fits = announced <= max;
        while let Some(chunk) = payload.next().await {
            let chunk = chunk
                .map_err(|error| ApiError::Malformed(format!("the body broke off: {error}")))?;
            length = length.saturating_add(chunk.len());
            fits = fits && length <= max;
            if fits {
                bytes.extend_from_slice(&chunk);
            } else if length > MAX_DISCARDED {
                break;
            }
        }
        if fits { Ok(bytes.freeze()) } else { Err(ApiError::PayloadTooLarge { max }) }
    };
    timeout(PATIENCE, read).await.unwrap_or(Err(ApiError::BodyTimeout))
}

/// Refuses what is not declared to be JSON in UTF-8.
pub(super) fn must_be_json(request: &HttpRequest) -> Result<(), ApiError> {
    let encoding = request.headers().get(CONTENT_ENCODING);
    let is_plain = encoding.is_none_or(|encoding| encoding.as_bytes() == b"identity");
    let kind = request.mime_type().ok().flatten();
    let is_json = kind.is_some_and(|kind| {
        let is_utf8 = kind.get_param("charset").is_none_or(|charset| charset == "utf-8");
        kind.essence_str() == "application/json" && is_utf8
    });
    if is_plain && is_json { Ok(()) } else { Err(ApiError::UnsupportedMediaType) }
}
