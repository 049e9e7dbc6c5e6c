//! From the outbox to the merchant's endpoints.

use std::collections::HashMap;

use payment_core::id::{DeliveryId, MerchantId, Mode};
use payment_ports::{
    store::{ApplyError, Change, Claim, StoreError},
    webhook::{Delivery, DeliveryStatus, Endpoint, OutboxEvent, Trigger},
};
use uuid::Uuid;

use crate::{error::Error, pacing::later, ports::Ports};

/// Claims at most `limit` events and makes a delivery of each for every endpoint that hears of
/// them; answers how many were claimed.
///
/// Deliveries and the end of the event are one write, so that no endpoint is left out or told
/// twice.
///
/// # Errors
///
/// [`Error::Store`]; what was claimed is due again when the lease ends.
pub async fn fan_out(ports: &Ports, worker: Uuid, limit: u64) -> Result<usize, Error> {
    let now = ports.clock.now();
    let claim = Claim { owner: worker, now, until: later(now, ports.policy.lease), limit };
    let events = ports.store.claim_events(&claim).await?;
    let mut endpoints = HashMap::new();
    let mut batch = Vec::new();
    for event in &events {
        match heard_by(ports, &mut endpoints, event).await {
            Ok(heard) => batch.push(FannedOut::new(ports, worker, event, &heard)),
            // It stays claimed, so that it does not keep the events of other merchants waiting.
            Err(StoreError::Corrupt(what)) => {
                tracing::error!(event = %event.id, merchant = %event.merchant, what, "an event cannot be fanned out");
            }
            Err(error) => return Err(error.into()),
        }
    }
    // Deliveries first and ends last, so that each kind fits one statement.
    let all = batch.iter().flat_map(|it| it.deliveries.clone());
    let all: Vec<_> = all.chain(batch.iter().map(|it| it.end.clone())).collect();
    match ports.store.apply(&all).await {
        Ok(()) => {}
        // One of them is not ours any more, or an endpoint was just deleted.
        Err(ApplyError::Conflict(_)) => one_by_one(ports, worker, &events).await?,
        Err(error) => return Err(error.into()),
    }
    Ok(events.len())
}

async fn one_by_one(ports: &Ports, worker: Uuid, events: &[OutboxEvent]) -> Result<(), Error> {
    for event in events {
        let heard = match heard_by(ports, &mut HashMap::new(), event).await {
            Ok(heard) => heard,
            Err(StoreError::Corrupt(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let FannedOut { deliveries, end } = FannedOut::new(ports, worker, event, &heard);
        let all: Vec<_> = deliveries.into_iter().chain([end]).collect();
        match ports.store.apply(&all).await {
            Ok(()) | Err(ApplyError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

type Known = HashMap<(MerchantId, Mode), Vec<Endpoint>>;

async fn heard_by(
    ports: &Ports,
    known: &mut Known,
    event: &OutboxEvent,
) -> Result<Vec<Endpoint>, StoreError> {
    let owner = (event.merchant.clone(), event.mode);
    if !known.contains_key(&owner) {
        let found = ports.store.endpoints(&event.merchant, event.mode).await?;
        known.insert(owner.clone(), found);
    }
    let all = known.get(&owner).into_iter().flatten();
    Ok(all.filter(|endpoint| endpoint.hears(event.kind)).cloned().collect())
}

/// What is written for one event.
struct FannedOut {
    deliveries: Vec<Change>,
    end: Change,
}

impl FannedOut {
    fn new(ports: &Ports, worker: Uuid, event: &OutboxEvent, endpoints: &[Endpoint]) -> Self {
        let wait = ports.policy.webhook_retries.delay_after(0).unwrap_or_default();
        let first_try = later(ports.clock.now(), wait);
        let delivery = |endpoint: &Endpoint| {
            Change::InsertDelivery(Delivery {
                id: DeliveryId::from(ports.ids.uuid()),
                endpoint: endpoint.id,
                event: event.clone(),
                status: DeliveryStatus::Pending,
                trigger: Trigger::Automatic,
                attempt_count: 0,
                scheduled_tries: 0,
                last_attempt_at: None,
                next_retry_at: Some(first_try),
            })
        };
        Self {
            deliveries: endpoints.iter().map(delivery).collect(),
            end: Change::FinishEvent { event: event.id, owner: worker },
        }
    }
}
