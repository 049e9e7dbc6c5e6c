//! Webhooks to merchants.

use std::time::Duration;

use async_trait::async_trait;
use payment_core::{
    event::EventKind,
    id::{DeliveryId, EndpointId, EventId, MerchantId, Mode, PaymentId},
    time::Timestamp,
};
use secrecy::SecretString;
use uuid::Uuid;

/// Where a merchant receives events.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its id, a UUIDv7.
    pub id: EndpointId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Of which payments it hears.
    pub mode: Mode,
    /// Where events are posted.
    pub url: String,
    /// The merchant's note.
    pub description: Option<String>,
    /// `whsec_` and the base64 of 32 random bytes; the merchant saw it once.
    pub secret: SecretString,
    /// Which events it hears of; empty is all.
    pub event_kinds: Vec<EventKind>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An event that waits to be handed to the merchant's endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvent {
    /// Its id, a UUIDv7.
    pub id: EventId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Of which kind of payment.
    pub mode: Mode,
    /// Of which payment.
    pub payment: PaymentId,
    /// Counts the payment's events from 1, without gaps.
    pub sequence: i64,
    /// What happened.
    pub kind: EventKind,
    /// The JSON text that is signed and sent, byte for byte.
    pub payload: String,
    /// When it happened.
    pub created_at: Timestamp,
}

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
    /// How often it was tried.
    pub attempt_count: i32,
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

/// A delivery that this worker alone may try until its lease ends.
#[derive(Debug, Clone)]
pub struct ClaimedDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// Where it goes.
    pub endpoint: Endpoint,
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

/// One signed request to a merchant.
#[derive(Debug, Clone, Copy)]
pub struct WebhookRequest<'a> {
    /// Where it goes.
    pub endpoint: &'a Endpoint,
    /// The event's name for the receiver, the same for every try: `evt_` and 32 hex digits.
    pub webhook_id: &'a str,
    /// When this try was made; it is signed.
    pub timestamp: Timestamp,
    /// The bytes that are signed and sent.
    pub body: &'a str,
}

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookResponse {
    /// The HTTP status.
    pub status: u16,
    /// The beginning of the body, at most 2 kB.
    pub excerpt: String,
    /// How long the receiver asked us to wait (`Retry-After` in seconds).
    pub retry_after: Option<Duration>,
}

/// Why a receiver did not answer, in one word that tells nothing of the network behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// No address, no connection, or no TLS.
    #[error("connection_failed")]
    ConnectionFailed,
    /// No whole answer in time.
    #[error("timeout")]
    Timeout,
    /// The connection broke, or the answer was not HTTP.
    #[error("broken_answer")]
    BrokenAnswer,
    /// The endpoint's secret cannot sign; the receiver is not to blame.
    #[error("not_signed")]
    NotSigned,
    /// The address is not one that may be called.
    #[error("address_refused")]
    AddressRefused,
}

/// Signs and sends webhooks.
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Sends one request, once, without following redirects.
    async fn send(&self, request: WebhookRequest<'_>) -> Result<WebhookResponse, SendFailure>;
}
