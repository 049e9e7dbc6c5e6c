//! What an answer means: pure, and the same for requests, workers and notices.

use payment_core::{
    attempt::{Attempt, AttemptState, Capture, Instruction},
    decline::Decline,
    event::Event,
    id::{AttemptId, EventId, ThreeDsSessionId, TransactionId},
    payment::{CaptureMethod, Operation, Payment, Status},
    three_ds::{ThreeDsSession, ThreeDsStatus},
    time::Timestamp,
    transaction::{Transaction, TransactionKind},
    transition::{Action, Rejected},
};
use payment_ports::{
    provider::{Approval, Redirect},
    store::{Change, StoredAnswer},
};

use super::{
    answering::answer, commit::event_change, finding::Finding, start::ONLY_THE_AUTHORIZER,
};
use crate::{pacing::later, ports::Policy};

/// A payment with an attempt whose end is not recorded yet.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) payment: Payment,
    pub(crate) attempt: Attempt,
    /// The 3-D Secure session that the attempt confirms or, once it is folded, asks for.
    pub(crate) session: Option<ThreeDsSession>,
}

/// What folding needs from the world.
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    pub(crate) event: EventId,
    pub(crate) transaction: TransactionId,
    pub(crate) next_attempt: AttemptId,
    pub(crate) session: ThreeDsSessionId,
}

/// What to write, and what is open afterwards.
pub(crate) struct Folded {
    pub(crate) changes: Vec<Change>,
    /// The payment and attempt as they will be.
    pub(crate) settled: Open,
    /// The capture that follows an authorization by itself.
    pub(crate) next: Option<Open>,
}

/// The changes that record `finding`.
pub(crate) fn fold(open: &Open, finding: &Finding, context: &Context) -> Result<Folded, Rejected> {
    match finding {
        Finding::Approved(approval) => approved(open, approval, context),
        Finding::Declined(decline) => declined(open, Some(decline.clone()), None, context),
        Finding::Misconfigured(cause) => declined(open, None, Some(cause.clone()), context),
        Finding::Challenged(redirect) => challenged(open, redirect, context),
        // Nobody asked for this capture by itself, so there is nobody to ask for it again.
        Finding::NotSent(cause) if is_automatic(&open.attempt) => {
            Ok(in_doubt(open, cause, context))
        }
        Finding::NotSent(cause) => not_sent(open, cause, context),
        Finding::InDoubt(cause) => Ok(in_doubt(open, cause, context)),
        Finding::NeedsReview(cause) => Ok(needs_review(open, cause)),
    }
}

fn approved(open: &Open, approval: &Approval, context: &Context) -> Result<Folded, Rejected> {
    let pending = open.attempt.pending();
    let (payment, events) =
        open.payment.settle(open.attempt.id, Some(pending.when_approved()), context.now)?;
    let reference = Some(approval.reference.clone());
    let payment = match pending.operation {
        Operation::Authorize => Payment {
            provider_reference: reference.clone(),
            card_last4: approval.card_last4.clone(),
            ..payment
        },
        Operation::Capture | Operation::Void | Operation::Refund => payment,
    };
    let attempt = ended(&open.attempt, AttemptState::Succeeded, context);
    let attempt = Attempt { provider_reference: reference, ..attempt };
    let session = concluded(open, Some(true));
    let settled = Open { payment, attempt, session };
    let next = automatic_capture(&settled, context)?;
    let transaction = moved(&settled, context).map(Change::InsertTransaction);
    let mut changes = changes_of(open, &settled, &events, context);
    changes.extend(transaction);
    match &next {
        Some(next) => changes.extend([
            Change::UpdatePayment(next.payment.clone()),
            Change::InsertAttempt(next.attempt.clone()),
        ]),
        None => changes.extend(completed(&settled, context)),
    }
    Ok(Folded { changes, settled, next })
}

fn declined(
    open: &Open,
    decline: Option<Decline>,
    error: Option<String>,
    context: &Context,
) -> Result<Folded, Rejected> {
    let fails = open.attempt.instruction.operation() == Operation::Authorize && decline.is_some();
    let action = fails.then_some(Action::AuthorizeDeclined);
    let (payment, events) = open.payment.settle(open.attempt.id, action, context.now)?;
    let attempt = ended(&open.attempt, AttemptState::Declined, context);
    let attempt = Attempt { decline, error, ..attempt };
    let settled = Open { payment, attempt, session: concluded(open, Some(false)) };
    let mut changes = changes_of(open, &settled, &events, context);
    changes.extend(completed(&settled, context));
    Ok(Folded { changes, settled, next: None })
}

fn challenged(open: &Open, redirect: &Redirect, context: &Context) -> Result<Folded, Rejected> {
    let Instruction::Authorize(terms) = &open.attempt.instruction else {
        return Ok(in_doubt(open, "the provider asked for 3-D Secure out of turn", context));
    };
    let (payment, events) =
        open.payment.settle(open.attempt.id, Some(Action::ThreeDsNeeded), context.now)?;
    let session = ThreeDsSession {
        id: context.session,
        payment: payment.id,
        attempt: open.attempt.id,
        challenge: redirect.challenge.clone(),
        provider_state: redirect.state.clone(),
        return_url: terms.return_url.clone(),
        status: ThreeDsStatus::Pending,
        wrong_codes: 0,
        version: 1,
        created_at: context.now,
        expires_at: later(context.now, context.policy.three_ds_timeout),
    };
    let attempt = ended(&open.attempt, AttemptState::Challenged, context);
    let settled = Open { payment, attempt, session: Some(session.clone()) };
    let without_session = Open { session: None, ..settled.clone() };
    let mut changes = changes_of(open, &without_session, &events, context);
    changes.push(Change::InsertSession(session));
    changes.extend(completed(&settled, context));
    Ok(Folded { changes, settled, next: None })
}

