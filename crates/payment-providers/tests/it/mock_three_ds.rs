//! The mock's 3-D Secure.

use payment_core::{
    attempt::{Attempt, ThreeDsPreference},
    decline::DeclineCode,
    three_ds::Challenge,
};
use payment_ports::provider::{
    Authentication, BrowserAnswer, Found, Outcome, Provider, ProviderError, Redirect,
};

use crate::fixture::{
    approve, authorize, authorize_with, capture, confirm, declined, is_approved, mock, numbered,
    refund, send, session,
};

fn with_code(code: &str) -> BrowserAnswer {
    BrowserAnswer { fields: [("code".to_owned(), code.to_owned())].into() }
}

async fn challenge(attempt: &Attempt) -> Redirect {
    match send(&mock(), attempt).await {
        Ok(Outcome::NeedsRedirect(redirect)) => redirect,
        other => panic!("expected a challenge, got {other:?}"),
    }
}

async fn authenticate(state: String, answer: &BrowserAnswer) -> Authentication {
    let mock = mock();
    mock.three_ds().unwrap().authenticate(&session(state), answer).await.unwrap()
}

/// The attempt that confirms `token` after the right code.
async fn passed(token: &str, three_ds: ThreeDsPreference) -> Attempt {
    let state = challenge(&authorize_with(token, three_ds)).await.state;
    match authenticate(state.clone(), &with_code("111111")).await {
        Authentication::Verified { proof } => confirm(token, state, proof),
        Authentication::WrongCode | Authentication::Failed(_) => panic!("did not pass"),
    }
}

#[tokio::test]
async fn a_challenge_asks_for_a_code() {
    for token in ["tok_3ds", "tok_3ds_fail", "tok_3ds_timeout"] {
        let redirect = challenge(&authorize(token)).await;
        assert_eq!(redirect.challenge, Challenge::Code, "{token}");
        let found = mock().query(&authorize(token)).await;
        assert_eq!(found, Ok(Found::Outcome(Outcome::NeedsRedirect(redirect))), "{token}");
    }
}

#[tokio::test]
async fn the_right_code_leads_to_an_authorization_that_can_be_captured() {
    let attempt = passed("tok_3ds", ThreeDsPreference::WhenRequired).await;
    let approval = approve(&mock(), &attempt).await;
    assert!(approval.card_last4.is_some());
    assert!(is_approved(&mock().query(&attempt).await.unwrap()));
    approve(&mock(), &capture(&approval.reference)).await;
}

#[tokio::test]
async fn a_wrong_code_may_be_corrected() {
    let state = challenge(&authorize("tok_3ds")).await.state;
    for code in ["", "000000", "1111111", "11111"] {
        let judged = authenticate(state.clone(), &with_code(code)).await;
        assert_eq!(judged, Authentication::WrongCode, "{code}");
    }
    let judged = authenticate(state, &BrowserAnswer::default()).await;
    assert_eq!(judged, Authentication::WrongCode);
}

#[tokio::test]
async fn a_failing_token_fails_whatever_the_code() {
    let state = challenge(&authorize("tok_3ds_fail")).await.state;
    for code in ["111111", "000000"] {
        match authenticate(state.clone(), &with_code(code)).await {
            Authentication::Failed(decline) => {
                assert_eq!(decline.code, DeclineCode::ThreeDsFailed, "{code}");
            }
            Authentication::WrongCode | Authentication::Verified { .. } => panic!("did not fail"),
        }
    }
}

#[tokio::test]
async fn a_state_that_the_mock_never_gave_out_fails() {
    let judged = authenticate("forged".to_owned(), &with_code("111111")).await;
    assert!(matches!(judged, Authentication::Failed(_)));
}

#[tokio::test]
async fn a_lost_confirmation_is_found() {
    let attempt = passed("tok_3ds_timeout", ThreeDsPreference::WhenRequired).await;
    assert!(matches!(send(&mock(), &attempt).await, Err(ProviderError::Unknown(_))));
    assert!(is_approved(&mock().query(&attempt).await.unwrap()));
}

#[tokio::test]
async fn a_confirmation_without_the_proof_of_its_own_challenge_is_declined() {
    let state = challenge(&authorize("tok_3ds")).await.state;
    let other = challenge(&numbered(9, authorize("tok_3ds").instruction)).await.state;
    let Authentication::Verified { proof: others } =
        authenticate(other, &with_code("111111")).await
    else {
        panic!("did not pass");
    };
    for proof in [String::new(), "111111".to_owned(), state.clone(), others] {
        let outcome = send(&mock(), &confirm("tok_3ds", state.clone(), proof)).await.unwrap();
        assert_eq!(declined(&outcome), Some(DeclineCode::ThreeDsFailed));
    }
}

#[tokio::test]
async fn a_token_that_cannot_pass_is_declined_even_when_confirmed() {
    let state = challenge(&authorize("tok_3ds")).await.state;
    let Authentication::Verified { proof } =
        authenticate(state.clone(), &with_code("111111")).await
    else {
        panic!("did not pass");
    };
    let outcome = send(&mock(), &confirm("tok_3ds_fail", state, proof)).await.unwrap();
    assert_eq!(declined(&outcome), Some(DeclineCode::ThreeDsFailed));
}

#[tokio::test]
async fn a_merchant_that_never_wants_it_is_declined_where_the_issuer_insists() {
    for token in ["tok_3ds", "tok_3ds_fail", "tok_3ds_timeout"] {
        let attempt = authorize_with(token, ThreeDsPreference::Never);
        let outcome = send(&mock(), &attempt).await.unwrap();
        assert_eq!(declined(&outcome), Some(DeclineCode::ThreeDsRequired), "{token}");
    }
    approve(&mock(), &authorize_with("tok_visa", ThreeDsPreference::Never)).await;
}

#[tokio::test]
async fn a_merchant_that_always_wants_it_gets_it_for_what_would_be_approved() {
    for token in ["tok_visa", "tok_slow_5000", "tok_timeout"] {
        challenge(&authorize_with(token, ThreeDsPreference::Always)).await;
    }
    let attempt = authorize_with("tok_insufficient_funds", ThreeDsPreference::Always);
    let outcome = send(&mock(), &attempt).await.unwrap();
    assert_eq!(declined(&outcome), Some(DeclineCode::InsufficientFunds));
}

#[tokio::test]
async fn a_challenge_does_not_forget_the_rest_of_the_scenario() {
    let attempt = passed("tok_refund_declined", ThreeDsPreference::Always).await;
    let reference = approve(&mock(), &attempt).await.reference;
    let outcome = send(&mock(), &refund(&reference)).await.unwrap();
    assert_eq!(declined(&outcome), Some(DeclineCode::CardDeclined));
}
