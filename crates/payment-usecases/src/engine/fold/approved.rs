//! The provider did it, or wants 3-D Secure first.

use payment_core::{
    attempt::{Attempt, AttemptState, Capture, Instruction},
    payment::{CaptureMethod, Operation, Payment, Status},
    three_ds::{ThreeDsSession, ThreeDsStatus},
    transition::{Action, Rejected, Transition},
};
use payment_ports::{
    provider::{Approval, Redirect},
    store::Change,
};

use super::{
    Context, Folded, Open,
    rows::{changes_of, completed, concluded, ended, moved},
    undecided,
};
use crate::{
    engine::start::{Draft, ONLY_THE_AUTHORIZER, drafted},
    pacing::later,
};

/// The pending operation was done.
pub(super) fn approved(
    open: &Open,
    approval: &Approval,
    context: &Context,
) -> Result<Folded, Rejected> {
    let action = open.attempt.pending().when_approved();
    let settled = open.payment.settle(open.attempt.id, Some(action), context.now)?;
    let (changes, settled) = recorded(open, settled, approval, context);
    let next = automatic_capture(&settled, context)?;
    let mut changes = changes;
    match &next {
        Some(next) => changes.extend([
            Change::UpdatePayment(next.payment.clone()),
            Change::InsertAttempt(next.attempt.clone()),
        ]),
        None => changes.extend(completed(&settled, context)),
    }
    Ok(Folded { changes, settled, next })
}

/// Records a success: `transition` is what it does to the payment.
pub(super) fn recorded(
    open: &Open,
    transition: Transition,
    approval: &Approval,
    context: &Context,
) -> (Vec<Change>, Open) {
    let (payment, events) = transition;
    let reference = Some(approval.reference.clone());
    let payment = match open.attempt.instruction.operation() {
        Operation::Authorize => Payment {
            provider_reference: reference.clone(),
            card_last4: approval.card_last4.clone(),
            ..payment
        },
        Operation::Capture | Operation::Void | Operation::Refund => payment,
    };
    let attempt = ended(&open.attempt, AttemptState::Succeeded, context);
    let attempt = Attempt { provider_reference: reference, ..attempt };
    let settled = Open { session: concluded(open, Some(true)), ..Open::new(payment, attempt) };
    let mut changes = changes_of(open, &settled, &events, context);
    changes.extend(moved(&settled, context));
    (changes, settled)
}

/// The issuer wants the customer to prove who they are.
pub(super) fn challenged(
    open: &Open,
    redirect: &Redirect,
    context: &Context,
) -> Result<Folded, Rejected> {
    let Instruction::Authorize(terms) = &open.attempt.instruction else {
        return Ok(undecided::in_doubt(
            open,
            "the provider asked for 3-D Secure out of turn",
            context,
        ));
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
    let without_session = Open::new(payment, attempt);
    let mut changes = changes_of(open, &without_session, &events, context);
    let settled = Open { session: Some(session.clone()), ..without_session };
    changes.push(Change::InsertSession(session));
    changes.extend(completed(&settled, context));
    Ok(Folded { changes, settled, next: None })
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
    let draft = Draft {
        provider: attempt.provider.clone(),
        routing_reason: ONLY_THE_AUTHORIZER.to_owned(),
        amount: attempt.amount,
        instruction: Instruction::Capture(Capture {
            reference,
            is_final: true,
            is_automatic: true,
        }),
    };
    let capture = Attempt {
        correlation_id: attempt.correlation_id.clone(),
        idempotency: attempt.idempotency,
        ..drafted(context.next_attempt, payment, draft, context.now, context.policy)
    };
    let payment = payment.begin(capture.pending(), context.now)?;
    Ok(Some(Open::new(payment, capture)))
}
