//! What the mock makes of an authorization, token by token.

use std::{collections::BTreeSet, time::Duration};

use payment_core::{decline::DeclineCode, id::Mode};
use payment_ports::provider::{Found, Outcome, Provider, ProviderError};
use tokio::time::Instant;

use crate::fixture::{
    approve, attempt, authorize, authorized, declined, found_decline, is_approved, mock, numbered,
    send,
};

/// Tokens whose authorization is approved.
const APPROVED: [&str; 9] = [
    "tok_visa",
    "tok_",
    "tok_1234567890abcdef",
    "tok_capture_declined",
    "tok_capture_timeout",
    "tok_void_declined",
    "tok_void_timeout",
    "tok_refund_declined",
    "tok_refund_timeout",
];

const DECLINED: [(&str, DeclineCode); 7] = [
    ("tok_insufficient_funds", DeclineCode::InsufficientFunds),
    ("tok_card_expired", DeclineCode::CardExpired),
    ("tok_card_declined", DeclineCode::CardDeclined),
    ("tok_lost_card", DeclineCode::LostOrStolen),
    ("tok_fraud", DeclineCode::FraudSuspected),
    ("visa_1", DeclineCode::InvalidCard),
    ("tok_decline_no_such_code", DeclineCode::InvalidCard),
];

#[tokio::test]
async fn tokens_are_approved() {
    for token in APPROVED {
        let attempt = authorize(token);
        let approval = approve(&mock(), &attempt).await;
        assert!(approval.card_last4.is_some(), "{token}");
        let found = mock().query(&attempt).await;
        assert_eq!(found, Ok(Found::Outcome(Outcome::Approved(approval))), "{token}");
    }
}

#[tokio::test]
async fn tokens_are_declined_each_with_its_code() {
    for (token, code) in DECLINED {
        let outcome = send(&mock(), &authorize(token)).await.unwrap();
        assert_eq!(declined(&outcome), Some(code), "{token}");
        let found = mock().query(&authorize(token)).await.unwrap();
        assert_eq!(found_decline(&found), Some(code), "{token}");
    }
}

#[tokio::test]
async fn every_decline_code_has_a_token() {
    let mut provider_codes = BTreeSet::new();
    for code in DeclineCode::ALL {
        let token = format!("tok_decline_{}", code.as_str().to_lowercase());
        let Ok(Outcome::Declined(decline)) = send(&mock(), &authorize(&token)).await else {
            panic!("{token} was not declined");
        };
        assert_eq!(decline.code, *code, "{token}");
        assert!(decline.message.is_some_and(|text| !text.is_empty()), "{token}");
        provider_codes.insert(decline.provider_code.unwrap());
    }
    assert_eq!(provider_codes.len(), DeclineCode::ALL.len());
}

#[tokio::test]
async fn an_issuers_refusal_has_its_iso_8583_code() {
    let Ok(Outcome::Declined(decline)) = send(&mock(), &authorize("tok_insufficient_funds")).await
    else {
        panic!("not declined");
    };
    assert_eq!(decline.provider_code.as_deref(), Some("51"));
}

#[tokio::test]
async fn an_unreachable_provider_moved_nothing() {
    let attempt = authorize("tok_unavailable");
    assert!(matches!(send(&mock(), &attempt).await, Err(ProviderError::NotSent(_))));
    assert_eq!(mock().query(&attempt).await, Ok(Found::Nothing));
}

#[tokio::test]
async fn a_refused_account_moved_nothing() {
    let attempt = authorize("tok_misconfigured");
    assert!(matches!(send(&mock(), &attempt).await, Err(ProviderError::Misconfigured(_))));
    assert_eq!(mock().query(&attempt).await, Ok(Found::Nothing));
}

#[tokio::test]
async fn a_lost_approval_is_found() {
    let attempt = authorize("tok_timeout");
    assert!(matches!(send(&mock(), &attempt).await, Err(ProviderError::Unknown(_))));
    assert!(is_approved(&mock().query(&attempt).await.unwrap()));
}

#[tokio::test]
async fn a_lost_decline_is_found() {
    let attempt = authorize("tok_timeout_declined");
    assert!(matches!(send(&mock(), &attempt).await, Err(ProviderError::Unknown(_))));
    let found = mock().query(&attempt).await.unwrap();
    assert_eq!(found_decline(&found), Some(DeclineCode::CardDeclined));
}

#[tokio::test(start_paused = true)]
async fn a_slow_token_takes_as_long_as_it_says() {
    for (token, expected) in
        [("tok_slow_0", 0), ("tok_slow_1500", 1_500), ("tok_slow_99999999", 60_000)]
    {
        let begin = Instant::now();
        approve(&mock(), &authorize(token)).await;
        assert_eq!(begin.elapsed(), Duration::from_millis(expected), "{token}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_query_about_a_slow_token_does_not_wait() {
    let begin = Instant::now();
    assert!(is_approved(&mock().query(&authorize("tok_slow_5000")).await.unwrap()));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn asking_twice_gives_the_same_answer() {
    let declined = DECLINED.map(|(token, _)| token);
    let lost = ["tok_timeout", "tok_3ds", "tok_unavailable"];
    for token in APPROVED.into_iter().chain(declined).chain(lost) {
        let attempt = authorize(token);
        let first = send(&mock(), &attempt).await;
        assert_eq!(first, send(&mock(), &attempt).await, "{token}");
    }
}

#[tokio::test]
async fn two_attempts_have_two_references() {
    let instruction = authorize("tok_visa").instruction;
    let first = approve(&mock(), &attempt(instruction.clone())).await;
    let second = approve(&mock(), &numbered(9, instruction)).await;
    assert_ne!(first.reference, second.reference);
    assert_eq!(first.card_last4, second.card_last4);
}

#[tokio::test]
async fn a_reference_tells_no_token() {
    for token in APPROVED.into_iter().filter(|token| token.len() > 4) {
        assert!(!authorized(&mock(), token).await.contains(token), "{token}");
    }
}

#[tokio::test]
async fn debug_output_tells_no_token() {
    let attempt = authorize("tok_hush");
    let answer = send(&mock(), &attempt).await;
    let found = mock().query(&attempt).await;
    assert!(!format!("{:?}{attempt:?}{answer:?}{found:?}", mock()).contains("tok_hush"));
}

#[tokio::test]
async fn real_money_is_refused() {
    let mut attempt = authorize("tok_visa");
    attempt.mode = Mode::Live;
    assert!(matches!(send(&mock(), &attempt).await, Err(ProviderError::Misconfigured(_))));
    assert_eq!(mock().query(&attempt).await, Ok(Found::Nothing));
}
