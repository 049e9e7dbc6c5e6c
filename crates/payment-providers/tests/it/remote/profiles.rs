//! What each profile does with an order that it knows already.

use payment_core::{attempt::Attempt, decline::DeclineCode, money::Money};
use payment_ports::provider::{Dedupe, Found, Outcome, Provider, ProviderError};
use payment_providers::mock::remote::Profile;
use serde_json::json;

use super::bank::{Bank, another};
use crate::fixture::{
    approve, authorize, authorized, capture, declined, found_decline, is_approved, refund, send,
    void,
};

const PROFILES: [Profile; 4] =
    [Profile::Key, Profile::UniqueReference, Profile::Query, Profile::Cancel];

/// How many holds come of one authorization that is sent twice, and the second answer.
async fn twice(profile: Profile) -> (usize, payment_ports::provider::CallResult) {
    let bank = Bank::start(profile).await;
    authorized(&bank.provider, "tok_visa").await;
    let second = send(&bank.provider, &authorize("tok_visa")).await;
    assert_eq!(bank.asked().await, 2);
    (bank.effects().await.len(), second)
}

#[tokio::test]
async fn key_repeats_its_first_answer() {
    let bank = Bank::start(Profile::Key).await;
    for token in ["tok_visa", "tok_insufficient_funds", "tok_3ds"] {
        let attempt = another(u128::try_from(token.len()).unwrap(), &authorize(token));
        let first = send(&bank.provider, &attempt).await;
        assert_eq!(first, send(&bank.provider, &attempt).await, "{token}");
    }
    assert_eq!(bank.effects().await.len(), 1);
}

#[tokio::test]
async fn key_refuses_another_order_under_the_same_key_and_nothing_is_known_of_the_first() {
    let bank = Bank::start(Profile::Key).await;
    let attempt = authorize("tok_visa");
    approve(&bank.provider, &attempt).await;
    let amount = Money::from_minor(1, attempt.amount.currency()).unwrap();
    let refused = send(&bank.provider, &Attempt { amount, ..attempt }).await;
    assert!(matches!(refused, Err(ProviderError::Unknown(_))), "{refused:?}");
    assert_eq!(bank.effects().await.len(), 1);
}

#[tokio::test]
async fn unique_reference_says_duplicate_and_that_is_no_decline() {
    let (holds, second) = twice(Profile::UniqueReference).await;
    assert_eq!(holds, 1);
    assert!(matches!(&second, Err(ProviderError::Unknown(why)) if why.contains("knows")));
}

#[tokio::test]
async fn query_and_cancel_do_it_twice() {
    for profile in [Profile::Query, Profile::Cancel] {
        let (holds, second) = twice(profile).await;
        assert_eq!(holds, 2, "{profile:?}");
        assert!(matches!(second, Ok(Outcome::Approved(_))), "{profile:?}");
    }
}

#[tokio::test]
async fn every_profile_can_be_asked_by_our_reference() {
    for profile in PROFILES {
        let bank = Bank::start(profile).await;
        let attempt = authorize("tok_visa");
        assert_eq!(bank.provider.query(&attempt).await, Ok(Found::Nothing), "{profile:?}");
        approve(&bank.provider, &attempt).await;
        assert!(is_approved(&bank.provider.query(&attempt).await.unwrap()), "{profile:?}");
    }
}

#[tokio::test]
async fn the_engine_is_told_what_each_profile_can_do() {
    for profile in PROFILES {
        let bank = Bank::start(profile).await;
        let told = bank.provider.capabilities();
        let (holds, _) = twice(profile).await;
        assert_eq!(told.dedupe == Dedupe::None, holds == 2, "{profile:?}");
        let cancelled = bank.provider.cancel(&authorize("tok_visa")).await;
        assert_eq!(told.void_by_our_reference, cancelled.is_ok(), "{profile:?}");
    }
}

#[tokio::test]
async fn an_order_that_was_cancelled_before_it_came_never_takes_effect() {
    let bank = Bank::start(Profile::Cancel).await;
    let attempt = authorize("tok_visa");
    let cancelled = bank.provider.cancel(&attempt).await;
    assert!(matches!(cancelled, Ok(Outcome::Approved(_))), "{cancelled:?}");
    let late = send(&bank.provider, &attempt).await.unwrap();
    assert_eq!(declined(&late), Some(DeclineCode::ProcessingError));
    let found = bank.provider.query(&attempt).await.unwrap();
    assert_eq!(found_decline(&found), Some(DeclineCode::ProcessingError));
    assert_eq!(bank.effects().await, []);
}

#[tokio::test]
async fn an_order_that_took_effect_is_undone_by_its_cancellation_and_once_only() {
    let bank = Bank::start(Profile::Cancel).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    let (taken, given) = (another(2, &capture(&hold)), another(3, &refund(&hold)));
    approve(&bank.provider, &taken).await;
    approve(&bank.provider, &given).await;
    for _ in 0..2 {
        let cancelled = bank.provider.cancel(&given).await;
        assert!(matches!(cancelled, Ok(Outcome::Approved(_))), "{cancelled:?}");
    }
    let cancelled = bank.provider.cancel(&taken).await;
    assert!(matches!(cancelled, Ok(Outcome::Approved(_))), "{cancelled:?}");
    let ledger = bank.ledger().await;
    let hold = &ledger["holds"][0];
    assert_eq!((&hold["capturedMinor"], &hold["refundedMinor"]), (&json!(0), &json!(0)));
    assert_eq!(hold["leftMinor"], json!(150_000));
    let effects = ledger["effects"].as_array().unwrap().iter();
    let reversed: Vec<_> = effects.map(|effect| effect["reversed"].as_bool().unwrap()).collect();
    assert_eq!(reversed, [false, true, true]);
}

#[tokio::test]
async fn an_order_that_others_build_on_cannot_be_cancelled() {
    let bank = Bank::start(Profile::Cancel).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    let taken = another(2, &capture(&hold));
    approve(&bank.provider, &taken).await;
    approve(&bank.provider, &another(3, &refund(&hold))).await;
    for attempt in [authorize("tok_visa"), taken] {
        let refused = bank.provider.cancel(&attempt).await.unwrap();
        assert_eq!(declined(&refused), Some(DeclineCode::ProcessingError));
    }
}

#[tokio::test]
async fn a_void_that_is_cancelled_leaves_the_hold_as_it_was() {
    let bank = Bank::start(Profile::Cancel).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    let voided = another(2, &void(&hold));
    approve(&bank.provider, &voided).await;
    bank.provider.cancel(&voided).await.unwrap();
    approve(&bank.provider, &another(3, &capture(&hold))).await;
}
