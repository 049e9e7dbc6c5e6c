//! Reading an attempt with all that its end concerns.

use payment_core::id::AttemptId;
use payment_ports::store::{IdempotencyRecord, StoreError};

use super::Open;
use crate::ports::Ports;

/// An attempt with its payment, its session, what it takes back, and the record of its request.
pub(crate) async fn load_open(
    ports: &Ports,
    attempt: AttemptId,
) -> Result<Option<(Open, Option<IdempotencyRecord>)>, StoreError> {
    let Some(found) = ports.store.load_attempt(attempt).await? else {
        return Ok(None);
    };
    let reversed = match found.attempt.reverses {
        Some(reversed) => ports.store.load_attempt(reversed).await?.map(|it| it.attempt),
        None => None,
    };
    let open =
        Open { payment: found.payment, attempt: found.attempt, session: found.session, reversed };
    Ok(Some((open, found.record)))
}
