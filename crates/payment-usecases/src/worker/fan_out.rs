//! From the outbox to the merchant's endpoints.

use std::{
    collections::{BTreeMap, BTreeSet},
    slice,
};

use futures::{StreamExt, stream};
use payment_core::id::{DeliveryId, EndpointId, MerchantId, Mode};
use payment_ports::{
    store::{ApplyError, Change, Claim, DeliveryFilter, StoreError},
    webhook::{Delivery, DeliveryStatus, Endpoint, OutboxEvent, Trigger},
};
use uuid::Uuid;

use crate::{error::Error, pacing::later, ports::Ports};

/// The endpoints of so many merchants are looked up at once.
const LOOK_UPS_AT_ONCE: usize = 4;
/// More endpoints than a merchant has.
const MANY: u64 = 100_000;

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
    let endpoints = endpoints_of(ports, &events).await?;
    let known = |event| Some((event, endpoints.get(&owner(event))?));
    let batch = events.iter().filter_map(known);
    let batch: Vec<_> =
        batch.map(|(event, theirs)| FannedOut::new(ports, worker, event, theirs)).collect();
    // Deliveries first and ends last, so that each kind fits one statement.
    let all = batch.iter().flat_map(|it| it.deliveries.clone());
    let all: Vec<_> = all.chain(batch.iter().map(|it| it.end.clone())).collect();
    match ports.store.apply(&all).await {
        Ok(()) => {}
        // One of them is not ours any more, or an endpoint was just deleted, or recovered.
        Err(ApplyError::Conflict(_)) => one_by_one(ports, worker, &events).await?,
        Err(error) => return Err(error.into()),
    }
    Ok(events.len())
}

async fn one_by_one(ports: &Ports, worker: Uuid, events: &[OutboxEvent]) -> Result<(), Error> {
    // Those of one aggregate stay in order: what is behind one that is stuck waits with it.
    let mut stuck = BTreeSet::new();
    for event in events {
        if stuck.contains(&event.aggregate) {
            continue;
        }
        let endpoints = endpoints_of(ports, slice::from_ref(event)).await?;
        let Some(theirs) = endpoints.get(&owner(event)) else {
            stuck.insert(event.aggregate);
            continue;
        };
        let there = delivered_to(ports, event).await?;
        let missing = theirs.iter().filter(|endpoint| !there.contains(&endpoint.id));
        let missing: Vec<_> = missing.cloned().collect();
        let FannedOut { deliveries, end } = FannedOut::new(ports, worker, event, &missing);
        let all: Vec<_> = deliveries.into_iter().chain([end]).collect();
        match ports.store.apply(&all).await {
            Ok(()) => {}
            Err(ApplyError::Conflict(_)) => {
                stuck.insert(event.aggregate);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The endpoints that have a delivery of the event: a recovery may have been quicker.
async fn delivered_to(ports: &Ports, event: &OutboxEvent) -> Result<BTreeSet<EndpointId>, Error> {
    let filter = DeliveryFilter {
        merchant: event.merchant.clone(),
        mode: event.mode,
        id: None,
        endpoint: None,
        event: Some(event.id),
        status: None,
        before: None,
        limit: MANY,
    };
    let found = ports.store.deliveries(&filter).await?;
    Ok(found.into_iter().map(|delivery| delivery.endpoint).collect())
}

type Owner = (MerchantId, Mode);

fn owner(event: &OutboxEvent) -> Owner {
    (event.merchant.clone(), event.mode)
}

/// The endpoints of the owners of these events; an owner whose endpoints make no sense is left out.
async fn endpoints_of(
    ports: &Ports,
    events: &[OutboxEvent],
) -> Result<BTreeMap<Owner, Vec<Endpoint>>, StoreError> {
    let owners: BTreeSet<_> = events.iter().map(owner).collect();
    let look_up = |owner: Owner| async {
        let found = ports.store.endpoints(&owner.0, owner.1).await;
        (owner, found)
    };
    let mut look_ups = stream::iter(owners).map(look_up).buffered(LOOK_UPS_AT_ONCE);
    let mut all = BTreeMap::new();
    while let Some((owner, found)) = look_ups.next().await {
        match found {
            Ok(endpoints) => {
                all.insert(owner, endpoints);
            }
            // Its events stay claimed, so that they do not keep those of others waiting.
            Err(StoreError::Corrupt(what)) => {
                tracing::error!(merchant = %owner.0, what, "events of a merchant cannot be fanned out");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// What is written for one event.
struct FannedOut {
    deliveries: Vec<Change>,
    end: Change,
}

impl FannedOut {
    /// `endpoints` are those of the event's owner that have no delivery of it.
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
            deliveries: endpoints.iter().filter(|it| it.hears(event.kind)).map(delivery).collect(),
            end: Change::FinishEvent { event: event.id, owner: worker },
        }
    }
}
