//! Writing, and telling the worker of events.

use payment_core::{event::Event, id::EventId, payment::Payment};
use payment_ports::{
    store::{ApplyError, Change},
    webhook::{Aggregate, OutboxEvent},
};

use crate::{answer::json_text, ports::Ports, view::event::EventView};

/// Writes all changes or none, and wakes the worker if there are events among them.
pub(crate) async fn commit(ports: &Ports, changes: &[Change]) -> Result<(), ApplyError> {
    ports.store.apply(changes).await?;
    if changes.iter().any(|change| matches!(change, Change::InsertEvent(_))) {
        ports.wake.events_wait();
    }
    Ok(())
}

/// An event for the history and the outbox; `payment` is the payment right after it.
pub(crate) fn event_change(id: EventId, event: Event, payment: &Payment) -> Change {
    Change::InsertEvent(OutboxEvent {
        id,
        merchant: payment.merchant.clone(),
        mode: payment.mode,
        aggregate: Aggregate::Payment(payment.id),
        sequence: event.sequence,
        kind: event.kind,
        payload: json_text(&EventView::of(id, event, payment)),
        created_at: event.at,
    })
}
