//! What an attempt reserves while it is open.

use payment_core::{
    attempt::{
        Attempt, AttemptState, Authorize, Capture, ConfirmThreeDs, Instruction, Refund,
        ThreeDsPreference, Void,
    },
    card::{Bin, CardToken},
    id::{MerchantId, Mode, PaymentId, ProviderId, ThreeDsSessionId},
    payment::{Operation, Pending},
};
use uuid::Uuid;

use crate::samples::{at, attempt, kurus};

fn asking(instruction: Instruction) -> Attempt {
    Attempt {
        id: attempt(5),
        payment: PaymentId::from(Uuid::from_u128(7)),
        merchant: MerchantId::parse("TRENDYOL").unwrap(),
        mode: Mode::Test,
        provider: ProviderId::parse("MOCK_PROVIDER").unwrap(),
        routing_reason: "the default".to_owned(),
        amount: kurus(40),
        instruction,
        reverses: None,
        state: AttemptState::Intent,
        provider_reference: None,
        decline: None,
        error: None,
        correlation_id: "c-1".to_owned(),
        idempotency: None,
        next_check_at: None,
        checks: 0,
        created_at: at(0),
        finished_at: None,
    }
}

fn authorize() -> Authorize {
    Authorize {
        token: CardToken::parse("tok_visa").unwrap(),
        bin: Bin::parse("454671").unwrap(),
        installments: 1,
        three_ds: ThreeDsPreference::WhenRequired,
        return_url: None,
    }
}

fn confirm() -> ConfirmThreeDs {
    let session = ThreeDsSessionId::from_random([1; 16]);
    ConfirmThreeDs { session, terms: authorize(), state: String::new(), proof: String::new() }
}

fn capture(is_final: bool) -> Capture {
    Capture { reference: "auth-1".to_owned(), is_final, is_automatic: false }
}

#[test]
fn an_open_attempt_reserves_its_amount_for_its_operation() {
    let reference = || "auth-1".to_owned();
    let reserved = [
        (Instruction::Authorize(authorize()), Operation::Authorize, true),
        (Instruction::ConfirmThreeDs(confirm()), Operation::Authorize, true),
        (Instruction::Capture(capture(true)), Operation::Capture, true),
        (Instruction::Capture(capture(false)), Operation::Capture, false),
        (Instruction::Void(Void { reference: reference(), reason: None }), Operation::Void, true),
        (
            Instruction::Refund(Refund { reference: reference(), reason: None }),
            Operation::Refund,
            true,
        ),
    ];
    for (instruction, operation, is_final) in reserved {
        assert_eq!(instruction.operation(), operation);
        let expected = Pending { attempt: attempt(5), operation, amount: kurus(40), is_final };
        assert_eq!(asking(instruction).pending(), expected);
    }
}
