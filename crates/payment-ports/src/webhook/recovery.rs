//! Sending again what an endpoint did not take.

use payment_core::{
    id::{EndpointId, EventId, MerchantId, Mode, RecoveryId},
    time::Timestamp,
};

use super::{Delivery, OutboxEvent};

/// A merchant's wish that an endpoint is sent all events of a time, and how far that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Its id, a UUIDv7.
    pub id: RecoveryId,
    /// Where the events go.
    pub endpoint: EndpointId,
    /// Whose events.
    pub merchant: MerchantId,
    /// Of which mode.
    pub mode: Mode,
    /// Events of this time or later.
    pub since: Timestamp,
    /// Events before this time.
    pub until: Timestamp,
    /// The last event that was looked at.
    pub position: Option<EventPosition>,
    /// How many events were looked at.
    pub examined: i64,
    /// How many of them are sent again.
    pub queued: i64,
    /// When it was wanted.
    pub created_at: Timestamp,
    /// When all events had been looked at.
    pub completed_at: Option<Timestamp>,
    /// Counts its changes from 1.
    pub version: i64,
}

/// Where an event stands among all events, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPosition {
    /// When it happened.
    pub at: Timestamp,
    /// Which of that time it is.
    pub id: EventId,
}

impl OutboxEvent {
    /// Where it stands among all events.
    #[must_use]
    pub const fn position(&self) -> EventPosition {
        EventPosition { at: self.created_at, id: self.id }
    }
}

/// An event that a recovery looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recoverable {
    /// The event.
    pub event: OutboxEvent,
    /// Its delivery to the endpoint, if it has one.
    pub delivery: Option<Delivery>,
}
