//! What goes over the wire.

use http::Method;
use payment_core::attempt::{Attempt, ThreeDsPreference};
use payment_ports::provider::ProviderError;
use payment_providers::mock::remote::request;
use serde_json::{Value, json};

use crate::fixture::{authorize, authorize_with, capture, confirm, refund, void};

const BASE: &str = "http://bank.example/api";

/// The body of what carries an attempt out, without what all of them have.
fn body(path: &str, attempt: &Attempt) -> Value {
    let request = request::order(BASE, attempt).unwrap();
    assert_eq!(*request.method(), Method::POST);
    assert_eq!(request.uri().to_string(), format!("{BASE}/v1/{path}"));
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["idempotency-key"], attempt.id.to_string());
    let mut body: Value = serde_json::from_slice(request.body()).unwrap();
    let fields = body.as_object_mut().unwrap();
    assert_eq!(fields.remove("reference"), Some(json!(attempt.id.to_string())));
    assert_eq!(fields.remove("payment"), Some(json!(attempt.payment.to_string())));
    assert_eq!(fields.remove("amountMinor"), Some(json!(150_000)));
    assert_eq!(fields.remove("currency"), Some(json!("TRY")));
    body
}

#[test]
fn an_authorization_carries_the_card_and_the_merchants_preference() {
    let expected = json!({ "cardToken": "tok_visa", "threeDs": "WHEN_REQUIRED", "isFinal": false });
    assert_eq!(body("authorize", &authorize("tok_visa")), expected);
    let always = body("authorize", &authorize_with("tok_visa", ThreeDsPreference::Always));
    assert_eq!(always["threeDs"], "ALWAYS");
}

#[test]
fn a_confirmation_carries_the_challenge_and_its_proof() {
    let attempt = confirm("tok_3ds", "BANK-1".to_owned(), "proved".to_owned());
    let expected = json!({ "cardToken": "tok_3ds", "threeDs": "WHEN_REQUIRED",
        "challenge": "BANK-1", "proof": "proved", "isFinal": false });
    assert_eq!(body("confirm", &attempt), expected);
}

#[test]
fn a_later_operation_names_the_hold() {
    let expected = |is_final| json!({ "authorization": "BANK-1", "isFinal": is_final });
    assert_eq!(body("capture", &capture("BANK-1")), expected(true));
    assert_eq!(body("void", &void("BANK-1")), expected(false));
    assert_eq!(body("refund", &refund("BANK-1")), expected(false));
}

#[test]
fn a_question_names_our_reference() {
    let attempt = authorize("tok_visa");
    let request = request::query(BASE, &attempt).unwrap();
    assert_eq!(*request.method(), Method::GET);
    assert_eq!(request.uri().to_string(), format!("{BASE}/v1/operations/{}", attempt.id));
}

#[test]
fn a_cancellation_names_our_reference_and_has_no_key() {
    let attempt = authorize("tok_visa");
    let request = request::cancel(BASE, &attempt).unwrap();
    assert_eq!(request.uri().to_string(), format!("{BASE}/v1/cancel"));
    assert!(!request.headers().contains_key("idempotency-key"));
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["reference"], attempt.id.to_string());
    assert_eq!(body.get("cardToken"), None);
}

#[test]
fn what_cannot_be_addressed_was_not_sent() {
    let refused = request::order("http://not an address", &authorize("tok_visa"));
    assert!(matches!(refused, Err(ProviderError::NotSent(_))));
}
