//! What the mock makes of captures, voids and refunds.

use payment_core::{attempt::Attempt, decline::DeclineCode};
use payment_ports::provider::{Found, Outcome, Provider, ProviderError};

use crate::fixture::{
    approve, authorized, capture, declined, found_decline, is_approved, mock, refund, send, void,
};

type Make = fn(&str) -> Attempt;

const OPERATIONS: [(&str, Make); 3] = [("capture", capture), ("void", void), ("refund", refund)];

#[tokio::test]
async fn an_operation_on_an_ordinary_authorization_is_approved() {
    let reference = authorized(&mock(), "tok_visa").await;
    for (name, make) in OPERATIONS {
        let approval = approve(&mock(), &make(&reference)).await;
        assert_eq!(approval.card_last4, None, "{name}");
        let found = mock().query(&make(&reference)).await;
        assert_eq!(found, Ok(Found::Outcome(Outcome::Approved(approval))), "{name}");
    }
}

#[tokio::test]
async fn a_token_declines_the_operation_it_names_and_no_other() {
    for (named, _) in OPERATIONS {
        let reference = authorized(&mock(), &format!("tok_{named}_declined")).await;
        for (name, make) in OPERATIONS {
            let outcome = send(&mock(), &make(&reference)).await.unwrap();
            let found = mock().query(&make(&reference)).await.unwrap();
            let expected = (name == named).then_some(DeclineCode::CardDeclined);
            assert_eq!(declined(&outcome), expected, "{name} after {named}");
            assert_eq!(found_decline(&found), expected, "{name} after {named}");
        }
    }
}

#[tokio::test]
async fn a_token_loses_the_answer_to_the_operation_it_names_and_no_other() {
    for (named, _) in OPERATIONS {
        let reference = authorized(&mock(), &format!("tok_{named}_timeout")).await;
        for (name, make) in OPERATIONS {
            let is_lost =
                matches!(send(&mock(), &make(&reference)).await, Err(ProviderError::Unknown(_)));
            assert_eq!(is_lost, name == named, "{name} after {named}");
            let found = mock().query(&make(&reference)).await.unwrap();
            assert!(is_approved(&found), "{name} after {named}");
        }
    }
}

#[tokio::test]
async fn a_refund_by_the_reference_of_the_capture_knows_the_token_too() {
    let authorization = authorized(&mock(), "tok_refund_declined").await;
    let captured = approve(&mock(), &capture(&authorization)).await;
    let outcome = send(&mock(), &refund(&captured.reference)).await.unwrap();
    assert_eq!(declined(&outcome), Some(DeclineCode::CardDeclined));
}

#[tokio::test]
async fn a_reference_that_the_mock_never_gave_out_is_declined() {
    let hex = "0".repeat(32);
    let strange = [
        String::new(),
        "pi_123".to_owned(),
        "MOCK-".to_owned(),
        "MOCK-12".to_owned(),
        format!("MOCK-{}", "x".repeat(32)),
        format!("MOCK-{hex}-"),
        format!("MOCK-{hex}-nonsense"),
        format!("mock-{hex}"),
    ];
    for reference in strange {
        let outcome = send(&mock(), &capture(&reference)).await.unwrap();
        assert_eq!(declined(&outcome), Some(DeclineCode::ProcessingError), "{reference}");
    }
}
