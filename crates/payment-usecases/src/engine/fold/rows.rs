//! The rows that most ends write.

use payment_core::{
    attempt::{Attempt, AttemptState},
    event::Event,
    payment::{Operation, Payment},
    three_ds::ThreeDsSession,
    transaction::{Transaction, TransactionKind},
};
use payment_ports::store::{Change, StoredAnswer};

use super::{Context, Open};
use crate::{
    engine::{answering::answer, event_change},
    pacing::later,
};

/// The attempt with its end.
pub(super) fn ended(attempt: &Attempt, state: AttemptState, context: &Context) -> Attempt {
    Attempt {
        state,
        error: None,
        next_check_at: None,
        finished_at: Some(context.now),
        ..attempt.clone()
    }
}

/// The session that the attempt confirms, after it. A session that ended meanwhile stays ended.
pub(super) fn concluded(open: &Open, is_authorized: Option<bool>) -> Option<ThreeDsSession> {
    open.session.as_ref().and_then(|session| session.conclude(is_authorized).ok())
}

/// Writes attempt, payment, session and events.
pub(super) fn changes_of(
    open: &Open,
    settled: &Open,
    events: &[Event],
    context: &Context,
) -> Vec<Change> {
    let mut changes = vec![
        attempt_change(&open.attempt, settled.attempt.clone()),
        Change::UpdatePayment(settled.payment.clone()),
    ];
    changes.extend(settled.session.clone().map(Change::UpdateSession));
    changes.extend(event_changes(events, &settled.payment, context));
    changes
}

/// Writes the attempt over what it was.
pub(super) fn attempt_change(before: &Attempt, attempt: Attempt) -> Change {
    Change::UpdateAttempt { attempt, from: before.progress() }
}

/// Writes the events; there is one at most.
pub(super) fn event_changes(
    events: &[Event],
    payment: &Payment,
    context: &Context,
) -> impl Iterator<Item = Change> {
    events.iter().map(|event| event_change(context.event, *event, payment))
}

/// The money that a successful attempt moved.
pub(super) fn moved(settled: &Open, context: &Context) -> Option<Change> {
    let kind = match settled.attempt.instruction.operation() {
        Operation::Capture => TransactionKind::Capture,
        Operation::Refund => TransactionKind::Refund,
        Operation::Authorize | Operation::Void => return None,
    };
    Some(Change::InsertTransaction(Transaction {
        id: context.transaction,
        payment: settled.payment.id,
        attempt: settled.attempt.id,
        kind,
        amount: settled.attempt.amount,
        provider_reference: settled.attempt.provider_reference.clone(),
        created_at: context.now,
    }))
}

/// The stored answer of a keyed request that has its end.
pub(super) fn completed(settled: &Open, context: &Context) -> Option<Change> {
    let scope = settled.attempt.idempotency?;
    let answer = StoredAnswer::from(&answer(settled, context.policy).ok()?);
    let expires_at = later(context.now, context.policy.idempotency_retention);
    Some(Change::CompleteRecord { scope, answer, completed_at: context.now, expires_at })
}
