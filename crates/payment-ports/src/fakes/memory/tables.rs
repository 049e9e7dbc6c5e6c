//! The rows that a store in memory holds.

use std::collections::{BTreeMap, HashMap};

use payment_core::{
    attempt::{Attempt, ScopeHash},
    id::{
        AttemptId, DeliveryId, EndpointId, EventId, MerchantId, PaymentId, RecoveryId,
        ThreeDsSessionId, TransactionId,
    },
    payment::Payment,
    three_ds::ThreeDsSession,
    time::Timestamp,
    transaction::Transaction,
};
use uuid::Uuid;

use crate::{
    store::{ApiKey, AuditEntry, Claim, IdempotencyRecord, Lease, Merchant, StoredNotice},
    webhook::{Delivery, DeliveryAttempt, Endpoint, OutboxEvent, QueueState, Recovery},
};

/// Everything that a [`super::MemoryStore`] holds, for tests to look into.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// The payments.
    pub payments: BTreeMap<PaymentId, Payment>,
    /// The calls to providers.
    pub attempts: BTreeMap<AttemptId, Attempt>,
    /// The money that moved.
    pub transactions: BTreeMap<TransactionId, Transaction>,
    /// The events: history and outbox in one.
    pub events: BTreeMap<EventId, OutboxRow>,
    /// The 3-D Secure sessions.
    pub sessions: BTreeMap<ThreeDsSessionId, ThreeDsSession>,
    /// The keyed requests.
    pub records: HashMap<ScopeHash, IdempotencyRecord>,
    /// The deliveries.
    pub deliveries: BTreeMap<DeliveryId, Delivery>,
    /// The history of the deliveries, in the order it was written.
    pub delivery_attempts: Vec<DeliveryAttempt>,
    /// The webhook endpoints.
    pub endpoints: BTreeMap<EndpointId, Endpoint>,
    /// The queues of the endpoints.
    pub queues: BTreeMap<EndpointId, QueueRow>,
    /// What endpoints are sent again.
    pub recoveries: BTreeMap<RecoveryId, Recovery>,
    /// The tenants.
    pub merchants: BTreeMap<MerchantId, Merchant>,
    /// The API keys by public id.
    pub api_keys: BTreeMap<String, ApiKey>,
    /// What people did by hand.
    pub audit_log: BTreeMap<Uuid, AuditEntry>,
    /// The notices of providers.
    pub inbox: BTreeMap<Uuid, StoredNotice>,
}

/// An event, and how far the outbox is with it.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// The event.
    pub event: OutboxEvent,
    /// Whether it was handed to all endpoints: `SENT`, not `NEW`.
    pub is_sent: bool,
    /// Who works on it.
    pub claim: Option<Lease>,
}

/// The queue of an endpoint, and who works on it.
#[derive(Debug, Clone, Default)]
pub struct QueueRow {
    /// How it went so far.
    pub state: QueueState,
    /// When its next delivery is due.
    pub next_due_at: Option<Timestamp>,
    /// How often deliveries were added.
    pub additions: i64,
    /// Who works on it.
    pub claim: Option<Lease>,
}

impl Claim {
    /// What is written into a row that is claimed.
    pub(super) const fn lease(&self) -> Lease {
        Lease { owner: self.owner, until: self.until }
    }
}

/// Whether nobody holds the row.
pub(super) fn is_free(claim: Option<Lease>, now: Timestamp) -> bool {
    claim.is_none_or(|lease| lease.until <= now)
}

/// Whether `owner` holds the row.
pub(super) fn is_held_by(claim: Option<Lease>, owner: Uuid) -> bool {
    claim.is_some_and(|lease| lease.owner == owner)
}
