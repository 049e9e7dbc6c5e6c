//! Sending endpoints again what they did not take.

use payment_core::{id::DeliveryId, time::Timestamp};
use payment_ports::{
    store::{ApplyError, Change},
    webhook::{Delivery, DeliveryStatus, Endpoint, Recoverable, Recovery, Trigger},
};

use crate::{error::Error, ports::Ports};

/// How many recoveries have their turn at once.
const AT_ONCE: u64 = 20;

/// Takes every open recovery one step further, at most `batch` events each; answers how many steps
/// were taken.
///
/// A step is one write: what it queues, and that it was looked at. So a worker that dies in between
/// leaves a recovery that goes on where it was, and of two workers with the same step one does it.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn recover(ports: &Ports, batch: u64) -> Result<usize, Error> {
    let mut taken = 0_usize;
    for recovery in ports.store.open_recoveries(AT_ONCE).await? {
        let changes = step(ports, recovery, batch).await?;
        match ports.store.apply(&changes).await {
            Ok(()) => taken = taken.saturating_add(1),
            // Another worker took this step, or one of its deliveries was changed meanwhile.
            Err(ApplyError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(taken)
}

async fn step(ports: &Ports, recovery: Recovery, batch: u64) -> Result<Vec<Change>, Error> {
    let Recovery { merchant, mode, endpoint, .. } = &recovery;
    let endpoint = ports.store.endpoint(merchant, *mode, *endpoint).await?;
    let now = ports.clock.now();
    let Some(endpoint) = endpoint else {
        return Ok(vec![Change::UpdateRecovery(after(recovery, &[], 0, Some(now)))]);
    };
    let events = ports.store.recoverable(&recovery, batch).await?;
    let is_last = u64::try_from(events.len()).is_ok_and(|count| count < batch);
    let queued: Vec<_> =
        events.iter().filter_map(|event| queued(ports, &endpoint, event, now)).collect();
    // Deliveries that are new come first, so that they fit one statement.
    let (new, again): (Vec<_>, Vec<_>) =
        queued.into_iter().partition(|change| matches!(change, Change::InsertDelivery(_)));
    let count = new.len().saturating_add(again.len());
    let progress = after(recovery, &events, count, is_last.then_some(now));
    // Whoever does the same step waits here, and then finds that it was done.
    Ok([Change::UpdateRecovery(progress)].into_iter().chain(new).chain(again).collect())
}

/// The recovery once these events were looked at, and so many of them queued.
fn after(
    before: Recovery,
    events: &[Recoverable],
    queued: usize,
    completed_at: Option<Timestamp>,
) -> Recovery {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Recovery {
        position: events.last().map(|last| last.event.position()).or(before.position),
        examined: before.examined.saturating_add(count(events.len())),
        queued: before.queued.saturating_add(count(queued)),
        completed_at,
        version: before.version.saturating_add(1),
        ..before
    }
}

/// What is to be written so that the endpoint is sent an event; `None` if it has taken it, will be
/// sent it at once, or does not want it.
fn queued(
    ports: &Ports,
    endpoint: &Endpoint,
    recoverable: &Recoverable,
    now: Timestamp,
) -> Option<Change> {
    let Recoverable { event, delivery } = recoverable;
    let Some(before) = delivery else {
        return endpoint.wants(event.kind).then(|| {
            Change::InsertDelivery(Delivery {
                id: DeliveryId::from(ports.ids.uuid()),
                endpoint: endpoint.id,
                event: event.clone(),
                status: DeliveryStatus::Pending,
                trigger: Trigger::Recovery,
                attempt_count: 0,
                scheduled_tries: 0,
                last_attempt_at: None,
                next_retry_at: Some(now),
            })
        });
    };
    let next_retry_at = Some(now);
    let from = before.progress();
    let delivery = match before.status {
        DeliveryStatus::Delivered => return None,
        DeliveryStatus::Failed => Delivery {
            status: DeliveryStatus::Pending,
            trigger: Trigger::Recovery,
            scheduled_tries: 0,
            next_retry_at,
            ..before.clone()
        },
        DeliveryStatus::Pending if before.next_retry_at.is_some_and(|due| due <= now) => {
            return None;
        }
        DeliveryStatus::Pending => Delivery { next_retry_at, ..before.clone() },
    };
    Some(Change::ReopenDelivery { delivery, from })
}
