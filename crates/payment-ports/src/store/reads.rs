//! What use-cases read before they decide.

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, ScopeHash},
    id::{AttemptId, MerchantId, Mode, PaymentId, ProviderId, ThreeDsSessionId},
    payment::{Payment, Status},
    three_ds::ThreeDsSession,
    time::Timestamp,
    transaction::Transaction,
};

use super::{IdempotencyRecord, StoreError};
use crate::webhook::OutboxEvent;

/// Reads of payments and what belongs to them. "Not there" is `None`, not an error.
#[async_trait]
pub trait PaymentReads: Send + Sync {
    /// A merchant's payment and the record of a keyed request, in one round trip where possible.
    async fn load(&self, query: &Load) -> Result<Loaded, StoreError>;

    /// An attempt with its payment and the record that its end completes.
    async fn load_attempt(&self, attempt: AttemptId) -> Result<Option<LoadedAttempt>, StoreError>;

    /// A 3-D Secure session with its payment and the attempt that asked for it.
    async fn load_session(
        &self,
        session: ThreeDsSessionId,
    ) -> Result<Option<LoadedSession>, StoreError>;

    /// A merchant's payments, newest first.
    async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, StoreError>;

    /// A payment's attempts, oldest first.
    async fn attempts(&self, payment: PaymentId) -> Result<Vec<Attempt>, StoreError>;

    /// A payment's transactions, oldest first.
    async fn transactions(&self, payment: PaymentId) -> Result<Vec<Transaction>, StoreError>;

    /// A payment's events by sequence.
    async fn events(&self, payment: PaymentId) -> Result<Vec<OutboxEvent>, StoreError>;

    /// A payment's 3-D Secure sessions, oldest first.
    async fn sessions(&self, payment: PaymentId) -> Result<Vec<ThreeDsSession>, StoreError>;
}

/// Which payment and which record to read.
#[derive(Debug, Clone)]
pub struct Load {
    /// Whose.
    pub merchant: MerchantId,
    /// Of which mode; another mode's payment is not there.
    pub mode: Mode,
    /// Which payment, if one is meant.
    pub payment: Option<PaymentId>,
    /// Which record, if the request has a key.
    pub scope: Option<ScopeHash>,
}

/// What [`PaymentReads::load`] found.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The payment, with what is pending.
    pub payment: Option<Payment>,
    /// The record of the keyed request.
    pub record: Option<IdempotencyRecord>,
}

/// What [`PaymentReads::load_attempt`] found.
#[derive(Debug, Clone)]
pub struct LoadedAttempt {
    /// The attempt.
    pub attempt: Attempt,
    /// Its payment.
    pub payment: Payment,
    /// Its 3-D Secure session, where it confirms one.
    pub session: Option<ThreeDsSession>,
    /// The record that its end completes.
    pub record: Option<IdempotencyRecord>,
}

/// What [`PaymentReads::load_session`] found.
#[derive(Debug, Clone)]
pub struct LoadedSession {
    /// The session.
    pub session: ThreeDsSession,
    /// Its payment.
    pub payment: Payment,
    /// The attempt that asked for it.
    pub attempt: Attempt,
}

/// Which payments to list; every part that is given must match.
#[derive(Debug, Clone)]
pub struct PaymentFilter {
    /// Whose.
    pub merchant: MerchantId,
    /// Of which mode.
    pub mode: Mode,
    /// In which status.
    pub status: Option<Status>,
    /// For which order.
    pub order_id: Option<String>,
    /// At which provider.
    pub provider: Option<ProviderId>,
    /// Created at this time or later.
    pub created_from: Option<Timestamp>,
    /// Created before this time.
    pub created_to: Option<Timestamp>,
    /// Only those with a lower id: the last one of the page before.
    pub before: Option<PaymentId>,
    /// At most so many.
    pub limit: u64,
}
