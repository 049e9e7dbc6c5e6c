//! The bank's 3-D Secure.

use payment_core::{
    attempt::{Attempt, ThreeDsPreference},
    decline::DeclineCode,
    three_ds::Challenge,
};
use payment_ports::provider::{
    Authentication, BrowserAnswer, Found, Outcome, Provider, ProviderError, Redirect,
};
use payment_providers::mock::remote::Profile;

use super::bank::{Bank, another};
use crate::fixture::{
    approve, authorize, authorize_with, capture, confirm, declined, is_approved, send, session,
};

async fn challenge(bank: &Bank, attempt: &Attempt) -> Redirect {
    match send(&bank.provider, attempt).await {
        Ok(Outcome::NeedsRedirect(redirect)) => redirect,
        other => panic!("expected a challenge, got {other:?}"),
    }
}

async fn authenticate(bank: &Bank, state: &str, code: &str) -> Authentication {
    let answer = BrowserAnswer { fields: [("code".to_owned(), code.to_owned())].into() };
    let three_ds = bank.provider.three_ds().unwrap();
    three_ds.authenticate(&session(state.to_owned()), &answer).await.unwrap()
}

/// The attempt that confirms `token` after the right code.
async fn passed(bank: &Bank, token: &str, three_ds: ThreeDsPreference) -> Attempt {
    let state = challenge(bank, &authorize_with(token, three_ds)).await.state;
    match authenticate(bank, &state, " 111111 ").await {
        Authentication::Verified { proof } => another(2, &confirm(token, state, proof)),
        Authentication::WrongCode | Authentication::Failed(_) => panic!("did not pass"),
    }
}

#[tokio::test]
async fn a_challenge_moves_no_money_and_can_be_asked_about() {
    let bank = Bank::start(Profile::Key).await;
    let redirect = challenge(&bank, &authorize("tok_3ds")).await;
    assert_eq!(redirect.challenge, Challenge::Code);
    let found = bank.provider.query(&authorize("tok_3ds")).await;
    assert_eq!(found, Ok(Found::Outcome(Outcome::NeedsRedirect(redirect))));
    assert_eq!(bank.effects().await, []);
}

#[tokio::test]
async fn the_right_code_leads_to_a_hold_that_can_be_captured() {
    let bank = Bank::start(Profile::Key).await;
    let attempt = passed(&bank, "tok_3ds", ThreeDsPreference::WhenRequired).await;
    let approval = approve(&bank.provider, &attempt).await;
    assert!(approval.card_last4.is_some());
    approve(&bank.provider, &another(3, &capture(&approval.reference))).await;
    let names: Vec<_> = bank.effects().await.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["confirm", "capture"]);
}

#[tokio::test]
async fn a_wrong_code_may_be_corrected_and_a_failing_card_may_not() {
    let bank = Bank::start(Profile::Query).await;
    let state = challenge(&bank, &authorize("tok_3ds")).await.state;
    for code in ["", "000000", "1111111"] {
        assert_eq!(authenticate(&bank, &state, code).await, Authentication::WrongCode, "{code}");
    }
    let state = challenge(&bank, &authorize("tok_3ds_fail")).await.state;
    for state in [state.as_str(), "forged", "BANK-99999999"] {
        let Authentication::Failed(decline) = authenticate(&bank, state, "111111").await else {
            panic!("{state} did not fail");
        };
        assert_eq!(decline.code, DeclineCode::ThreeDsFailed, "{state}");
    }
}

#[tokio::test]
async fn a_confirmation_without_its_proof_is_declined() {
    let bank = Bank::start(Profile::Key).await;
    let state = challenge(&bank, &authorize("tok_3ds")).await.state;
    for (number, proof) in [(2, ""), (3, "111111"), (4, "PASSED-BANK-00000009")] {
        let attempt = another(number, &confirm("tok_3ds", state.clone(), proof.to_owned()));
        let outcome = send(&bank.provider, &attempt).await.unwrap();
        assert_eq!(declined(&outcome), Some(DeclineCode::ThreeDsFailed), "{proof}");
    }
    assert_eq!(bank.effects().await, []);
}

#[tokio::test]
async fn a_lost_confirmation_is_found() {
    let bank = Bank::start(Profile::Key).await;
    let attempt = passed(&bank, "tok_3ds_timeout", ThreeDsPreference::WhenRequired).await;
    let lost = send(&bank.provider, &attempt).await;
    assert!(matches!(lost, Err(ProviderError::Unknown(_))), "{lost:?}");
    assert!(is_approved(&bank.provider.query(&attempt).await.unwrap()));
}

#[tokio::test]
async fn the_merchants_preference_counts() {
    let bank = Bank::start(Profile::Query).await;
    for token in ["tok_3ds", "tok_3ds_fail"] {
        let attempt = authorize_with(token, ThreeDsPreference::Never);
        let outcome = send(&bank.provider, &attempt).await.unwrap();
        assert_eq!(declined(&outcome), Some(DeclineCode::ThreeDsRequired), "{token}");
    }
    approve(&bank.provider, &authorize_with("tok_visa", ThreeDsPreference::Never)).await;
    let attempt = passed(&bank, "tok_timeout", ThreeDsPreference::Always).await;
    let lost = send(&bank.provider, &attempt).await;
    assert!(matches!(lost, Err(ProviderError::Unknown(_))), "{lost:?}");
}
