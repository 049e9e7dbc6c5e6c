//! From the outbox to the merchant: sending webhooks.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt, StreamExt, stream};
use payment_core::pan;
use payment_ports::{
    store::{ApplyError, Change, Claim},
    webhook::{
        ClaimedDelivery, Delivery, DeliveryAttempt, DeliveryStatus, SendFailure, WebhookRequest,
        WebhookResponse,
    },
};
use uuid::Uuid;

use crate::{error::Error, pacing::later, ports::Ports, view::event::public_event_id};

/// How many receivers are called at once.
const CONCURRENCY: usize = 32;
/// The longest wait that a receiver may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Claims at most `limit` deliveries that are due and sends them; answers how many were claimed.
///
/// The events of one payment go to one endpoint in order, one after the other; one that fails does
/// not keep those behind it waiting.
///
/// # Errors
///
/// [`Error::Store`] if nothing could be claimed. What cannot be recorded is sent again when the
/// lease ends.
pub async fn deliver(ports: &Ports, worker: Uuid, limit: u64) -> Result<usize, Error> {
    let now = ports.clock.now();
    let claim = Claim { owner: worker, now, until: later(now, ports.policy.lease), limit };
    let claimed = ports.store.claim_deliveries(&claim).await?;
    let count = claimed.len();
    let mut queues: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for item in claimed {
        let queue = (item.endpoint.id, item.delivery.event.payment);
        queues.entry(queue).or_default().push(item);
    }
    stream::iter(queues.into_values())
        .for_each_concurrent(CONCURRENCY, |queue| async move {
            // A bug that one queue meets must not keep the others waiting.
            let work = in_order(ports, &claim, queue);
            let sent = AssertUnwindSafe(work).catch_unwind().await;
            if sent.is_err() {
                tracing::error!(
                    "sending webhooks panicked; they are due again when the lease ends"
                );
            }
        })
        .await;
    Ok(count)
}

async fn in_order(ports: &Ports, claim: &Claim, mut queue: Vec<ClaimedDelivery>) {
    queue.sort_by_key(|item| item.delivery.event.sequence);
    for item in queue {
        // Longer than any try takes.
        let longest_try = ports.policy.lease / 3;
        let is_too_late = later(ports.clock.now(), longest_try) > claim.until;
        let recorded = if is_too_late {
            record(ports, claim.owner, given_back(ports, item.delivery), None).await
        } else {
            let (delivery, attempt) = send(ports, item).await;
            record(ports, claim.owner, delivery, Some(attempt)).await
        };
        if let Err(error) = recorded {
            tracing::error!(%error, "a webhook's outcome could not be recorded; it may be sent again");
        }
    }
}

async fn send(ports: &Ports, item: ClaimedDelivery) -> (Delivery, DeliveryAttempt) {
    let ClaimedDelivery { delivery, endpoint } = item;
    let started_at = ports.clock.now();
    let webhook_id = public_event_id(delivery.event.id);
    let request = WebhookRequest {
        endpoint: &endpoint,
        webhook_id: &webhook_id,
        timestamp: started_at,
        body: &delivery.event.payload,
    };
    let result = ports.webhooks.send(request).await;
    let attempt = DeliveryAttempt {
        id: ports.ids.uuid(),
        delivery: delivery.id,
        number: delivery.attempt_count,
        started_at,
        duration_ms: (ports.clock.now() - started_at).num_milliseconds(),
        status_code: result.as_ref().ok().map(|response| i32::from(response.status)),
        error_class: result.as_ref().err().map(ToString::to_string),
        response_excerpt: result.as_ref().ok().map(|said| pan::mask(&said.excerpt).into_owned()),
    };
    (after(ports, delivery, &result), attempt)
}

/// The delivery after a try.
fn after(
    ports: &Ports,
    delivery: Delivery,
    result: &Result<WebhookResponse, SendFailure>,
) -> Delivery {
    let now = ports.clock.now();
    let recorded = Delivery { last_attempt_at: Some(now), ..delivery };
    let asked = match result {
        Ok(response) if (200..300).contains(&response.status) => {
            return Delivery { status: DeliveryStatus::Delivered, next_retry_at: None, ..recorded };
        }
        Ok(response) => response.retry_after.unwrap_or_default(),
        Err(_) => Duration::ZERO,
    };
    let tries = usize::try_from(recorded.attempt_count).unwrap_or(usize::MAX);
    match ports.policy.webhook_retries.delay_after(tries) {
        Some(wait) => {
            let wait = wait.max(asked.min(MAX_RETRY_AFTER));
            Delivery { next_retry_at: Some(later(now, wait)), ..recorded }
        }
        None => Delivery { status: DeliveryStatus::Failed, next_retry_at: None, ..recorded },
    }
}

/// A delivery that is not tried, because the claim might end meanwhile; it is due at once.
fn given_back(ports: &Ports, delivery: Delivery) -> Delivery {
    let attempt_count = delivery.attempt_count.saturating_sub(1);
    Delivery { attempt_count, next_retry_at: Some(ports.clock.now()), ..delivery }
}

async fn record(
    ports: &Ports,
    worker: Uuid,
    delivery: Delivery,
    attempt: Option<DeliveryAttempt>,
) -> Result<(), ApplyError> {
    let mut changes: Vec<_> = attempt.map(Change::InsertDeliveryAttempt).into_iter().collect();
    changes.push(Change::UpdateDelivery { delivery, owner: worker });
    ports.store.apply(&changes).await
}
