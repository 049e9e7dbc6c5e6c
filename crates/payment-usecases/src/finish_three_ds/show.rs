//! What the customer's browser is shown.

use std::{collections::BTreeMap, time::Duration};

use payment_core::{
    id::ThreeDsSessionId,
    money::Money,
    payment::Payment,
    three_ds::{Challenge, ThreeDsSession, ThreeDsStatus},
};
use payment_ports::store::{ApplyError, Change, LoadedSession};

use crate::{engine::commit, error::Error, ports::Ports};

/// What the customer's browser is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A page that asks for the code that the customer was sent.
    AskCode {
        /// What they pay.
        amount: Money,
        /// Whether the last code was wrong.
        was_wrong: bool,
        /// How many more codes may be tried.
        tries_left: i32,
    },
    /// A page that posts these fields to the bank by itself.
    Post {
        /// The bank's address.
        url: String,
        /// The form's fields.
        fields: BTreeMap<String, String>,
    },
    /// The bank's page.
    Redirect {
        /// The bank's address.
        url: String,
    },
    /// The bank cannot be reached right now; nothing happened, and the customer may try again.
    TryAgain,
    /// It is over: the customer goes back to the merchant.
    Ended {
        /// The payment after it.
        payment: Box<Payment>,
        /// How the session ended; [`ThreeDsStatus::Completing`] if the bank's answer is not known yet.
        status: ThreeDsStatus,
        /// The merchant's page.
        return_url: Option<String>,
    },
}

/// How long a second post of the same answer waits for what came of the first.
const PATIENCE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(100);

/// What to show to a browser that comes to a session.
///
/// # Errors
///
/// [`Error::NotFound`] if there is no such session.
pub async fn show(ports: &Ports, session: ThreeDsSessionId) -> Result<Shown, Error> {
    let found = found(ports, session).await?;
    let is_open = found.session.status == ThreeDsStatus::Pending
        && ports.clock.now() < found.session.expires_at;
    if is_open { Ok(challenge(ports, &found, false)) } else { ended(ports, found).await }
}

/// What came of a session that takes no answer any more, after waiting a little for its end.
pub(super) async fn ended(ports: &Ports, mut found: LoadedSession) -> Result<Shown, Error> {
    let mut waited = Duration::ZERO;
    while found.session.status == ThreeDsStatus::Completing && waited < PATIENCE {
        ports.clock.sleep(POLL).await;
        waited = waited.saturating_add(POLL);
        found = self::found(ports, found.session.id).await?;
    }
    if let Ok(expired) = found.session.expire(ports.clock.now()) {
        let changes = [Change::UpdateSession(expired.clone())];
        if won(commit(ports, &changes).await)? {
            return Ok(over(found.payment, expired));
        }
        found = self::found(ports, found.session.id).await?;
    }
    Ok(over(found.payment, found.session))
}

pub(super) fn over(payment: Payment, session: ThreeDsSession) -> Shown {
    Shown::Ended {
        payment: Box::new(payment),
        status: session.status,
        return_url: session.return_url,
    }
}

pub(super) fn challenge(ports: &Ports, found: &LoadedSession, was_wrong: bool) -> Shown {
    let max_attempts = ports.policy.three_ds_max_attempts;
    match found.session.challenge.clone() {
        Challenge::Code => Shown::AskCode {
            amount: found.payment.amount,
            was_wrong,
            tries_left: max_attempts.saturating_sub(found.session.wrong_codes),
        },
        Challenge::Post { url, fields } => Shown::Post { url, fields },
        Challenge::Redirect { url } => Shown::Redirect { url },
    }
}

pub(super) async fn found(
    ports: &Ports,
    session: ThreeDsSessionId,
) -> Result<LoadedSession, Error> {
    ports.store.load_session(session).await?.ok_or_else(not_found)
}

pub(super) fn not_found() -> Error {
    Error::NotFound("3-D Secure session".to_owned())
}

/// Whether a write was done; `false` if somebody else was first. A lost answer to COMMIT is
/// settled by reading again, which the guards make safe.
pub(super) fn won(written: Result<(), ApplyError>) -> Result<bool, Error> {
    match written {
        Ok(()) => Ok(true),
        Err(ApplyError::Conflict(_) | ApplyError::CommitUnknown(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
