//! Nobody knows the end yet: the payment keeps its pending operation, and a keyed request its open
//! record.

use payment_core::{
    attempt::{Attempt, AttemptState},
    time::Timestamp,
};

use super::{Context, Folded, Open, checks, rows::attempt_change};

/// The question was not answered.
pub(super) fn in_doubt(open: &Open, cause: &str, context: &Context) -> Folded {
    next_check(open, cause, Some(checks::soon(&open.attempt, context)))
}

/// The provider answered that it knows no end yet.
pub(super) fn waiting(
    open: &Open,
    cause: &str,
    until: Option<Timestamp>,
    context: &Context,
) -> Folded {
    next_check(open, cause, Some(checks::by_plan(&open.attempt, until, context)))
}

/// A person must find out.
pub(super) fn needs_review(open: &Open, cause: &str) -> Folded {
    let attempt = Attempt {
        state: AttemptState::NeedsReview,
        error: Some(cause.to_owned()),
        next_check_at: None,
        ..open.attempt.clone()
    };
    undecided(open, attempt)
}

/// The attempt stays as it is until the next check.
pub(super) fn next_check(open: &Open, cause: &str, at: Option<Timestamp>) -> Folded {
    let error = Some(cause.to_owned());
    undecided(open, Attempt { error, next_check_at: at, ..open.attempt.clone() })
}

fn undecided(open: &Open, attempt: Attempt) -> Folded {
    let changes = vec![attempt_change(&open.attempt, attempt.clone())];
    Folded { changes, settled: Open { attempt, ..open.clone() }, next: None }
}
