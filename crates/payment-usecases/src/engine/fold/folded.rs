//! The one entrance.

use payment_core::{
    attempt::{Attempt, AttemptState, Instruction},
    id::{AttemptId, EventId, ThreeDsSessionId, TransactionId},
    payment::Payment,
    three_ds::ThreeDsSession,
    time::Timestamp,
    transition::Rejected,
};
use payment_ports::store::Change;

use super::{
    approved::{approved, challenged},
    checks, late, nothing, reversal, undecided,
};
use crate::{engine::finding::Finding, ports::Policy};

/// A payment with an attempt whose end is not recorded yet.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) payment: Payment,
    pub(crate) attempt: Attempt,
    /// The 3-D Secure session that the attempt confirms or, once it is folded, asks for.
    pub(crate) session: Option<ThreeDsSession>,
    /// The attempt that this one takes back.
    pub(crate) reversed: Option<Attempt>,
}

impl Open {
    /// An attempt without session that takes nothing back.
    pub(crate) const fn new(payment: Payment, attempt: Attempt) -> Self {
        Self { payment, attempt, session: None, reversed: None }
    }

    /// Whether the payment waits for it.
    pub(crate) fn is_pending(&self) -> bool {
        self.payment.pending.is_some_and(|pending| pending.attempt == self.attempt.id)
    }
}

/// What folding needs from the world.
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    pub(crate) event: EventId,
    pub(crate) transaction: TransactionId,
    pub(crate) next_attempt: AttemptId,
    pub(crate) session: ThreeDsSessionId,
    /// At random, so that checks do not come in step.
    pub(crate) dice: u8,
}

/// What to write, and what is open afterwards.
#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) changes: Vec<Change>,
    /// The payment and attempt as they will be.
    pub(crate) settled: Open,
    /// What is to be asked next: the capture that follows an authorization by itself, or the
    /// reversal of what took effect late.
    pub(crate) next: Option<Open>,
}

/// The changes that record `finding`.
pub(crate) fn fold(open: &Open, finding: &Finding, context: &Context) -> Result<Folded, Rejected> {
    if let Some(reversed) = &open.reversed {
        return Ok(reversal::fold(open, reversed, finding, context));
    }
    match open.attempt.state {
        AttemptState::Abandoned => Ok(late::fold(open, finding, context)),
        AttemptState::NeedsReview if !open.is_pending() => Ok(late::fold(open, finding, context)),
        AttemptState::Intent
        | AttemptState::NeedsReview
        | AttemptState::Succeeded
        | AttemptState::Declined
        | AttemptState::Challenged
        | AttemptState::FailedNotSent
        | AttemptState::Reversed => pending(open, finding, context),
    }
}

/// The payment waits for this attempt.
fn pending(open: &Open, finding: &Finding, context: &Context) -> Result<Folded, Rejected> {
    match finding {
        Finding::Approved(approval) => approved(open, approval, context),
        Finding::Declined(decline) => nothing::declined(open, decline, context),
        Finding::Misconfigured(cause) => nothing::misconfigured(open, cause, context),
        Finding::Challenged(redirect) => challenged(open, redirect, context),
        // Nobody asked for this capture by itself, so there is nobody to ask for it again.
        Finding::NotSent(cause) if is_automatic(&open.attempt) => {
            Ok(undecided::in_doubt(open, cause, context))
        }
        Finding::NotSent(cause) => nothing::not_sent(open, cause, context),
        Finding::GivenUp(cause) => {
            nothing::given_up(open, cause, checks::watch(context.now, context), context)
        }
        Finding::Cancelling(cause) => {
            nothing::given_up(open, cause, Some(checks::soon(&open.attempt, context)), context)
        }
        Finding::InDoubt(cause) => Ok(undecided::in_doubt(open, cause, context)),
        Finding::Waiting { cause, until } => Ok(undecided::waiting(open, cause, *until, context)),
        Finding::NeedsReview(cause) => Ok(undecided::needs_review(open, cause)),
    }
}

/// Whether it is a capture that followed its authorization by itself.
pub(super) const fn is_automatic(attempt: &Attempt) -> bool {
    matches!(&attempt.instruction, Instruction::Capture(capture) if capture.is_automatic)
}
