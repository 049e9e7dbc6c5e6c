//! Points around writes and claims.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use payment_core::{
    attempt::Attempt,
    id::{
        AttemptId, DeliveryId, EndpointId, MerchantId, Mode, PaymentId, ProviderId,
        ThreeDsSessionId,
    },
    payment::Payment,
    three_ds::ThreeDsSession,
    time::Timestamp,
    transaction::Transaction,
};
use payment_ports::{
    store::{
        ApiKey, ApplyError, AuditEntry, Backlog, Change, Claim, DeliveryFilter, Directory,
        EventFilter, Inbox, Load, Loaded, LoadedAttempt, LoadedSession, Merchant, PaymentFilter,
        PaymentReads, Store, StoreError, StoredNotice, WebhookReads, WorkQueue,
    },
    webhook::{
        ClaimedQueue, Delivery, DeliveryAttempt, Endpoint, OutboxEvent, Recoverable, Recovery,
    },
};
use uuid::Uuid;

use crate::{aim::reached, name::write_of};

/// A store with fail points around its writes and claims.
pub struct FailingStore(pub Arc<dyn Store>);

impl fmt::Debug for FailingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FailingStore(…)")
    }
}

/// To be called by a store between two statements of a transaction that writes `changes`.
pub fn between_statements(changes: &[Change]) {
    if let Some(write) = write_of(changes) {
        let [_, within, _] = write.part.points();
        reached(write.operation, within);
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn apply(&self, changes: &[Change]) -> Result<(), ApplyError> {
        let Some(write) = write_of(changes) else { return self.0.apply(changes).await };
        let [before, _, committed] = write.part.points();
        reached(write.operation, before);
        self.0.apply(changes).await?;
        reached(write.operation, committed);
        Ok(())
    }
}

#[async_trait]
impl WorkQueue for FailingStore {
    async fn claim_events(&self, claim: &Claim) -> Result<Vec<OutboxEvent>, StoreError> {
        Ok(claimed("events", self.0.claim_events(claim).await?))
    }

    async fn claim_queues(&self, claim: &Claim) -> Result<Vec<ClaimedQueue>, StoreError> {
        Ok(claimed("queues", self.0.claim_queues(claim).await?))
    }

    async fn due_deliveries(
        &self,
        endpoint: &Endpoint,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.0.due_deliveries(endpoint, now, limit).await
    }

    async fn claim_attempts(&self, claim: &Claim) -> Result<Vec<AttemptId>, StoreError> {
        Ok(claimed("attempts", self.0.claim_attempts(claim).await?))
    }

    async fn attempts_for_review(&self, limit: u64) -> Result<Vec<Attempt>, StoreError> {
        self.0.attempts_for_review(limit).await
    }

    async fn overdue_sessions(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<ThreeDsSessionId>, StoreError> {
        self.0.overdue_sessions(now, limit).await
    }

    async fn release_claims(&self, owner: Uuid) -> Result<(), StoreError> {
        self.0.release_claims(owner).await
    }

    async fn take_up(&self, now: Timestamp) -> Result<(), StoreError> {
        self.0.take_up(now).await
    }

    async fn forget_records(&self, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
        self.0.forget_records(now, limit).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.0.backlog().await
    }
}

fn claimed<T>(what: &str, rows: Vec<T>) -> Vec<T> {
    if !rows.is_empty() {
        reached(what, "claimed");
    }
    rows
}

#[async_trait]
impl PaymentReads for FailingStore {
    async fn load(&self, query: &Load) -> Result<Loaded, StoreError> {
        self.0.load(query).await
    }

    async fn load_attempt(&self, attempt: AttemptId) -> Result<Option<LoadedAttempt>, StoreError> {
        self.0.load_attempt(attempt).await
    }

    async fn load_session(
        &self,
        session: ThreeDsSessionId,
    ) -> Result<Option<LoadedSession>, StoreError> {
        self.0.load_session(session).await
    }

    async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, StoreError> {
        self.0.payments(filter).await
    }

    async fn attempts(&self, payment: PaymentId) -> Result<Vec<Attempt>, StoreError> {
        self.0.attempts(payment).await
    }

    async fn transactions(&self, payment: PaymentId) -> Result<Vec<Transaction>, StoreError> {
        self.0.transactions(payment).await
    }

    async fn events(&self, payment: PaymentId) -> Result<Vec<OutboxEvent>, StoreError> {
        self.0.events(payment).await
    }

    async fn sessions(&self, payment: PaymentId) -> Result<Vec<ThreeDsSession>, StoreError> {
        self.0.sessions(payment).await
    }
}

#[async_trait]
impl Inbox for FailingStore {
    async fn claim_notices(&self, claim: &Claim) -> Result<Vec<StoredNotice>, StoreError> {
        Ok(claimed("notices", self.0.claim_notices(claim).await?))
    }

    async fn attempts_called(
        &self,
        provider: &ProviderId,
        reference: &str,
        limit: u64,
    ) -> Result<Vec<AttemptId>, StoreError> {
        self.0.attempts_called(provider, reference, limit).await
    }
}

#[async_trait]
impl WebhookReads for FailingStore {
    async fn merchant_events(&self, filter: &EventFilter) -> Result<Vec<OutboxEvent>, StoreError> {
        self.0.merchant_events(filter).await
    }

    async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        self.0.deliveries(filter).await
    }

    async fn delivery_attempts(
        &self,
        deliveries: &[DeliveryId],
    ) -> Result<Vec<DeliveryAttempt>, StoreError> {
        self.0.delivery_attempts(deliveries).await
    }

    async fn recoveries(&self, endpoint: EndpointId) -> Result<Vec<Recovery>, StoreError> {
        self.0.recoveries(endpoint).await
    }

    async fn open_recoveries(&self, limit: u64) -> Result<Vec<Recovery>, StoreError> {
        self.0.open_recoveries(limit).await
    }

    async fn recoverable(
        &self,
        recovery: &Recovery,
        limit: u64,
    ) -> Result<Vec<Recoverable>, StoreError> {
        self.0.recoverable(recovery, limit).await
    }
}

#[async_trait]
impl Directory for FailingStore {
    async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        self.0.merchant(id).await
    }

    async fn api_key(&self, id: &str) -> Result<Option<ApiKey>, StoreError> {
        self.0.api_key(id).await
    }

    async fn endpoints(
        &self,
        merchant: &MerchantId,
        mode: Mode,
    ) -> Result<Vec<Endpoint>, StoreError> {
        self.0.endpoints(merchant, mode).await
    }

    async fn endpoint(
        &self,
        merchant: &MerchantId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError> {
        self.0.endpoint(merchant, mode, id).await
    }

    async fn audit_entries(&self, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
        self.0.audit_entries(subject).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.0.ping().await
    }
}
