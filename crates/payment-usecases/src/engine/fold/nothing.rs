//! Nothing came of it.

use payment_core::{
    attempt::{Attempt, AttemptState},
    decline::Decline,
    payment::Operation,
    time::Timestamp,
    transition::{Action, Rejected, Transition},
};
use payment_ports::store::Change;

use super::{
    Context, Folded, Open,
    folded::is_automatic,
    rows::{changes_of, completed, concluded, ended},
};

/// The provider refused.
pub(super) fn declined(
    open: &Open,
    decline: &Decline,
    context: &Context,
) -> Result<Folded, Rejected> {
    let attempt = ended(&open.attempt, AttemptState::Declined, context);
    let attempt = Attempt { decline: Some(decline.clone()), ..attempt };
    refused(open, attempt, open.fails_the_payment(), context)
}

/// The provider will not work with our account, which says nothing of the card.
pub(super) fn misconfigured(
    open: &Open,
    cause: &str,
    context: &Context,
) -> Result<Folded, Rejected> {
    let attempt = ended(&open.attempt, AttemptState::Declined, context);
    let attempt = Attempt { error: Some(cause.to_owned()), ..attempt };
    refused(open, attempt, false, context)
}

/// Nobody waits for it any longer, but it is looked at again: it may still take effect.
pub(super) fn given_up(
    open: &Open,
    cause: &str,
    next_check_at: Option<Timestamp>,
    context: &Context,
) -> Result<Folded, Rejected> {
    let attempt = Attempt {
        error: Some(cause.to_owned()),
        next_check_at,
        ..ended(&open.attempt, AttemptState::Abandoned, context)
    };
    refused(open, attempt, open.fails_the_payment(), context)
}

/// Proved not to have reached the provider: it may be tried again with the same key.
pub(super) fn not_sent(open: &Open, cause: &str, context: &Context) -> Result<Folded, Rejected> {
    let (payment, events) = open.came_to_nothing(context)?;
    let attempt = ended(&open.attempt, AttemptState::FailedNotSent, context);
    let attempt = Attempt { error: Some(cause.to_owned()), ..attempt };
    let settled = Open { session: concluded(open, None), ..Open::new(payment, attempt) };
    let mut changes = changes_of(open, &settled, &events, context);
    changes.extend(open.attempt.idempotency.map(Change::DeleteRecord));
    Ok(Folded { changes, settled, next: None })
}

fn refused(
    open: &Open,
    attempt: Attempt,
    fails: bool,
    context: &Context,
) -> Result<Folded, Rejected> {
    let (payment, events) = if fails {
        let action = Some(Action::AuthorizeDeclined);
        open.payment.settle(open.attempt.id, action, context.now)?
    } else {
        open.came_to_nothing(context)?
    };
    let settled = Open { session: concluded(open, Some(false)), ..Open::new(payment, attempt) };
    let mut changes = changes_of(open, &settled, &events, context);
    changes.extend(completed(&settled, context));
    Ok(Folded { changes, settled, next: None })
}

impl Open {
    fn fails_the_payment(&self) -> bool {
        self.attempt.instruction.operation() == Operation::Authorize
    }

    /// The payment's status stays as it was. An event says so where the merchant was told that the
    /// outcome is unknown, or did not ask for the operation.
    fn came_to_nothing(&self, context: &Context) -> Result<Transition, Rejected> {
        let was_in_doubt = self.attempt.checks > 0 || self.attempt.error.is_some();
        if was_in_doubt || is_automatic(&self.attempt) {
            self.payment.settle_failed(self.attempt.id, context.now)
        } else {
            self.payment.settle(self.attempt.id, None, context.now)
        }
    }
}
