//! Events on their way to endpoints.

use payment_core::{
    id::{DeliveryId, EndpointId},
    time::Timestamp,
};
use uuid::Uuid;

use super::OutboxEvent;

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, a UUIDv7.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// The event.
    pub event: OutboxEvent,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Why it is on its way.
    pub trigger: Trigger,
    /// How often it was tried, by hand or by schedule.
    pub attempt_count: i32,
    /// How often it was tried by the schedule that it is on.
    pub scheduled_tries: i32,
    /// When it was last tried.
    pub last_attempt_at: Option<Timestamp>,
    /// When it is tried next.
    pub next_retry_at: Option<Timestamp>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// It will be tried.
    Pending,
    /// The receiver took it.
    Delivered,
    /// Given up after the last try.
    Failed,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Failed];

    /// The seed's word: `PENDING`, `DELIVERED` or `FAILED`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Delivered => "DELIVERED",
            Self::Failed => "FAILED",
        }
    }
}

/// Why something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// The event happened.
    Automatic,
    /// The merchant asked for this one.
    Manual,
    /// The merchant asked for all events of a time.
    Recovery,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Automatic, Self::Manual, Self::Recovery];

    /// The word that the API and the stores use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "AUTO",
            Self::Manual => "MANUAL",
            Self::Recovery => "RECOVER",
        }
    }
}

/// How far a delivery has come: what a change of it is guarded by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryProgress {
    /// Where it stood.
    pub status: DeliveryStatus,
    /// How often it had been tried.
    pub attempt_count: i32,
}

impl Delivery {
    /// How far it has come.
    #[must_use]
    pub const fn progress(&self) -> DeliveryProgress {
        DeliveryProgress { status: self.status, attempt_count: self.attempt_count }
    }
}

/// What came of one try, as kept in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// Its id, a UUIDv7.
    pub id: Uuid,
    /// Which delivery was tried.
    pub delivery: DeliveryId,
    /// Counts the tries of a delivery from 1.
    pub number: i32,
    /// Why it was made.
    pub trigger: Trigger,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The receiver's HTTP status, where it answered.
    pub status_code: Option<i32>,
    /// Why it did not answer, in one word.
    pub error_class: Option<String>,
    /// The beginning of the receiver's answer, at most 2 kB; card numbers are masked.
    pub response_excerpt: Option<String>,
}
