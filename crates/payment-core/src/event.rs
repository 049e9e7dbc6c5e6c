//! What the world is told of a payment.

use crate::{money::Money, payment::Operation, time::Timestamp, words::words};

/// One change of a payment, as it goes to the merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Counts the events of one payment from 1, without gaps.
    pub sequence: i64,
    /// The money that moved, for captures and refunds.
    pub moved: Option<Money>,
    /// Which operation it is about, where the payment's status does not tell.
    pub operation: Option<Operation>,
    /// When it happened.
    pub at: Timestamp,
}

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A payment was created.
    PaymentCreated,
    /// The issuer holds the money.
    PaymentAuthorized,
    /// Money was taken.
    PaymentCaptured,
    /// Money was given back.
    PaymentRefunded,
    /// The authorization was declined.
    PaymentFailed,
    /// The hold was given up.
    PaymentVoided,
    /// The payment was not used in time.
    PaymentExpired,
    /// An operation whose outcome was unknown for a while came to nothing; the status is as it was.
    PaymentOperationFailed,
    /// An operation that had been given up took effect late, and was taken back.
    PaymentReversed,
    /// A webhook endpoint is told nothing any more: it is gone, or took nothing for too long.
    WebhookEndpointDisabled,
}

words!(EventKind: PaymentCreated = "PaymentCreated", PaymentAuthorized = "PaymentAuthorized",
    PaymentCaptured = "PaymentCaptured", PaymentRefunded = "PaymentRefunded",
    PaymentFailed = "PaymentFailed", PaymentVoided = "PaymentVoided",
    PaymentExpired = "PaymentExpired", PaymentOperationFailed = "PaymentOperationFailed",
    PaymentReversed = "PaymentReversed", WebhookEndpointDisabled = "WebhookEndpointDisabled");

impl EventKind {
    /// The name in the style of Standard Webhooks: `payment.captured`.
    #[must_use]
    pub const fn dotted(self) -> &'static str {
        match self {
            Self::PaymentCreated => "payment.created",
            Self::PaymentAuthorized => "payment.authorized",
            Self::PaymentCaptured => "payment.captured",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentFailed => "payment.failed",
            Self::PaymentVoided => "payment.voided",
            Self::PaymentExpired => "payment.expired",
            Self::PaymentOperationFailed => "payment.operation_failed",
            Self::PaymentReversed => "payment.reversed",
            Self::WebhookEndpointDisabled => "webhook_endpoint.disabled",
        }
    }
}
