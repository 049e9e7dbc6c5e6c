//! T2: write down what came of an attempt, once.

use std::pin::Pin;

use payment_core::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, EventId, ThreeDsSessionId, TransactionId},
    payment::{CaptureMethod, Operation},
};
use payment_ports::{provider::Query, store::RecordState};

use super::{
    answering::answer,
    call::{ask, provider_of},
    commit,
    finding::Finding,
    fold::{Context, Folded, Open, fold},
    load_open,
    resolve::{claim_and_resolve, is_cancellable},
};
use crate::{
    answer::Answer,
    error::Error,
    pacing::{MAX_TRIES, back_off, later},
    ports::Ports,
};

/// Asks the provider, records its answer, and goes on to what may follow by itself: a capture, or
/// the reversal of what took effect late.
pub(crate) async fn carry_out(ports: &Ports, mut open: Open) -> Result<Answer, Error> {
    let mut told = None;
    loop {
        let provider = provider_of(ports, &open.attempt.provider)?;
        let finding = if is_too_late(ports, &open) {
            Finding::InDoubt("it was not sent in time".to_owned())
        } else {
            Finding::from(ask(ports, provider.as_ref(), &open.attempt).await)
        };
        match (conclude(ports, open, &finding).await, told) {
            (Ok(Concluded::Next { next, answer }), before) => {
                open = *next;
                told = before.or(answer);
            }
            // The merchant's answer is final, whatever comes of the reversal that followed.
            (Ok(Concluded::Answer(_)), Some(told)) => return Ok(told),
            (Err(error), Some(told)) => {
                tracing::error!(%error, "a reversal is left to a worker");
                return Ok(told);
            }
            (Ok(Concluded::Answer(answer)), None) => return Ok(answer),
            (Err(error), None) => return Err(error),
        }
    }
}

/// Whether this process slept so long after T1 that a worker may have judged by now that the
/// attempt was never sent.
fn is_too_late(ports: &Ports, open: &Open) -> bool {
    later(open.attempt.created_at, ports.policy.call_timeout) <= ports.clock.now()
}

/// What is left to do after an attempt has its end.
pub(super) enum Concluded {
    Answer(Answer),
    Next {
        next: Box<Open>,
        /// What the merchant is told whatever comes of it.
        answer: Option<Answer>,
    },
}

/// Records `finding`, unless somebody else recorded the attempt's end before.
///
/// A claim that was counted since means that somebody else is at it: only what the provider itself
/// said is recorded over that.
pub(super) async fn conclude(
    ports: &Ports,
    mut open: Open,
    finding: &Finding,
) -> Result<Concluded, Error> {
    let asked_at = open.attempt.checks;
    let mut told = None;
    for tried in 0..MAX_TRIES {
        if open.attempt.checks != asked_at && !finding.is_definite() {
            break;
        }
        let Ok(Folded { changes, settled, next }) = fold(&open, finding, &context(ports)) else {
            return Err(Error::Contended);
        };
        match commit(ports, &changes).await {
            Ok(()) => {
                alert(&settled);
                return after(ports, &settled, next, told);
            }
            Err(error) => tracing::debug!(attempt = %open.attempt.id, %error, "T2 is tried again"),
        }
        // A database that is away may be back soon, and nobody else knows the outcome.
        back_off(ports, tried).await;
        match reload(ports, open.attempt.id, finding).await {
            Ok(Reloaded::Open(again)) => open = *again,
            Ok(Reloaded::GivenUp(again, answer)) if can_be_looked_at(ports, &again) => {
                // It may have been cancelled since it was approved: only the provider knows.
                look(ports, again.attempt.id).await;
                return answer.map(Concluded::Answer);
            }
            Ok(Reloaded::GivenUp(again, answer)) => {
                open = *again;
                told = Some(answer?);
            }
            Ok(Reloaded::Ended(answer)) => return Ok(Concluded::Answer(answer?)),
            Err(Error::Store(_)) => {}
            Err(error) => return Err(error),
        }
    }
    if finding.is_definite() {
        tracing::error!(attempt = %open.attempt.id, ?finding, "the outcome could not be recorded");
    }
    Ok(Concluded::Answer(told.unwrap_or_else(|| Answer::payment(202, &open.payment))))
}

