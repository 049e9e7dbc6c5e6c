//! What the bank says, as JSON.

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Refusal},
    delivery::{self, Delivery},
};

pub(crate) fn answer(answer: &Answer) -> Delivery {
    delivery::json(StatusCode::OK, answer)
}

pub(crate) fn refusal(refusal: &Refusal) -> Delivery {
    delivery::json(refusal.http(), &shape(refusal))
}

/// `processed` is the bank's word that nothing was done.
fn shape(refusal: &Refusal) -> Value {
    let (code, message) = (refusal.code(), refusal.message());
    json!({ "error": { "code": code, "message": message, "processed": false } })
}
