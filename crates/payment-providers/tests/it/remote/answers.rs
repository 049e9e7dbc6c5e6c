//! What the bank's answers mean, and that in doubt they mean nothing.

use bytes::Bytes;
use http::Response;
use http_transport::response::Body;
use payment_core::decline::DeclineCode;
use payment_ports::provider::{Approval, CallResult, Found, Outcome, ProviderError};
use payment_providers::mock::remote::response;
use serde_json::{Value, json};

use crate::fixture::{authorize, capture, declined};

fn answer(status: u16, body: &str) -> Response<Body> {
    let bytes = Bytes::from(body.to_owned());
    Response::builder().status(status).body(Body { bytes, is_truncated: false }).unwrap()
}

/// An approval of the fixture's authorization with some fields changed; `null` takes one away.
fn approved_but(changes: &Value) -> String {
    let mut answer = json!({
        "reference": authorize("tok_visa").id.to_string(),
        "operation": "authorize",
        "amountMinor": 150_000,
        "currency": "TRY",
        "status": "approved",
        "bankReference": "BANK-1",
        "cardLast4": "4242",
    });
    for (name, value) in changes.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer.to_string()
}

fn refusal(code: &str) -> String {
    json!({ "error": { "code": code, "message": "no", "processed": false } }).to_string()
}

fn outcome(status: u16, body: &str) -> CallResult {
    response::outcome(&authorize("tok_visa"), &answer(status, body))
}

fn assert_unknown(status: u16, body: &str) {
    let result = outcome(status, body);
    assert!(matches!(result, Err(ProviderError::Unknown(_))), "{status} {body}: {result:?}");
}

#[test]
fn an_approval_of_the_very_order_is_an_approval() {
    let result = outcome(200, &approved_but(&json!({})));
    let card_last4 = payment_core::card::LastFour::parse("4242").ok();
    let approval = Approval { reference: "BANK-1".to_owned(), card_last4 };
    assert_eq!(result, Ok(Outcome::Approved(approval)));
}

#[test]
fn an_answer_about_something_else_is_unknown() {
    for changes in [
        json!({ "amountMinor": 150_001 }),
        json!({ "amountMinor": 0 }),
        json!({ "currency": "USD" }),
        json!({ "currency": "try" }),
        json!({ "reference": "00000000-0000-0000-0000-000000000002" }),
        json!({ "reference": "" }),
        json!({ "status": "declined", "amountMinor": 1 }),
    ] {
        assert_unknown(200, &approved_but(&changes));
    }
}

#[test]
fn an_answer_that_is_not_understood_is_unknown() {
    for changes in [
        json!({ "status": "APPROVED" }),
        json!({ "status": "captured" }),
        json!({ "status": "" }),
        json!({ "status": null }),
        json!({ "bankReference": null }),
        json!({ "status": "challenge", "bankReference": null }),
        json!({ "amountMinor": "150000" }),
        json!({ "amountMinor": 150_000.5 }),
    ] {
        assert_unknown(200, &approved_but(&changes));
    }
    let whole = approved_but(&json!({}));
    for body in ["", "{}", "[]", "null", "ok", "<html></html>", whole.trim_end_matches('}')] {
        assert_unknown(200, body);
    }
}

#[test]
fn an_answer_that_was_cut_off_is_unknown_although_it_looks_whole() {
    let bytes = Bytes::from(approved_but(&json!({})));
    let cut = Response::new(Body { bytes, is_truncated: true });
    let result = response::outcome(&authorize("tok_visa"), &cut);
    assert!(matches!(result, Err(ProviderError::Unknown(_))), "{result:?}");
}

#[test]
fn a_duplicate_is_unknown_whatever_its_status() {
    for status in [200, 409] {
        assert_unknown(status, &approved_but(&json!({ "status": "duplicate" })));
    }
}

#[test]
fn a_status_that_is_no_success_is_unknown_whatever_the_body_says() {
    for status in [201, 202, 204, 302, 400, 404, 409, 429, 500, 502, 503] {
        for body in ["", "<html></html>", &approved_but(&json!({}))] {
            assert_unknown(status, body);
        }
    }
    for status in [409, 500, 502, 503] {
        assert_unknown(status, &refusal("busy"));
    }
}