/// Whether the provider itself says, or decides, what stands of an attempt that was given up.
fn can_be_looked_at(ports: &Ports, open: &Open) -> bool {
    provider_of(ports, &open.attempt.provider).is_ok_and(|provider| {
        let capabilities = provider.capabilities();
        capabilities.query == Query::ByOurReference || is_cancellable(capabilities, &open.attempt)
    })
}

fn alert(settled: &Open) {
    let Attempt { id, state, error, .. } = &settled.attempt;
    if *state == AttemptState::NeedsReview {
        tracing::error!(attempt = %id, error, "an attempt waits for a person");
    }
    if let Some(reversed) = settled.attempt.reverses {
        tracing::warn!(attempt = %reversed, reversal = %id, %state, "a late success is taken back");
    }
}

/// Looks at an attempt that was given up; what cannot be recorded now is seen by the next look.
///
/// On the heap, since the whole engine is inside.
pub(super) fn look(
    ports: &Ports,
    attempt: AttemptId,
) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
    Box::pin(async move {
        if let Err(error) = claim_and_resolve(ports, attempt).await {
            tracing::warn!(%attempt, %error, "an attempt that was given up could not be looked at");
        }
    })
}

fn after(
    ports: &Ports,
    settled: &Open,
    next: Option<Open>,
    told: Option<Answer>,
) -> Result<Concluded, Error> {
    match (next, told) {
        (Some(next), answer) => Ok(Concluded::Next { next: Box::new(next), answer }),
        (None, Some(told)) => Ok(Concluded::Answer(told)),
        (None, None) => answer(settled, &ports.policy).map(Concluded::Answer),
    }
}

enum Reloaded {
    Open(Box<Open>),
    /// It was given up meanwhile, and yet the provider did it.
    GivenUp(Box<Open>, Result<Answer, Error>),
    Ended(Result<Answer, Error>),
}

/// Reads an attempt back: it is still open, or has an end that somebody recorded.
async fn reload(ports: &Ports, attempt: AttemptId, finding: &Finding) -> Result<Reloaded, Error> {
    let (open, record) = load_open(ports, attempt).await?.ok_or(Error::Contended)?;
    let state = open.attempt.state;
    if state == AttemptState::Intent
        || (state == AttemptState::NeedsReview && finding.is_definite())
    {
        return Ok(Reloaded::Open(Box::new(open)));
    }
    let stored = record.and_then(|record| match record.state {
        RecordState::Done { answer, .. } => Some(Answer { is_replay: false, ..answer.into() }),
        RecordState::InProgress(_) => None,
    });
    // Its automatic capture may still be under way, which then ends the request.
    let is_under_way = open.attempt.idempotency.is_some() && has_automatic_capture(&open);
    let answer = match stored {
        Some(stored) => Ok(stored),
        None if is_under_way => Ok(Answer::payment(202, &open.payment)),
        None => answer(&open, &ports.policy),
    };
    let is_done = matches!(finding, Finding::Approved(_));
    match state {
        AttemptState::Abandoned if is_done => Ok(Reloaded::GivenUp(Box::new(open), answer)),
        AttemptState::Succeeded | AttemptState::Abandoned | AttemptState::Reversed => {
            Ok(Reloaded::Ended(answer))
        }
        AttemptState::Declined
        | AttemptState::Challenged
        | AttemptState::FailedNotSent
        | AttemptState::Intent
        | AttemptState::NeedsReview => {
            if is_done {
                tracing::error!(
                    %attempt, ended = %state, ?finding,
                    "the provider approved what was recorded otherwise"
                );
            }
            Ok(Reloaded::Ended(answer))
        }
    }
}

/// Whether the capture that follows an authorization by itself is pending.
fn has_automatic_capture(open: &Open) -> bool {
    open.payment.capture_method == CaptureMethod::Automatic
        && open.attempt.instruction.operation() == Operation::Authorize
        && open.payment.pending.is_some_and(|pending| pending.operation == Operation::Capture)
}

/// What folding needs from the world.
pub(crate) fn context(ports: &Ports) -> Context<'_> {
    let [dice, ..] = ports.ids.random();
    Context {
        policy: &ports.policy,
        now: ports.clock.now(),
        event: EventId::from(ports.ids.uuid()),
        transaction: TransactionId::from(ports.ids.uuid()),
        next_attempt: AttemptId::from(ports.ids.uuid()),
        session: ThreeDsSessionId::from_random(ports.ids.random_128_bits()),
        dice,
    }
}
