//! What the merchant is told of an attempt: a pure function of what is recorded, so that whoever
//! records the end of an attempt stores the same answer.

use payment_core::attempt::{AttemptState, Instruction};

use super::Open;
use crate::{answer::Answer, error::Error, ports::Policy, view::three_ds::AuthorizationView};

pub(super) fn answer(open: &Open, policy: &Policy) -> Result<Answer, Error> {
    let Open { payment, attempt, session, reversed: _ } = open;
    match attempt.state {
        AttemptState::Succeeded => Ok(succeeded(open)),
        AttemptState::Challenged => Ok(session.as_ref().map_or_else(
            || Answer::payment(200, payment),
            |session| {
                let session = session.id.to_string();
                let view = AuthorizationView::challenged(payment, &policy.public_url, &session);
                Answer::new(200, &view)
            },
        )),
        AttemptState::Declined | AttemptState::Abandoned | AttemptState::Reversed => {
            Ok(attempt.decline.as_ref().map_or_else(
                || Answer::provider_error(payment, attempt),
                |decline| Answer::declined(payment, attempt, decline),
            ))
        }
        AttemptState::FailedNotSent => {
            Err(Error::ProviderNotReached { provider: attempt.provider.clone() })
        }
        AttemptState::Intent | AttemptState::NeedsReview => Ok(Answer::payment(202, payment)),
    }
}

fn succeeded(open: &Open) -> Answer {
    match &open.attempt.instruction {
        Instruction::Authorize(_) | Instruction::ConfirmThreeDs(_) => {
            Answer::new(200, &AuthorizationView::done(&open.payment))
        }
        // It followed an authorization by itself, which is what was asked for.
        Instruction::Capture(terms) if terms.is_automatic => {
            Answer::new(200, &AuthorizationView::done(&open.payment))
        }
        Instruction::Capture(_) | Instruction::Void(_) | Instruction::Refund(_) => {
            Answer::payment(200, &open.payment)
        }
    }
}
