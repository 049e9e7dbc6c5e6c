//! From the queues of endpoints to the merchants.

use std::panic::AssertUnwindSafe;

use futures::{FutureExt, StreamExt, stream};
use payment_ports::{store::Claim, webhook::ClaimedQueue};
use uuid::Uuid;

use crate::{error::Error, pacing::later, ports::Ports, webhooks};

/// Claims at most `limit` queues of endpoints that have something due.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn claim_queues(
    ports: &Ports,
    worker: Uuid,
    limit: u64,
) -> Result<Vec<ClaimedQueue>, Error> {
    let now = ports.clock.now();
    let claim = Claim { owner: worker, now, until: later(now, ports.policy.lease), limit };
    Ok(ports.store.claim_queues(&claim).await?)
}

/// Sends what is due in a queue that `worker` has claimed, for a few seconds at most, and gives it
/// back.
///
/// What goes wrong is logged: it is sent again when the lease ends.
pub async fn serve_queue(ports: &Ports, worker: Uuid, queue: ClaimedQueue) {
    let endpoint = queue.endpoint.id;
    // A bug that one queue meets must not keep the others waiting.
    let served = AssertUnwindSafe(webhooks::serve(ports, worker, queue)).catch_unwind().await;
    match served {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(%endpoint, %error, "a webhook queue could not be served; it is due again when its lease ends");
        }
        Err(_) => {
            tracing::error!(%endpoint, "serving a webhook queue panicked; it is due again when its lease ends");
        }
    }
}

/// Claims at most `limit` queues and serves them all; answers how many.
///
/// # Errors
///
/// [`Error::Store`] if nothing could be claimed.
pub async fn deliver(ports: &Ports, worker: Uuid, limit: u64) -> Result<usize, Error> {
    let claimed = claim_queues(ports, worker, limit).await?;
    let count = claimed.len();
    let serve = |queue| serve_queue(ports, worker, queue);
    stream::iter(claimed).for_each_concurrent(None, serve).await;
    Ok(count)
}