fn not_sent(open: &Open, cause: &str, context: &Context) -> Result<Folded, Rejected> {
    let (payment, events) = open.payment.settle(open.attempt.id, None, context.now)?;
    let attempt = ended(&open.attempt, AttemptState::FailedNotSent, context);
    let attempt = Attempt { error: Some(cause.to_owned()), ..attempt };
    let settled = Open { payment, attempt, session: concluded(open, None) };
    let mut changes = changes_of(open, &settled, &events, context);
    changes.extend(open.attempt.idempotency.map(Change::DeleteRecord));
    Ok(Folded { changes, settled, next: None })
}

fn in_doubt(open: &Open, cause: &str, context: &Context) -> Folded {
    let checks = usize::try_from(open.attempt.checks).unwrap_or(0);
    let wait = context.policy.doubt_checks.delay_forever(checks);
    let attempt = Attempt {
        error: Some(cause.to_owned()),
        next_check_at: Some(later(context.now, wait)),
        ..open.attempt.clone()
    };
    undecided(open, attempt)
}

fn needs_review(open: &Open, cause: &str) -> Folded {
    let attempt = Attempt {
        state: AttemptState::NeedsReview,
        error: Some(cause.to_owned()),
        next_check_at: None,
        ..open.attempt.clone()
    };
    undecided(open, attempt)
}

/// The payment keeps its pending operation, and a keyed request its open record.
fn undecided(open: &Open, attempt: Attempt) -> Folded {
    let changes =
        vec![Change::UpdateAttempt { attempt: attempt.clone(), from: open.attempt.progress() }];
    Folded { changes, settled: Open { attempt, ..open.clone() }, next: None }
}

const fn is_automatic(attempt: &Attempt) -> bool {
    matches!(&attempt.instruction, Instruction::Capture(capture) if capture.is_automatic)
}

fn ended(attempt: &Attempt, state: AttemptState, context: &Context) -> Attempt {
    Attempt {
        state,
        error: None,
        next_check_at: None,
        finished_at: Some(context.now),
        ..attempt.clone()
    }
}

/// The session that the attempt confirms, after it. A session that ended meanwhile stays ended.
fn concluded(open: &Open, is_authorized: Option<bool>) -> Option<ThreeDsSession> {
    open.session.as_ref().and_then(|session| session.conclude(is_authorized).ok())
}

fn changes_of(open: &Open, settled: &Open, events: &[Event], context: &Context) -> Vec<Change> {
    let (attempt, from) = (settled.attempt.clone(), open.attempt.progress());
    let mut changes = vec![
        Change::UpdateAttempt { attempt, from },
        Change::UpdatePayment(settled.payment.clone()),
    ];
    changes.extend(settled.session.clone().map(Change::UpdateSession));
    changes
        .extend(events.iter().map(|event| event_change(context.event, *event, &settled.payment)));
    changes
}

fn moved(settled: &Open, context: &Context) -> Option<Transaction> {
    let kind = match settled.attempt.instruction.operation() {
        Operation::Capture => TransactionKind::Capture,
        Operation::Refund => TransactionKind::Refund,
        Operation::Authorize | Operation::Void => return None,
    };
    Some(Transaction {
        id: context.transaction,
        payment: settled.payment.id,
        attempt: settled.attempt.id,
        kind,
        amount: settled.attempt.amount,
        provider_reference: settled.attempt.provider_reference.clone(),
        created_at: context.now,
    })
}

/// The stored answer of a keyed request that has its end.
fn completed(settled: &Open, context: &Context) -> Option<Change> {
    let scope = settled.attempt.idempotency?;
    let answer = StoredAnswer::from(&answer(settled, context.policy).ok()?);
    let expires_at = later(context.now, context.policy.idempotency_retention);
    Some(Change::CompleteRecord { scope, answer, completed_at: context.now, expires_at })
}

/// The capture that follows at once where the merchant wanted it so. It is recorded together with
/// the authorization, so that it is carried out even if this process dies now.
fn automatic_capture(settled: &Open, context: &Context) -> Result<Option<Open>, Rejected> {
    let Open { payment, attempt, .. } = settled;
    let is_due = payment.capture_method == CaptureMethod::Automatic
        && payment.status == Status::Authorized
        && attempt.instruction.operation() == Operation::Authorize;
    if !is_due {
        return Ok(None);
    }
    let reference = attempt.provider_reference.clone().unwrap_or_default();
    let capture = Attempt {
        id: context.next_attempt,
        routing_reason: ONLY_THE_AUTHORIZER.to_owned(),
        instruction: Instruction::Capture(Capture {
            reference,
            is_final: true,
            is_automatic: true,
        }),
        state: AttemptState::Intent,
        provider_reference: None,
        next_check_at: Some(later(context.now, context.policy.lease)),
        checks: 0,
        created_at: context.now,
        finished_at: None,
        ..attempt.clone()
    };
    let payment = payment.begin(capture.pending(), context.now)?;
    Ok(Some(Open { payment, attempt: capture, session: None }))
}