#[test]
fn the_banks_own_word_that_it_did_nothing_counts() {
    for status in [400, 401, 403, 404, 422] {
        let result = outcome(status, &refusal("account_closed"));
        let expected = ProviderError::Misconfigured("account_closed: no".to_owned());
        assert_eq!(result, Err(expected), "{status}");
    }
    let busy = outcome(429, &refusal("busy"));
    assert_eq!(busy, Err(ProviderError::NotSent("busy: no".to_owned())));
}

#[test]
fn a_refusal_that_does_not_say_that_nothing_was_done_is_unknown() {
    let silent = json!({ "error": { "code": "busy", "message": "no" } });
    let done = json!({ "error": { "code": "busy", "message": "no", "processed": true } });
    for body in [silent, done] {
        assert_unknown(429, &body.to_string());
        assert_unknown(403, &body.to_string());
    }
}

#[test]
fn a_decline_has_our_word_and_the_banks() {
    let body = approved_but(&json!({ "status": "declined", "code": "51", "message": "no money" }));
    let Ok(Outcome::Declined(decline)) = outcome(200, &body) else { panic!("no decline") };
    assert_eq!(decline.code, DeclineCode::InsufficientFunds);
    assert_eq!(decline.provider_code.as_deref(), Some("51"));
    assert_eq!(decline.message.as_deref(), Some("no money"));
}

#[test]
fn a_decline_that_nobody_knows_is_one_that_is_not_tried_elsewhere() {
    for code in [json!("ZZ"), json!(null)] {
        let body = approved_but(&json!({ "status": "declined", "code": code }));
        assert_eq!(declined(&outcome(200, &body).unwrap()), Some(DeclineCode::CardDeclined));
    }
    assert!(!DeclineCode::CardDeclined.may_try_another_provider());
}

#[test]
fn the_banks_words_are_kept_short_and_without_card_numbers() {
    let message = format!("card 4111111111111111 {}", "x".repeat(1000));
    let body = approved_but(&json!({ "status": "declined", "code": "05", "message": message }));
    let Ok(Outcome::Declined(decline)) = outcome(200, &body) else { panic!("no decline") };
    let kept = decline.message.unwrap();
    assert!(!kept.contains("4111111111111111") && kept.len() <= 200, "{kept}");
}

#[test]
fn what_is_pending_is_pending() {
    let body = approved_but(&json!({ "status": "pending" }));
    assert_eq!(outcome(200, &body), Ok(Outcome::Pending));
}

#[test]
fn a_challenge_to_anything_but_an_authorization_is_unknown() {
    let body = approved_but(&json!({ "status": "challenge" }));
    assert!(matches!(outcome(200, &body), Ok(Outcome::NeedsRedirect(_))));
    let result = response::outcome(&capture("BANK-1"), &answer(200, &body));
    assert!(matches!(result, Err(ProviderError::Unknown(_))), "{result:?}");
}

#[test]
fn only_the_banks_own_word_says_that_it_knows_nothing() {
    let found = |status, body: &str| response::found(&authorize("tok_visa"), &answer(status, body));
    assert_eq!(found(404, &refusal("not_found")), Ok(Found::Nothing));
    for (status, body) in
        [(404, "<html></html>".to_owned()), (404, refusal("busy")), (410, refusal("not_found"))]
    {
        assert!(found(status, &body).is_err(), "{status} {body}");
    }
    let wrong = approved_but(&json!({ "amountMinor": 1 }));
    assert!(matches!(found(200, &wrong), Err(ProviderError::Unknown(_))));
}

#[test]
fn a_verdict_that_is_not_understood_lets_nobody_pass() {
    for body in ["", "{}", r#"{"status":"verified"}"#, r#"{"status":"ok","proof":"x"}"#] {
        let verdict = response::authentication(&answer(200, body));
        assert!(matches!(verdict, Err(ProviderError::Unknown(_))), "{body}: {verdict:?}");
    }
}
