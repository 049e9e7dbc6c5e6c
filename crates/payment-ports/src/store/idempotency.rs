//! What is remembered of requests with an `Idempotency-Key`.

use payment_core::{
    attempt::ScopeHash,
    id::{AttemptId, MerchantId, Mode, PaymentId},
    time::Timestamp,
};
use uuid::Uuid;

/// A keyed request and, once it is final, its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// SHA-256 of merchant, mode, method, path and key: the primary key.
    pub scope: ScopeHash,
    /// SHA-256 of the scope without the key and of the canonical body.
    pub fingerprint: [u8; 32],
    /// Whose request it was; this and the next six are for people and for recovery.
    pub merchant: MerchantId,
    /// With which kind of API key.
    pub mode: Mode,
    /// The HTTP method.
    pub method: String,
    /// The concrete path.
    pub path: String,
    /// The key as the merchant sent it.
    pub key: String,
    /// The payment that it is about, once known: recovery settles what is pending there.
    pub payment: Option<PaymentId>,
    /// The attempt that began it, for people: an automatic capture may have followed since.
    pub attempt: Option<AttemptId>,
    /// Whether the answer is final.
    pub state: RecordState,
    /// When it came.
    pub created_at: Timestamp,
    /// When the key may be forgotten; only final answers are.
    pub expires_at: Timestamp,
}

/// Whether a keyed request has its final answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordState {
    /// Somebody works on it, or died doing so.
    InProgress(Lease),
    /// It has.
    Done {
        /// What every repetition is answered.
        answer: StoredAnswer,
        /// When it became final.
        completed_at: Timestamp,
    },
}

/// Who works on something, and until when nobody else will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Who.
    pub owner: Uuid,
    /// Until when.
    pub until: Timestamp,
}

/// An answer that is repeated byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}
