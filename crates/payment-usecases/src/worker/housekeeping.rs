//! What time alone brings about.

use payment_ports::store::{ApplyError, Change, StoreError};
use uuid::Uuid;

use crate::{error::Error, ports::Ports};

/// Ends at most `limit` 3-D Secure sessions whose time is over; answers how many.
///
/// The payment stays `CREATED` and may be authorized again: nothing was held.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn expire_sessions(ports: &Ports, limit: u64) -> Result<usize, Error> {
    let now = ports.clock.now();
    let mut expired = 0_usize;
    for id in ports.store.overdue_sessions(now, limit).await? {
        let found = match ports.store.load_session(id).await {
            Ok(found) => found,
            Err(StoreError::Corrupt(what)) => {
                tracing::error!(what, "a 3-D Secure session cannot be read");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(session) = found.and_then(|found| found.session.expire(now).ok()) else {
            continue;
        };
        match ports.store.apply(&[Change::UpdateSession(session)]).await {
            Ok(()) => expired = expired.saturating_add(1),
            // The customer answered at the last moment.
            Err(ApplyError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(expired)
}

/// Forgets at most `limit` idempotency keys whose time is over; answers how many.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn forget_records(ports: &Ports, limit: u64) -> Result<u64, Error> {
    Ok(ports.store.forget_records(ports.clock.now(), limit).await?)
}

/// Gives back what `worker` claimed and did not finish, so that others need not wait for it.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn release(ports: &Ports, worker: Uuid) -> Result<(), Error> {
    Ok(ports.store.release_claims(worker).await?)
}
