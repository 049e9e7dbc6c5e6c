//! Writing down what came of tries.

use payment_core::time::Timestamp;
use payment_ports::{
    store::{ApplyError, Change, StoreError},
    webhook::{Delivery, DeliveryAttempt, DeliveryProgress},
};

use crate::ports::Ports;

/// A delivery that was tried.
#[derive(Clone)]
pub(super) struct Tried {
    pub(super) attempt: DeliveryAttempt,
    /// The delivery after it.
    pub(super) delivery: Delivery,
    pub(super) from: DeliveryProgress,
    pub(super) outcome: Outcome,
    pub(super) ended_at: Timestamp,
    /// Until when the receiver wants nothing at all.
    pub(super) pause: Option<Timestamp>,
}

/// What a try says of the endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Taken,
    Failed,
    Gone,
    /// It never left, and the endpoint is not to blame.
    OurFault,
}

/// Writes what came of several tries at once; answers whether the store took it.
pub(super) async fn record(ports: &Ports, tried: &[Tried]) -> bool {
    match ports.store.apply(&changes(tried)).await {
        Ok(()) => true,
        // One of them was changed by somebody else meanwhile, or cannot be written as it is.
        Err(ApplyError::Conflict(_) | ApplyError::Store(StoreError::Corrupt(_))) => {
            record_each(ports, tried).await
        }
        Err(error) => {
            tracing::error!(%error, "what came of webhooks could not be recorded; they may be sent again");
            false
        }
    }
}

pub(super) async fn record_each(ports: &Ports, tried: &[Tried]) -> bool {
    let mut are_taken = true;
    for tried in tried {
        let recorded = ports.store.apply(&changes(std::slice::from_ref(tried))).await;
        if let Err(error) = &recorded {
            let delivery = tried.delivery.id;
            tracing::warn!(%delivery, %error, "what came of a webhook could not be recorded; it may be sent again");
        }
        are_taken &= matches!(recorded, Ok(()) | Err(ApplyError::Conflict(_)));
    }
    are_taken
}

/// All attempts, then all deliveries in one order, so that nobody waits for a row and holds another.
pub(super) fn changes(tried: &[Tried]) -> Vec<Change> {
    let mut tried: Vec<_> = tried.iter().collect();
    tried.sort_unstable_by_key(|tried| tried.delivery.id);
    let attempts = tried.iter().map(|tried| Change::InsertDeliveryAttempt(tried.attempt.clone()));
    let deliveries = tried.iter().map(|Tried { delivery, from, .. }| Change::UpdateDelivery {
        delivery: delivery.clone(),
        from: *from,
    });
    attempts.chain(deliveries).collect()
}
