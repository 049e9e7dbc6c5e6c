//! Settling attempts whose outcome nobody knows.

use std::panic::AssertUnwindSafe;

use futures::{FutureExt, StreamExt, stream};
use payment_ports::store::Claim;
use uuid::Uuid;

use crate::{
    engine::{Prompt, resolve_attempt},
    error::Error,
    pacing::later,
    ports::Ports,
};

/// How many providers are asked at once.
const CONCURRENCY: usize = 8;

/// Claims at most `limit` attempts that are due, and asks what became of them; answers how many
/// were claimed.
///
/// # Errors
///
/// [`Error::Store`] if nothing could be claimed. An attempt that cannot be settled is logged and
/// stays due.
pub async fn settle(ports: &Ports, worker: Uuid, limit: u64) -> Result<usize, Error> {
    let now = ports.clock.now();
    let claim = Claim { owner: worker, now, until: later(now, ports.policy.lease), limit };
    let claimed = ports.store.claim_attempts(&claim).await?;
    let count = claimed.len();
    stream::iter(claimed)
        .for_each_concurrent(CONCURRENCY, |attempt| async move {
            // A bug that one attempt meets must not keep the others in doubt.
            match AssertUnwindSafe(resolve_attempt(ports, attempt, Prompt::Schedule))
                .catch_unwind()
                .await
            {
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
