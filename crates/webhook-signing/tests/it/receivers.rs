//! Receivers that others wrote accept what we send.

use std::{
    io::Write,
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use http::HeaderMap;
use secrecy::ExposeSecret;
use serde_json::json;
use standardwebhooks::Webhook;
use webhook_signing::{
    secret::{Secret, Secrets, generate_secret},
    sign::sign,
};

use crate::fixture::{NOW, Signed, one};

const BODY: &str = r#"{"eventType":"PaymentCaptured","data":{"amount":1500.00,"city":"İzmir"}}"#;

/// What the seed's function says under Node: `true`, `false`, or the error that it throws.
fn seed_function(signature: &str, body: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/seed_receiver.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test runs a merchant's code: install Node.js, so that `node` is in PATH");
    let secret = generate_secret([7; 32]);
    let webhook = json!({ "secret": secret.expose_secret(), "signature": signature, "body": body });
    node.stdin.take().unwrap().write_all(webhook.to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_seeds_function_accepts_what_we_send() {
    let signed = Signed::new(&one(), BODY.as_bytes());
    let signature = signed.value("X-Webhook-Signature").unwrap();
    assert_eq!(seed_function(signature, BODY), "true");
}

#[test]
fn the_seeds_function_accepts_what_we_send_while_two_secrets_are_valid() {
    let next = Some(Secret::parse(&generate_secret([8; 32])).unwrap());
    let signed = Signed::new(&Secrets { next, ..one() }, BODY.as_bytes());
    let signature = signed.value("X-Webhook-Signature").unwrap();
    assert_eq!(seed_function(signature, BODY), "true");
    let next = signed.value("X-Webhook-Signature-Next").unwrap();
    assert_eq!(seed_function(next, BODY), "false");
}

#[test]
fn the_seeds_function_refuses_what_was_changed() {
    let signed = Signed::new(&one(), BODY.as_bytes());
    let signature = signed.value("X-Webhook-Signature").unwrap();
    assert_eq!(seed_function(signature, &BODY.replace("1500.00", "1500.0")), "false");
    let standard = signed.value("webhook-signature").unwrap();
    assert_eq!(seed_function(standard, BODY), "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH");
}

fn headers(secrets: &Secrets, timestamp: i64) -> HeaderMap {
    let signed = sign(secrets, "evt_1", timestamp, BODY.as_bytes());
    let pair = |(name, value): (&str, String)| (name.parse().unwrap(), value.parse().unwrap());
    signed.into_iter().map(pair).collect()
}

fn library(byte: u8) -> Webhook {
    Webhook::new(generate_secret([byte; 32]).expose_secret()).unwrap()
}

/// The library compares with the system clock, so these webhooks are signed by it.
#[expect(clippy::disallowed_methods, reason = "the library reads the system clock itself")]
fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}

#[test]
fn the_standard_library_accepts_what_we_send() {
    let headers = headers(&one(), system_time());
    library(7).verify(BODY.as_bytes(), &headers).unwrap();
    assert!(library(8).verify(BODY.as_bytes(), &headers).is_err());
    assert!(library(7).verify(b"{}", &headers).is_err());
}

#[test]
fn the_standard_library_accepts_either_secret_while_two_are_valid() {
    let next = Some(Secret::parse(&generate_secret([8; 32])).unwrap());
    let headers = headers(&Secrets { next, ..one() }, system_time());
    library(7).verify(BODY.as_bytes(), &headers).unwrap();
    library(8).verify(BODY.as_bytes(), &headers).unwrap();
}

#[test]
fn the_standard_library_refuses_what_is_old() {
    assert!(library(7).verify(BODY.as_bytes(), &headers(&one(), NOW)).is_err());
}
