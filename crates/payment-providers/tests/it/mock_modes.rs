//! The moods of the whole mock.

use payment_core::{attempt::ThreeDsPreference, decline::DeclineCode};
use payment_ports::provider::{Found, Outcome, Provider, ProviderError};
use payment_providers::mock::MockMode;

use crate::fixture::{
    approve, authorize, authorize_with, authorized, capture, declined, found_decline, is_approved,
    mock, mock_in, numbered, send,
};

#[test]
fn a_mode_is_read_from_its_word() {
    let words = ["SUCCESS", "FAIL", "TIMEOUT", "RANDOM", "REQUIRES_3DS"];
    let modes = words.map(|word| MockMode::parse(word).unwrap());
    assert_eq!(
        modes,
        [
            MockMode::Success,
            MockMode::Fail,
            MockMode::Timeout,
            MockMode::Random,
            MockMode::RequiresThreeDs
        ]
    );
    assert!(words.iter().all(|word| MockMode::EXPECTED.contains(word)));
    assert_eq!(MockMode::parse("success"), None);
}

#[tokio::test]
async fn in_mode_fail_every_call_is_declined() {
    let reference = authorized(&mock(), "tok_visa").await;
    let mock = mock_in(MockMode::Fail);
    for attempt in [authorize("tok_visa"), capture(&reference)] {
        let outcome = send(&mock, &attempt).await.unwrap();
        assert_eq!(declined(&outcome), Some(DeclineCode::CardDeclined));
        let found = mock.query(&attempt).await.unwrap();
        assert_eq!(found_decline(&found), Some(DeclineCode::CardDeclined));
    }
}

#[tokio::test]
async fn in_mode_timeout_every_answer_is_lost_and_the_truth_found() {
    let reference = authorized(&mock(), "tok_visa").await;
    let mock = mock_in(MockMode::Timeout);
    for attempt in [authorize("tok_visa"), capture(&reference)] {
        assert!(matches!(send(&mock, &attempt).await, Err(ProviderError::Unknown(_))));
        assert!(is_approved(&mock.query(&attempt).await.unwrap()));
    }
    let refused = authorize("tok_card_expired");
    assert!(matches!(send(&mock, &refused).await, Err(ProviderError::Unknown(_))));
    let found = mock.query(&refused).await.unwrap();
    assert_eq!(found_decline(&found), Some(DeclineCode::CardExpired));
}

#[tokio::test]
async fn in_mode_requires_3ds_what_would_be_approved_is_challenged() {
    let mock = mock_in(MockMode::RequiresThreeDs);
    let outcome = send(&mock, &authorize("tok_visa")).await.unwrap();
    assert!(matches!(outcome, Outcome::NeedsRedirect(_)));
    let outcome = send(&mock, &authorize("tok_card_expired")).await.unwrap();
    assert_eq!(declined(&outcome), Some(DeclineCode::CardExpired));
    let never = authorize_with("tok_visa", ThreeDsPreference::Never);
    let outcome = send(&mock, &never).await.unwrap();
    assert_eq!(declined(&outcome), Some(DeclineCode::ThreeDsRequired));
}

#[tokio::test]
async fn in_mode_requires_3ds_a_capture_is_not_challenged() {
    let reference = authorized(&mock(), "tok_visa").await;
    approve(&mock_in(MockMode::RequiresThreeDs), &capture(&reference)).await;
}

#[tokio::test]
async fn in_mode_random_the_attempt_decides_and_a_query_agrees() {
    let mock = mock_in(MockMode::Random);
    let (mut approved, mut refused, mut lost, mut unsent) = (0, 0, 0, 0);
    for id in 0..256 {
        let attempt = numbered(id, authorize("tok_visa").instruction);
        let answer = send(&mock, &attempt).await;
        assert_eq!(answer, send(&mock, &attempt).await);
        let found = mock.query(&attempt).await.unwrap();
        match answer {
            Ok(outcome) => {
                let count = if declined(&outcome).is_some() { &mut refused } else { &mut approved };
                *count += 1;
                assert_eq!(found, Found::Outcome(outcome));
            }
            Err(ProviderError::Unknown(_)) => {
                lost += 1;
                assert!(is_approved(&found));
            }
            Err(ProviderError::NotSent(_)) => {
                unsent += 1;
                assert_eq!(found, Found::Nothing);
            }
            Err(other @ ProviderError::Misconfigured(_)) => panic!("{other}"),
        }
    }
    assert_eq!((approved, refused, lost, unsent), (156, 50, 25, 25));
}

#[tokio::test]
async fn in_mode_random_declines_have_many_reasons() {
    let mock = mock_in(MockMode::Random);
    for (which, code) in DeclineCode::ALL.iter().enumerate() {
        let id = u128::try_from(which).unwrap() * 256 + 8;
        let attempt = numbered(id, authorize("tok_visa").instruction);
        let outcome = send(&mock, &attempt).await.unwrap();
        assert_eq!(declined(&outcome), Some(*code));
    }
}
