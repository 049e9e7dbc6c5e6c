//! Attempts as the use-cases make them, and a provider asked about them.

use payment_core::{
    attempt::{
        Attempt, AttemptState, Authorize, Capture, ConfirmThreeDs, Instruction, Refund,
        ThreeDsPreference, Void,
    },
    card::{Bin, CardToken},
    currency::Currency,
    decline::DeclineCode,
    id::{MerchantId, Mode, ProviderId, ThreeDsSessionId},
    money::Money,
    three_ds::{Challenge, ThreeDsSession, ThreeDsStatus},
    time::Timestamp,
};
use payment_ports::provider::{Approval, CallResult, Found, Outcome, Provider};
use payment_providers::mock::{MockMode, MockProvider};
use uuid::Uuid;

pub(crate) fn mock() -> MockProvider {
    mock_in(MockMode::Success)
}

pub(crate) fn mock_in(mode: MockMode) -> MockProvider {
    MockProvider::new(ProviderId::parse("MOCK_PROVIDER").unwrap(), mode)
}

pub(crate) fn attempt(instruction: Instruction) -> Attempt {
    numbered(0x0199_0000_0000_7000_8000_0000_0000_0001, instruction)
}

pub(crate) fn numbered(id: u128, instruction: Instruction) -> Attempt {
    Attempt {
        id: Uuid::from_u128(id).into(),
        payment: Uuid::from_u128(2).into(),
        merchant: MerchantId::parse("DEMO_MERCHANT").unwrap(),
        mode: Mode::Test,
        provider: ProviderId::parse("MOCK_PROVIDER").unwrap(),
        routing_reason: "the only one".to_owned(),
        amount: Money::from_major("1500.00", Currency::parse("TRY").unwrap()).unwrap(),
        instruction,
        reverses: None,
        state: AttemptState::Intent,
        provider_reference: None,
        decline: None,
        error: None,
        correlation_id: "test".to_owned(),
        idempotency: None,
        next_check_at: None,
        checks: 0,
        created_at: Timestamp::UNIX_EPOCH,
        finished_at: None,
    }
}

pub(crate) fn terms(token: &str, three_ds: ThreeDsPreference) -> Authorize {
    Authorize {
        token: CardToken::parse(token).unwrap(),
        bin: Bin::parse("454360").unwrap(),
        installments: 1,
        three_ds,
        return_url: None,
    }
}

pub(crate) fn authorize(token: &str) -> Attempt {
    authorize_with(token, ThreeDsPreference::WhenRequired)
}

pub(crate) fn authorize_with(token: &str, three_ds: ThreeDsPreference) -> Attempt {
    attempt(Instruction::Authorize(terms(token, three_ds)))
}

pub(crate) fn confirm(token: &str, state: String, proof: String) -> Attempt {
    let session = ThreeDsSessionId::from_random([7; 16]);
    let terms = terms(token, ThreeDsPreference::WhenRequired);
    attempt(Instruction::ConfirmThreeDs(ConfirmThreeDs { session, terms, state, proof }))
}

pub(crate) fn capture(reference: &str) -> Attempt {
    attempt(Instruction::Capture(Capture {
        reference: reference.to_owned(),
        is_final: true,
        is_automatic: false,
    }))
}

pub(crate) fn void(reference: &str) -> Attempt {
    attempt(Instruction::Void(Void { reference: reference.to_owned(), reason: None }))
}

pub(crate) fn refund(reference: &str) -> Attempt {
    attempt(Instruction::Refund(Refund { reference: reference.to_owned(), reason: None }))
}

pub(crate) fn session(state: String) -> ThreeDsSession {
    ThreeDsSession {
        id: ThreeDsSessionId::from_random([7; 16]),
        payment: Uuid::from_u128(2).into(),
        attempt: Uuid::from_u128(1).into(),
        challenge: Challenge::Code,
        provider_state: state,
        return_url: None,
        status: ThreeDsStatus::Pending,
        wrong_codes: 0,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
    }
}

/// Sends an attempt to whatever its instruction is for.
pub(crate) async fn send(provider: &dyn Provider, attempt: &Attempt) -> CallResult {
    match &attempt.instruction {
        Instruction::Authorize(terms) => provider.authorize(attempt, terms).await,
        Instruction::ConfirmThreeDs(terms) => {
            provider.three_ds().unwrap().confirm(attempt, terms).await
        }
        Instruction::Capture(terms) => provider.capture(attempt, terms).await,
        Instruction::Void(terms) => provider.void(attempt, terms).await,
        Instruction::Refund(terms) => provider.refund(attempt, terms).await,
    }
}

pub(crate) async fn approve(provider: &dyn Provider, attempt: &Attempt) -> Approval {
    match send(provider, attempt).await {
        Ok(Outcome::Approved(approval)) => approval,
        other => panic!("expected an approval, got {other:?}"),
    }
}

/// The reference of an authorization with that token.
pub(crate) async fn authorized(provider: &dyn Provider, token: &str) -> String {
    approve(provider, &authorize(token)).await.reference
}

pub(crate) fn is_approved(found: &Found) -> bool {
    matches!(found, Found::Outcome(Outcome::Approved(_)))
}

/// The code of a refusal.
pub(crate) fn declined(outcome: &Outcome) -> Option<DeclineCode> {
    match outcome {
        Outcome::Declined(decline) => Some(decline.code),
        Outcome::Approved(_) | Outcome::NeedsRedirect(_) | Outcome::Pending => None,
    }
}

pub(crate) fn found_decline(found: &Found) -> Option<DeclineCode> {
    match found {
        Found::Outcome(outcome) => declined(outcome),
        Found::Nothing => None,
    }
}
