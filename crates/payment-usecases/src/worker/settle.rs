//! Settling attempts whose outcome nobody knows.

use std::panic::AssertUnwindSafe;

use futures::{FutureExt, StreamExt, stream};
use payment_ports::store::Claim;
use uuid::Uuid;

use crate::{engine::resolve_attempt, error::Error, pacing::later, ports::Ports};

/// How many attempts are claimed and asked about at once, so that a provider which does not answer
/// delays the others by one call at most, and no claim runs out before its question is asked.
const AT_ONCE: u32 = 32;

/// Claims at most `limit` attempts that are due, and asks what became of them; answers how many
/// were claimed.
///
/// # Errors
///
/// [`Error::Store`] if nothing could be claimed. An attempt that cannot be settled is logged and
/// stays due.
pub async fn settle(ports: &Ports, worker: Uuid, limit: u64) -> Result<usize, Error> {
    let now = ports.clock.now();
    let limit = limit.min(AT_ONCE.into());
    let claim = Claim { owner: worker, now, until: later(now, ports.policy.lease), limit };
    let claimed = ports.store.claim_attempts(&claim).await?;
    let count = claimed.len();
    stream::iter(claimed)
        .for_each_concurrent(None, |attempt| async move {
            // A bug that one attempt meets must not keep the others in doubt.
            match AssertUnwindSafe(resolve_attempt(ports, attempt)).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(%attempt, %error, "an attempt in doubt could not be settled");
                }
                Err(_) => tracing::error!(%attempt, "settling an attempt in doubt panicked"),
            }
        })
        .await;
    Ok(count)
}
