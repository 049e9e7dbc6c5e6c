//! From a use-case's answer to the wire.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::ContentType},
};
use payment_usecases::answer::Answer;

/// Says that the answer is that of an earlier request with the same key.
const IDEMPOTENT_REPLAYED: (&str, &str) = ("idempotent-replayed", "true");

/// The answer, byte for byte.
pub(crate) fn reply(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.content_type(ContentType::json());
    if answer.is_replay {
        response.insert_header(IDEMPOTENT_REPLAYED);
    }
    response.body(answer.body)
}
