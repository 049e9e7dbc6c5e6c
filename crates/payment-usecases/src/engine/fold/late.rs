//! What is found of an attempt that was given up: nobody waits for it any more.

use payment_core::{
    attempt::{Attempt, AttemptState, Instruction, Refund, Void},
    payment::Operation,
    time::Timestamp,
    transition::Rejected,
};
use payment_ports::{provider::Approval, store::Change};

use super::{
    Context, Folded, Open,
    approved::recorded,
    checks,
    rows::attempt_change,
    undecided::{needs_review, next_check},
};
use crate::engine::{
    finding::Finding,
    start::{Draft, drafted},
};

/// Why an operation that nobody asked for is sent.
const TAKEN_BACK: &str = "it took effect after it had been given up";

/// Whether an attempt of its own gives the money back right now. Until that has its end, nobody may
/// begin another.
pub(crate) fn is_being_taken_back(attempt: &Attempt) -> bool {
    attempt.state == AttemptState::Abandoned
        && attempt.provider_reference.is_some()
        && attempt.next_check_at.is_none()
}

/// The changes that record what was found.
pub(super) fn fold(open: &Open, finding: &Finding, context: &Context) -> Folded {
    if is_being_taken_back(&open.attempt) {
        return unchanged(open);
    }
    match finding {
        Finding::Approved(approval) => match open.attempt.instruction.operation() {
            // A person has it: a reversal of it may still arrive.
            Operation::Authorize | Operation::Capture
                if open.attempt.state == AttemptState::NeedsReview =>
            {
                unchanged(open)
            }
            Operation::Authorize | Operation::Capture => take_back(open, approval, context),
            Operation::Void | Operation::Refund => accept(open, approval, context),
        },
        Finding::Declined(_) => over(open, "it was refused"),
        Finding::GivenUp(cause) | Finding::Cancelling(cause) => over(open, cause),
        Finding::NeedsReview(cause) => needs_review(open, cause),
        Finding::Challenged(_) => watched(open, "it waits for 3-D Secure", context),
        Finding::InDoubt(cause) if next_look(open, context).is_some() => {
            next_check(open, cause, Some(checks::soon(&open.attempt, context)))
        }
        Finding::InDoubt(cause) => needs_review(
            open,
            &format!("it was given up, and nobody knows what came of it: {cause}"),
        ),
        Finding::Waiting { cause, .. }
        | Finding::NotSent(cause)
        | Finding::Misconfigured(cause) => watched(open, cause, context),
    }
}

fn unchanged(open: &Open) -> Folded {
    Folded { changes: Vec::new(), settled: open.clone(), next: None }
}

/// It came to nothing for good.
fn over(open: &Open, cause: &str) -> Folded {
    let attempt = Attempt { state: AttemptState::Abandoned, ..open.attempt.clone() };
    let after = next_check(&Open { attempt, ..open.clone() }, cause, None);
    let changes = vec![attempt_change(&open.attempt, after.settled.attempt.clone())];
    Folded { changes, ..after }
}

/// Waits for the next look at it.
pub(super) fn watched(open: &Open, cause: &str, context: &Context) -> Folded {
    next_check(open, cause, next_look(open, context))
}

fn next_look(open: &Open, context: &Context) -> Option<Timestamp> {
    checks::watch(open.attempt.finished_at.unwrap_or(context.now), context)
}

/// Begins an attempt of its own that gives the money back. It is recorded together with the
/// finding, so that it is carried out even if this process dies now.
fn take_back(open: &Open, approval: &Approval, context: &Context) -> Folded {
    let found = Attempt {
        state: AttemptState::Abandoned,
        provider_reference: Some(approval.reference.clone()),
        error: Some(TAKEN_BACK.to_owned()),
        next_check_at: None,
        // Whoever found the same at the same time must not begin a second reversal.
        checks: open.attempt.checks.saturating_add(1),
        ..open.attempt.clone()
    };
    let reason = Some(TAKEN_BACK.to_owned());
    let authorization = open.payment.provider_reference.clone().unwrap_or_default();
    let draft = Draft {
        provider: found.provider.clone(),
        routing_reason: TAKEN_BACK.to_owned(),
        amount: found.amount,
        instruction: match &found.instruction {
            Instruction::Authorize(_) | Instruction::ConfirmThreeDs(_) => {
                Instruction::Void(Void { reference: approval.reference.clone(), reason })
            }
            Instruction::Capture(_) | Instruction::Void(_) | Instruction::Refund(_) => {
                Instruction::Refund(Refund { reference: authorization, reason })
            }
        },
    };
    let reversal = Attempt {
        correlation_id: found.correlation_id.clone(),
        reverses: Some(found.id),
        ..drafted(context.next_attempt, &open.payment, draft, context.now, context.policy)
    };
    let changes =
        vec![attempt_change(&open.attempt, found.clone()), Change::InsertAttempt(reversal.clone())];
    let next = Open { reversed: Some(found.clone()), ..Open::new(open.payment.clone(), reversal) };
    let settled = Open { attempt: found, ..open.clone() };
    Folded { changes, settled, next: Some(next) }
}

/// A void or a refund cannot be taken back: it is recorded as what it is, if the payment allows.
fn accept(open: &Open, approval: &Approval, context: &Context) -> Folded {
    match open.payment.apply(open.attempt.pending().when_approved(), context.now) {
        Ok(transition) => {
            let (changes, settled) = recorded(open, transition, approval, context);
            Folded { changes, settled, next: None }
        }
        Err(Rejected::Busy(_)) => {
            let cause = "it took effect late, and another operation is under way";
            next_check(open, cause, Some(checks::soon(&open.attempt, context)))
        }
        Err(rejected) => {
            needs_review(open, &format!("it took effect after it had been given up: {rejected}"))
        }
    }
}
