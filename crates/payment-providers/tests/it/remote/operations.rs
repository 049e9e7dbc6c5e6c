//! What the bank does with money, and what it refuses.

use std::mem::discriminant;

use payment_core::{
    attempt::{Attempt, Capture, Instruction},
    decline::DeclineCode,
    id::Mode,
    money::Money,
};
use payment_ports::provider::{Found, Outcome, Provider, ProviderError};
use payment_providers::mock::remote::Profile;
use serde_json::json;

use super::bank::{Bank, another};
use crate::fixture::{
    approve, attempt, authorize, authorized, capture, declined, found_decline, is_approved, mock,
    refund, send, void,
};

const OPERATIONS: [(&str, Make); 3] = [("capture", capture), ("void", void), ("refund", refund)];

type Make = fn(&str) -> Attempt;

/// Tokens whose authorization ends at once, here and in the mock that is part of the process.
const TOKENS: [&str; 14] = [
    "tok_visa",
    "tok_",
    "tok_insufficient_funds",
    "tok_card_expired",
    "tok_card_declined",
    "tok_lost_card",
    "tok_fraud",
    "visa_1",
    "tok_decline_no_such_code",
    "tok_slow_1",
    "tok_capture_declined",
    "tok_timeout",
    "tok_timeout_declined",
    "tok_misconfigured",
];

#[tokio::test]
async fn a_payment_goes_its_way_and_the_books_are_equal() {
    let bank = Bank::start(Profile::Key).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    approve(&bank.provider, &another(2, &capture(&hold))).await;
    approve(&bank.provider, &another(3, &refund(&hold))).await;
    let ledger = bank.ledger().await;
    let expected = json!([{
        "authorization": hold,
        "payment": authorize("tok_visa").payment.to_string(),
        "currency": "TRY",
        "authorizedMinor": 150_000,
        "capturedMinor": 150_000,
        "refundedMinor": 150_000,
        "leftMinor": 0,
        "isVoided": false,
    }]);
    assert_eq!(ledger["holds"], expected);
    assert_eq!(bank.asked().await, 3);
}

#[tokio::test]
async fn a_token_means_what_it_means_to_the_mock_inside() {
    for token in TOKENS {
        let bank = Bank::start(Profile::Key).await;
        let there = send(&bank.provider, &authorize(token)).await;
        let here = send(&mock(), &authorize(token)).await;
        match (&there, &here) {
            (Ok(Outcome::Approved(there)), Ok(Outcome::Approved(_))) => {
                assert!(there.card_last4.is_some(), "{token}");
            }
            (Ok(there), Ok(here)) => assert_eq!(there, here, "{token}"),
            (Err(there), Err(here)) => {
                assert_eq!(discriminant(there), discriminant(here), "{token}");
            }
            _ => panic!("{token}: {there:?} there, {here:?} here"),
        }
    }
}

#[tokio::test]
async fn every_decline_code_has_a_token() {
    let bank = Bank::start(Profile::Query).await;
    for code in DeclineCode::ALL {
        let token = format!("tok_decline_{}", code.as_str().to_lowercase());
        let there = send(&bank.provider, &authorize(&token)).await;
        assert_eq!(there, send(&mock(), &authorize(&token)).await, "{token}");
    }
    assert_eq!(bank.effects().await, []);
}

#[tokio::test]
async fn an_order_that_the_bank_does_not_take_moves_nothing() {
    let bank = Bank::start(Profile::Key).await;
    let busy = send(&bank.provider, &authorize("tok_unavailable")).await;
    assert!(matches!(busy, Err(ProviderError::NotSent(_))), "{busy:?}");
    let closed = send(&bank.provider, &authorize("tok_misconfigured")).await;
    assert!(matches!(closed, Err(ProviderError::Misconfigured(_))), "{closed:?}");
    assert_eq!(bank.effects().await, []);
    assert_eq!(bank.provider.query(&authorize("tok_visa")).await, Ok(Found::Nothing));
}

#[tokio::test]
async fn a_lost_answer_is_found() {
    let bank = Bank::start(Profile::Key).await;
    let attempt = authorize("tok_timeout");
    let lost = send(&bank.provider, &attempt).await;
    assert!(matches!(lost, Err(ProviderError::Unknown(_))), "{lost:?}");
    assert!(is_approved(&bank.provider.query(&attempt).await.unwrap()));
    assert_eq!(bank.effects().await, [("authorize".to_owned(), 150_000, false)]);
}

#[tokio::test]
async fn a_lost_decline_is_found() {
    let bank = Bank::start(Profile::Key).await;
    let attempt = authorize("tok_timeout_declined");
    let lost = send(&bank.provider, &attempt).await;
    assert!(matches!(lost, Err(ProviderError::Unknown(_))), "{lost:?}");
    let found = bank.provider.query(&attempt).await.unwrap();
    assert_eq!(found_decline(&found), Some(DeclineCode::CardDeclined));
}

