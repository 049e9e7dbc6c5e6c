//! Events, as they are handed on.

use payment_core::{
    event::EventKind,
    id::{EndpointId, EventId, MerchantId, Mode, PaymentId},
    time::Timestamp,
};
use uuid::Uuid;

/// An event that waits to be handed to the merchant's endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvent {
    /// Its id, a UUIDv7.
    pub id: EventId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Of which mode.
    pub mode: Mode,
    /// What it happened to.
    pub aggregate: Aggregate,
    /// Counts the events of its aggregate from 1, without gaps.
    pub sequence: i64,
    /// What happened.
    pub kind: EventKind,
    /// The JSON text that is signed and sent, byte for byte.
    pub payload: String,
    /// When it happened.
    pub created_at: Timestamp,
}

/// What events happen to; those of one aggregate have an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aggregate {
    /// A payment.
    Payment(PaymentId),
    /// A webhook endpoint.
    Endpoint(EndpointId),
}

impl Aggregate {
    /// The word for its type: `PAYMENT` or `WEBHOOK_ENDPOINT`.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Payment(_) => "PAYMENT",
            Self::Endpoint(_) => "WEBHOOK_ENDPOINT",
        }
    }

    /// Its id.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Payment(id) => id.uuid(),
            Self::Endpoint(id) => id.uuid(),
        }
    }

    /// The aggregate of that type and id; `None` for a word that is no type.
    #[must_use]
    pub fn new(type_name: &str, id: Uuid) -> Option<Self> {
        let both = [Self::Payment(id.into()), Self::Endpoint(id.into())];
        both.into_iter().find(|aggregate| aggregate.type_name() == type_name)
    }

    /// The payment, if it is one.
    #[must_use]
    pub const fn payment(self) -> Option<PaymentId> {
        match self {
            Self::Payment(id) => Some(id),
            Self::Endpoint(_) => None,
        }
    }
}
