//! Money that moved.

use crate::{
    id::{AttemptId, PaymentId, TransactionId},
    money::Money,
    time::Timestamp,
    words::words,
};

/// One capture or refund that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its id, a UUIDv7.
    pub id: TransactionId,
    /// Whose money moved.
    pub payment: PaymentId,
    /// The attempt that moved it.
    pub attempt: AttemptId,
    /// Which way it went.
    pub kind: TransactionKind,
    /// How much moved.
    pub amount: Money,
    /// The provider's name for it.
    pub provider_reference: Option<String>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionKind {
    /// From the customer to the merchant.
    Capture,
    /// Back to the customer.
    Refund,
}

words!(TransactionKind: Capture = "CAPTURE", Refund = "REFUND");
