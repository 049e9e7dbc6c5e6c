//! What merchants look up about webhooks.

use async_trait::async_trait;
use payment_core::{
    event::EventKind,
    id::{DeliveryId, EndpointId, EventId, MerchantId, Mode, PaymentId},
    time::Timestamp,
};

use super::StoreError;
use crate::webhook::{
    Delivery, DeliveryAttempt, DeliveryStatus, EventPosition, OutboxEvent, Recoverable, Recovery,
};

/// Reads of events, of what was sent, and of what is sent again.
#[async_trait]
pub trait WebhookReads: Send + Sync {
    /// A merchant's events, newest first.
    async fn merchant_events(&self, filter: &EventFilter) -> Result<Vec<OutboxEvent>, StoreError>;

    /// A merchant's deliveries, those of the newest event first.
    async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError>;

    /// The tries of deliveries, by delivery and number.
    async fn delivery_attempts(
        &self,
        deliveries: &[DeliveryId],
    ) -> Result<Vec<DeliveryAttempt>, StoreError>;

    /// The recoveries of an endpoint, newest first.
    async fn recoveries(&self, endpoint: EndpointId) -> Result<Vec<Recovery>, StoreError>;

    /// Recoveries that are not complete, oldest first.
    async fn open_recoveries(&self, limit: u64) -> Result<Vec<Recovery>, StoreError>;

    /// The next events that a recovery looks at, oldest first.
    async fn recoverable(
        &self,
        recovery: &Recovery,
        limit: u64,
    ) -> Result<Vec<Recoverable>, StoreError>;
}

/// Which events to list; every part that is given must match.
#[derive(Debug, Clone)]
pub struct EventFilter {
    /// Whose.
    pub merchant: MerchantId,
    /// Of which mode.
    pub mode: Mode,
    /// Which one.
    pub id: Option<EventId>,
    /// Of which kind.
    pub kind: Option<EventKind>,
    /// Of which payment.
    pub payment: Option<PaymentId>,
    /// Of this time or later.
    pub created_from: Option<Timestamp>,
    /// Before this time.
    pub created_to: Option<Timestamp>,
    /// Only those before this one: the last one of the page before.
    pub before: Option<EventPosition>,
    /// At most so many.
    pub limit: u64,
}

/// Which deliveries to list; every part that is given must match.
#[derive(Debug, Clone)]
pub struct DeliveryFilter {
    /// Whose.
    pub merchant: MerchantId,
    /// Of which mode.
    pub mode: Mode,
    /// Which one.
    pub id: Option<DeliveryId>,
    /// To which endpoint.
    pub endpoint: Option<EndpointId>,
    /// Of which event.
    pub event: Option<EventId>,
    /// In which status.
    pub status: Option<DeliveryStatus>,
    /// Only those of a lower event, or of that event and with a lower id: the last one of the page
    /// before.
    pub before: Option<(EventId, DeliveryId)>,
    /// At most so many.
    pub limit: u64,
}
