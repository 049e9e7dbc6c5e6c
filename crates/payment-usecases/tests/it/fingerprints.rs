//! What makes two requests the same.

use payment_core::id::{MerchantId, Mode};
use payment_usecases::idempotency::{IdempotencyKey, KeyedRequest, canonical};
use proptest::prelude::*;
use serde_json::Value;

fn request(key: &str, path: &str, body: &str) -> KeyedRequest {
    KeyedRequest {
        key: IdempotencyKey::parse(key.as_bytes()).unwrap(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        body: body.to_owned(),
    }
}

fn trendyol() -> MerchantId {
    MerchantId::parse("TRENDYOL").unwrap()
}

#[test]
fn the_golden_fingerprints_are_reproduced() {
    let file: Value =
        serde_json::from_str(include_str!("../fixtures/idempotency_fingerprint.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let text = |field: &str| case[field].as_str().unwrap();
        let body: Value = serde_json::from_str(text("body")).unwrap();
        let keyed = KeyedRequest {
            method: text("method").to_owned(),
            ..request("key", text("path"), &canonical(&body))
        };
        let merchant = MerchantId::parse(text("merchant")).unwrap();
        let mode = Mode::parse(text("mode")).unwrap();
        let fingerprint = keyed.fingerprint(&merchant, mode);
        assert_eq!(hex::encode(fingerprint), text("sha256"), "{}", text("name"));
    }
}

#[test]
fn numbers_are_the_shortest_plain_decimal() {
    for (written, plain) in [
        ("1500.00", "1500"),
        ("1.5e3", "1500"),
        ("15E+2", "1500"),
        ("0.10", "0.1"),
        ("1e-3", "0.001"),
        ("12.340e1", "123.4"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("-12.50", "-12.5"),
        ("100", "100"),
        ("0.5e1", "5"),
        ("123456789012345.6789", "123456789012345.6789"),
    ] {
        let value: Value = serde_json::from_str(written).unwrap();
        assert_eq!(canonical(&value), plain, "{written}");
    }
}

#[test]
fn a_huge_exponent_is_not_written_out() {
    let value: Value = serde_json::from_str("1e1000000").unwrap();
    assert!(canonical(&value).len() < 20);
}

#[test]
fn lists_keep_their_order_and_null_is_not_absence() {
    let value: Value = serde_json::from_str(r#"{"b":[2,1],"a":null,"ğ":true}"#).unwrap();
    assert_eq!(canonical(&value), r#"{"a":null,"b":[2,1],"ğ":true}"#);
    assert_ne!(canonical(&serde_json::json!({})), canonical(&serde_json::json!({"a": null})));
}

#[test]
fn keys_are_1_to_255_visible_bytes_bare_or_quoted() {
    let long = "k".repeat(255);
    for key in ["a", "order-12345-auth", "a,b", "a\"b", long.as_str()] {
        assert_eq!(IdempotencyKey::parse(key.as_bytes()).unwrap().as_str(), key);
    }
    assert_eq!(IdempotencyKey::parse(b"\"order-1\"").unwrap().as_str(), "order-1");
    let too_long = "k".repeat(256);
    let bad: [&[u8]; 7] = [b"", b"\"\"", b"a b", b"a\x7f", b"a\x80", b" a", too_long.as_bytes()];
    for key in bad {
        assert!(IdempotencyKey::parse(key).is_err(), "{key:?}");
    }
}

#[test]
fn merchant_mode_method_path_and_key_each_make_another_scope() {
    let base = request("Key-1", "/v1/payments", "{}");
    let other_merchant = MerchantId::parse("HEPSIBURADA").unwrap();
    let scopes = [
        base.scope(&trendyol(), Mode::Live),
        base.scope(&other_merchant, Mode::Live),
        base.scope(&trendyol(), Mode::Test),
        KeyedRequest { method: "PUT".to_owned(), ..base.clone() }.scope(&trendyol(), Mode::Live),
        request("Key-1", "/v1/payments/1/void", "{}").scope(&trendyol(), Mode::Live),
        request("key-1", "/v1/payments", "{}").scope(&trendyol(), Mode::Live),
    ];
    let distinct: std::collections::HashSet<_> = scopes.iter().collect();
    assert_eq!(distinct.len(), scopes.len());
    let other_body = request("Key-1", "/v1/payments", r#"{"a":1}"#);
    assert_eq!(other_body.scope(&trendyol(), Mode::Live), base.scope(&trendyol(), Mode::Live));
}

proptest! {
    /// Two spellings of a number have one canonical text exactly when they are equal, as an exact
    /// integer comparison says.
    #[test]
    fn equal_numbers_have_equal_texts(
        left in -100_000_i128..100_000, left_exponent in -6_i32..6,
        right in -100_000_i128..100_000, right_exponent in -6_i32..6,
    ) {
        let text = |digits: i128, exponent: i32| {
            canonical(&serde_json::from_str(&format!("{digits}e{exponent}")).unwrap())
        };
        let scaled = |digits: i128, exponent: i32| {
            digits * 10_i128.pow(u32::try_from(exponent + 6).unwrap())
        };
        prop_assert_eq!(
            text(left, left_exponent) == text(right, right_exponent),
            scaled(left, left_exponent) == scaled(right, right_exponent)
        );
    }
}
