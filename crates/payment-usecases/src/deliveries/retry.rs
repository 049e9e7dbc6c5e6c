//! Sending one delivery again by hand.

use payment_core::id::DeliveryId;
use payment_ports::{
    store::{ApplyError, Change},
    webhook::{Delivery, DeliveryStatus, Trigger},
};

use super::list::{get, load};
use crate::{
    caller::Caller,
    error::Error,
    pacing::{MAX_TRIES, step_aside},
    ports::Ports,
    view::delivery::DeliveryView,
    webhooks::send::{self, Sent},
};

/// Sends one of the caller's deliveries now, whatever its status and its endpoint's.
///
/// Its schedule goes on as it was, unless the receiver takes it.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's; [`Error::EndpointState`] if its
/// endpoint was deleted.
pub async fn retry(ports: &Ports, caller: &Caller, id: DeliveryId) -> Result<DeliveryView, Error> {
    let delivery = load(ports, caller, id).await?;
    let endpoint = ports.store.endpoint(&caller.merchant, caller.mode, delivery.endpoint).await?;
    let endpoint = endpoint.ok_or(Error::EndpointState("its endpoint was deleted"))?;
    let sent = send::send_event(ports, &endpoint, &delivery).await;
    record(ports, caller, delivery, &sent).await?;
    get(ports, caller, id).await
}

/// Writes what came of it; a worker may have tried the same delivery meanwhile.
async fn record(
    ports: &Ports,
    caller: &Caller,
    mut delivery: Delivery,
    sent: &Sent,
) -> Result<(), Error> {
    for _ in 0..MAX_TRIES {
        match ports.store.apply(&changes(ports, caller, &delivery, sent).await?).await {
            Ok(()) => return Ok(()),
            Err(ApplyError::Conflict(_)) => step_aside(ports).await,
            Err(error) => return Err(error.into()),
        }
        delivery = load(ports, caller, delivery.id).await?;
    }
    Err(Error::Contended)
}

async fn changes(
    ports: &Ports,
    caller: &Caller,
    before: &Delivery,
    sent: &Sent,
) -> Result<Vec<Change>, Error> {
    let attempt = send::attempt(ports, before, Trigger::Manual, sent);
    let tried = Delivery {
        attempt_count: before.attempt_count.saturating_add(1),
        last_attempt_at: Some(sent.ended_at),
        ..before.clone()
    };
    let is_taken = send::is_taken(&sent.answer);
    let delivery = if is_taken {
        Delivery { status: DeliveryStatus::Delivered, next_retry_at: None, ..tried }
    } else {
        tried
    };
    let endpoint = delivery.endpoint;
    let mut changes = vec![
        Change::InsertDeliveryAttempt(attempt),
        Change::UpdateDelivery { delivery, from: before.progress() },
    ];
    // The endpoint works, and what waited behind this one may be sent now.
    if is_taken && ports.store.endpoint(&caller.merchant, caller.mode, endpoint).await?.is_some() {
        changes.push(Change::ResumeQueue { endpoint, now: ports.clock.now() });
    }
    Ok(changes)
}