#[tokio::test]
async fn a_token_declines_or_loses_the_operation_it_names() {
    let bank = Bank::start(Profile::Query).await;
    for (name, make) in OPERATIONS {
        for ending in ["declined", "timeout"] {
            let hold = authorized(&bank.provider, &format!("tok_{name}_{ending}")).await;
            if name == "refund" {
                approve(&bank.provider, &another(3, &capture(&hold))).await;
            }
            let attempt = another(2, &make(&hold));
            let answer = send(&bank.provider, &attempt).await;
            if ending == "timeout" {
                assert!(matches!(answer, Err(ProviderError::Unknown(_))), "{name}: {answer:?}");
                assert!(is_approved(&bank.provider.query(&attempt).await.unwrap()), "{name}");
            } else {
                assert_eq!(declined(&answer.unwrap()), Some(DeclineCode::CardDeclined), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_hold_is_captured_and_refunded_in_parts() {
    let bank = Bank::start(Profile::Key).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    for number in [2, 3] {
        approve(&bank.provider, &part(number, 60_000, &not_final(&hold))).await;
    }
    approve(&bank.provider, &part(4, 30_000, &void(&hold))).await;
    for number in [5, 6] {
        approve(&bank.provider, &part(number, 50_000, &refund(&hold))).await;
    }
    let hold = bank.ledger().await["holds"][0].clone();
    assert_eq!(
        (&hold["capturedMinor"], &hold["refundedMinor"]),
        (&json!(120_000), &json!(100_000))
    );
    assert_eq!((&hold["leftMinor"], &hold["isVoided"]), (&json!(0), &json!(true)));
}

#[tokio::test]
async fn the_bank_goes_by_its_own_books() {
    let bank = Bank::start(Profile::Key).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    let refusals = [
        ("a refund of what was not captured", another(10, &refund(&hold)), "13"),
        ("a capture of more than is held", part(11, 150_001, &capture(&hold)), "13"),
        ("a void of another amount than is left", part(12, 1, &void(&hold)), "13"),
        ("a hold that nobody knows", another(13, &capture("BANK-99999999")), "25"),
    ];
    for (what, attempt, code) in refusals {
        assert_eq!(refused_with(&bank, &attempt).await.as_deref(), Some(code), "{what}");
    }
    approve(&bank.provider, &part(20, 100_000, &capture(&hold))).await;
    let refusals = [
        ("a capture after the final one", part(21, 50_000, &capture(&hold)), "79"),
        ("a void after the final capture", part(22, 50_000, &void(&hold)), "79"),
        ("a refund of more than was captured", part(23, 100_001, &refund(&hold)), "13"),
    ];
    for (what, attempt, code) in refusals {
        assert_eq!(refused_with(&bank, &attempt).await.as_deref(), Some(code), "{what}");
    }
    assert_eq!(bank.effects().await.len(), 2);
}

#[tokio::test]
async fn a_voided_hold_is_spent() {
    let bank = Bank::start(Profile::Key).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    approve(&bank.provider, &another(2, &void(&hold))).await;
    for (number, attempt) in [(3, capture(&hold)), (4, void(&hold))] {
        let refused = refused_with(&bank, &another(number, &attempt)).await;
        assert_eq!(refused.as_deref(), Some("79"));
    }
}

#[tokio::test]
async fn real_money_is_refused_before_anything_is_sent() {
    let bank = Bank::start(Profile::Key).await;
    let attempt = Attempt { mode: Mode::Live, ..authorize("tok_visa") };
    let refused = send(&bank.provider, &attempt).await;
    assert!(matches!(refused, Err(ProviderError::Misconfigured(_))), "{refused:?}");
    assert_eq!(bank.asked().await, 0);
}

#[tokio::test]
async fn credentials_are_checked_without_moving_money() {
    let bank = Bank::start(Profile::Key).await;
    assert_eq!(bank.provider.check_credentials().await, Ok(()));
    assert_eq!(bank.effects().await, []);
}

/// The same attempt about that much, under a number of its own.
fn part(number: u128, minor: i64, attempt: &Attempt) -> Attempt {
    let amount = Money::from_minor(minor, attempt.amount.currency()).unwrap();
    Attempt { amount, ..another(number, attempt) }
}

fn not_final(hold: &str) -> Attempt {
    let reference = hold.to_owned();
    attempt(Instruction::Capture(Capture { reference, is_final: false, is_automatic: false }))
}

/// The bank's word for its refusal.
async fn refused_with(bank: &Bank, attempt: &Attempt) -> Option<String> {
    match send(&bank.provider, attempt).await {
        Ok(Outcome::Declined(decline)) => decline.provider_code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
