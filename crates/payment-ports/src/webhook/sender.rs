//! Sending to merchants.

use std::time::Duration;

use async_trait::async_trait;
use payment_core::time::Timestamp;

use super::Endpoint;

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
    /// How long the receiver asked us to wait.
    pub retry_after: Option<RetryAfter>,
}

/// How long a receiver asks us to wait (RFC 9110, 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// So long.
    Wait(Duration),
    /// Until then.
    Until(Timestamp),
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
    /// A bug of ours; the receiver is not to blame.
    #[error("internal_error")]
    InternalError,
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
