//! The seed's signature, case by case.

use std::collections::BTreeMap;

use serde::Deserialize;
use webhook_signing::{
    secret::Secrets,
    sign::sign,
    verify::{Received, VerifyError, verify_seed},
};

use crate::fixture::secret;

#[derive(Deserialize)]
struct Vectors {
    seed_verify: Vec<Verify>,
    dual_headers: Vec<Dual>,
}

#[derive(Deserialize)]
struct Verify {
    name: String,
    secret: String,
    payload: String,
    signature: String,
    correct_signature: String,
    expected: String,
}

#[derive(Deserialize)]
struct Dual {
    name: String,
    seed_header_signed_with: String,
    secrets: Vec<String>,
    headers: BTreeMap<String, String>,
    body: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../fixtures/seed_webhook.json")).unwrap()
}

#[test]
fn what_the_seeds_function_accepts_is_accepted_and_nothing_else() {
    let verdict = |case: &Verify, signature: &str| {
        let (id, timestamp) = (Some("evt_1"), Some("0"));
        let body = case.payload.as_bytes();
        let received = Received { id, timestamp, signature: Some(signature), body };
        verify_seed(&case.secret.as_str().into(), received, 0)
    };
    let cases = vectors().seed_verify;
    assert!(!cases.is_empty());
    for case in cases {
        let expected = if case.expected == "true" { Ok(()) } else { Err(VerifyError::NoMatch) };
        assert_eq!(verdict(&case, &case.signature), expected, "{}", case.name);
        assert_eq!(verdict(&case, &case.correct_signature), Ok(()), "{}", case.name);
    }
}

#[test]
fn both_families_are_signed_as_the_reference_does() {
    let cases = vectors().dual_headers;
    assert!(!cases.is_empty());
    for case in cases {
        let mut parsed = case.secrets.iter().map(|displayed| secret(displayed));
        assert_eq!(case.secrets[0], case.seed_header_signed_with, "{}", case.name);
        let secrets = Secrets { current: parsed.next().unwrap(), next: parsed.next() };
        let timestamp = case.headers["webhook-timestamp"].parse().unwrap();
        let id = &case.headers["webhook-id"];
        let mut signed: BTreeMap<String, String> =
            sign(&secrets, id, timestamp, case.body.as_bytes())
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
        let has_next = signed.remove("X-Webhook-Signature-Next").is_some();
        assert_eq!(has_next, secrets.next.is_some(), "{}", case.name);
        let mut expected = case.headers;
        expected.remove("Content-Type");
        assert_eq!(signed, expected, "{}", case.name);
    }
}
