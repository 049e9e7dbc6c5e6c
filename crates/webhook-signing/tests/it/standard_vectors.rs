//! Standard Webhooks, case by case.

use std::collections::BTreeMap;

use serde::Deserialize;
use webhook_signing::{
    secret::Secrets,
    sign::sign,
    verify::{Received, TOLERANCE_SECONDS, verify_standard},
};

use crate::fixture::secret;

#[derive(Deserialize)]
struct Vectors {
    tolerance_seconds: u64,
    sign_v1: Vec<Sign>,
    verify_v1: Vec<Verify>,
}

#[derive(Deserialize)]
struct Sign {
    name: String,
    secret: String,
    webhook_id: String,
    webhook_timestamp: String,
    body: String,
    signature: String,
}

#[derive(Deserialize)]
struct Verify {
    name: String,
    secret: String,
    headers: BTreeMap<String, String>,
    body: String,
    now: i64,
    expected: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../fixtures/standard_webhooks.json")).unwrap()
}

#[test]
fn v1_is_signed_as_the_libraries_do() {
    let cases = vectors().sign_v1;
    assert!(!cases.is_empty());
    for case in cases {
        let secrets = Secrets { current: secret(&case.secret), next: None };
        let timestamp = case.webhook_timestamp.parse().unwrap();
        let headers = sign(&secrets, &case.webhook_id, timestamp, case.body.as_bytes());
        assert!(headers.contains(&("webhook-signature", case.signature)), "{}", case.name);
        assert!(headers.contains(&("webhook-id", case.webhook_id)), "{}", case.name);
        assert!(headers.contains(&("webhook-timestamp", case.webhook_timestamp)), "{}", case.name);
    }
}

#[test]
fn v1_is_verified_as_the_libraries_do() {
    let cases = vectors().verify_v1;
    assert!(!cases.is_empty());
    for case in cases {
        let header = |name: &str| case.headers.get(name).map(String::as_str);
        let received = Received {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body: case.body.as_bytes(),
        };
        let verdict = verify_standard(&secret(&case.secret), received, case.now);
        assert_eq!(verdict.is_ok(), case.expected == "accept", "{}: {verdict:?}", case.name);
    }
}

#[test]
fn the_tolerance_is_that_of_the_libraries() {
    assert_eq!(vectors().tolerance_seconds, TOLERANCE_SECONDS);
}
