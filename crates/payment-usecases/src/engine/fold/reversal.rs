//! What came of taking an attempt back. The payment does not wait for it.

use payment_core::{
    attempt::{Attempt, AttemptState},
    event::EventKind,
    payment::Operation,
};
use payment_ports::{provider::Approval, store::Change};

use super::{
    Context, Folded, Open, checks, late,
    rows::{attempt_change, ended, event_changes},
    undecided,
};
use crate::engine::finding::Finding;

/// The changes that record what was found of the reversal of `reversed`.
pub(super) fn fold(
    open: &Open,
    reversed: &Attempt,
    finding: &Finding,
    context: &Context,
) -> Folded {
    let is_over = open.attempt.state == AttemptState::Abandoned;
    match finding {
        Finding::Approved(approval) => taken_back(open, reversed, approval, context),
        _ if is_over => late::watched(open, "it was given up", context),
        Finding::Declined(decline) => {
            let attempt = ended(&open.attempt, AttemptState::Declined, context);
            let attempt = Attempt { decline: Some(decline.clone()), ..attempt };
            stuck(open, reversed, attempt, decline.code.as_str())
        }
        Finding::Misconfigured(cause) => {
            let attempt = ended(&open.attempt, AttemptState::Declined, context);
            let attempt = Attempt { error: Some(cause.clone()), ..attempt };
            stuck(open, reversed, attempt, cause)
        }
        Finding::NotSent(cause) => {
            let attempt = ended(&open.attempt, AttemptState::FailedNotSent, context);
            try_again(open, reversed, Attempt { error: Some(cause.clone()), ..attempt }, context)
        }
        Finding::GivenUp(cause) | Finding::Cancelling(cause) => {
            let attempt = Attempt {
                error: Some(cause.clone()),
                next_check_at: checks::watch(context.now, context),
                ..ended(&open.attempt, AttemptState::Abandoned, context)
            };
            match attempt.instruction.operation() {
                // Should both take effect, money would be given back twice.
                Operation::Refund => stuck(open, reversed, attempt, cause),
                Operation::Authorize | Operation::Capture | Operation::Void => {
                    try_again(open, reversed, attempt, context)
                }
            }
        }
        Finding::Challenged(_) => {
            undecided::in_doubt(open, "the provider asked for 3-D Secure out of turn", context)
        }
        Finding::InDoubt(cause) => undecided::in_doubt(open, cause, context),
        Finding::Waiting { cause, until } => undecided::waiting(open, cause, *until, context),
        Finding::NeedsReview(cause) => undecided::needs_review(open, cause),
    }
}

/// The money is back where it was; the merchant is told.
fn taken_back(open: &Open, reversed: &Attempt, approval: &Approval, context: &Context) -> Folded {
    if reversed.state == AttemptState::Reversed {
        return undecided::needs_review(open, "what it takes back had been taken back already");
    }
    let attempt = Attempt {
        provider_reference: Some(approval.reference.clone()),
        ..ended(&open.attempt, AttemptState::Succeeded, context)
    };
    let original = Open::new(open.payment.clone(), reversed.clone());
    let Folded { mut changes, settled, .. } = reversed_attempt(&original, context);
    changes.push(attempt_change(&open.attempt, attempt.clone()));
    let settled = Open { reversed: Some(settled.attempt), ..Open::new(settled.payment, attempt) };
    Folded { changes, settled, next: None }
}

/// The attempt was taken back, by whomever; the merchant is told.
pub(crate) fn reversed_attempt(open: &Open, context: &Context) -> Folded {
    let operation = open.attempt.instruction.operation();
    let (payment, events) =
        open.payment.announce(EventKind::PaymentReversed, operation, context.now);
    let attempt = counted(ended(&open.attempt, AttemptState::Reversed, context));
    let mut changes = vec![
        attempt_change(&open.attempt, attempt.clone()),
        Change::UpdatePayment(payment.clone()),
    ];
    changes.extend(event_changes(&events, &payment, context));
    Folded { changes, settled: Open::new(payment, attempt), next: None }
}

/// The provider did not give it back, or nobody knows: a person must see to it.
fn stuck(open: &Open, reversed: &Attempt, attempt: Attempt, why: &str) -> Folded {
    let stuck = Attempt {
        state: AttemptState::NeedsReview,
        error: Some(format!("it took effect late, and was not taken back: {why}")),
        next_check_at: None,
        ..reversed.clone()
    };
    both(open, reversed, attempt, stuck)
}

/// The next look at what it takes back begins another reversal, if it is still needed.
fn try_again(open: &Open, reversed: &Attempt, attempt: Attempt, context: &Context) -> Folded {
    let next_check_at = Some(checks::soon(&open.attempt, context));
    both(open, reversed, attempt, Attempt { next_check_at, ..reversed.clone() })
}

fn both(open: &Open, reversed: &Attempt, attempt: Attempt, after: Attempt) -> Folded {
    let mut changes = vec![attempt_change(&open.attempt, attempt.clone())];
    // It may have its end by another reversal.
    if reversed.state == AttemptState::Abandoned {
        changes.push(attempt_change(reversed, counted(after)));
    }
    Folded { changes, settled: Open { attempt, ..open.clone() }, next: None }
}

/// Counted, so that whoever read it before cannot write it any more.
fn counted(attempt: Attempt) -> Attempt {
    Attempt { checks: attempt.checks.saturating_add(1), ..attempt }
}
