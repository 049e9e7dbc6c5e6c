//! The store of one process: the truthful store in memory, over a network that fails.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, EndpointId, MerchantId, Mode, PaymentId, ThreeDsSessionId},
    payment::Payment,
    three_ds::ThreeDsSession,
    time::Timestamp,
    transaction::Transaction,
};
use payment_ports::{
    store::{
        ApiKey, ApplyError, AuditEntry, Backlog, Change, Claim, Directory, Load, Loaded,
        LoadedAttempt, LoadedSession, Merchant, PaymentFilter, PaymentReads, Store, StoreError,
        WorkQueue,
    },
    webhook::{ClaimedQueue, Delivery, Endpoint, OutboxEvent},
};
use std::time::Duration;
use uuid::Uuid;

use crate::{
    fault::Fault, inbox, outline::outline, process, sabotage::Sabotage, sim::Sim, world::World,
};

/// What one process sees of the world's store.
pub(crate) struct SimStore {
    pub(crate) world: Arc<World>,
    /// What was acknowledged and is not durable yet; only sabotage leaves anything here.
    unwritten: Mutex<Vec<Change>>,
}

impl SimStore {
    pub(crate) const fn new(world: Arc<World>) -> Self {
        Self { world, unwritten: Mutex::new(Vec::new()) }
    }

    /// A call on its way; it may fail.
    async fn arrive(&self) -> Result<(), StoreError> {
        Sim::step().await;
        if !self.world.is_calm() && self.world.sim.below(4) == 0 {
            let latency = self.world.some_time(Duration::from_millis(20));
            self.world.sim.sleep(latency).await;
        }
        if self.world.is_store_out() {
            self.world.count(Fault::StoreOutage);
            return Err(StoreError::Unavailable("it is out".to_owned()));
        }
        if self.world.strikes(Fault::StoreRefuses) {
            return Err(StoreError::Unavailable("it refuses".to_owned()));
        }
        Ok(())
    }

    /// A read or a claim.
    pub(crate) async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.arrive().await?;
        let result = call.await;
        Sim::step().await;
        result
    }

    async fn write(&self, changes: &[Change]) -> Result<(), ApplyError> {
        let world = &self.world;
        world.memory.apply(changes).await?;
        // Nothing else ran since it was written.
        world.note(|| format!("  written {}", outline(changes)));
        world.state().watch.observe(changes);
        process::nudge(world, changes);
        Ok(())
    }

    /// Whether sabotage keeps these changes back although they are acknowledged.
    fn holds_back(&self, changes: &[Change]) -> bool {
        let begins = changes.iter().any(|change| matches!(change, Change::InsertAttempt(_)));
        let ends = changes.iter().any(|change| matches!(change, Change::UpdateAttempt { .. }));
        let holds = self.world.sabotage == Sabotage::CallBeforeRecord && begins && !ends;
        if holds {
            self.unwritten
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(changes);
        }
        holds
    }

    fn sabotaged(&self, changes: &[Change]) -> Vec<Change> {
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = std::mem::take(&mut *unwritten);
        all.extend_from_slice(changes);
        let sabotage = self.world.sabotage;
        let is_lost = |change: &Change| match sabotage {
            Sabotage::EventsLost => matches!(change, Change::InsertEvent(_)),
            Sabotage::TransactionsLost => matches!(change, Change::InsertTransaction(_)),
            Sabotage::AnswersLost => matches!(change, Change::CompleteRecord { .. }),
            Sabotage::DeliveriesLost => matches!(change, Change::InsertDelivery(_)),
            Sabotage::None
            | Sabotage::CallBeforeRecord
            | Sabotage::NotFoundIsDeclined
            | Sabotage::NoDeduplication
            | Sabotage::NoWatch
            | Sabotage::EndsOverwritten
            | Sabotage::NoticesGivenUp => false,
        };
        all.retain(|change| !is_lost(change));
        if sabotage == Sabotage::EndsOverwritten {
            self.open_guards(&mut all);
        }
        if sabotage == Sabotage::NoticesGivenUp {
            inbox::give_up_notices(&mut all);
        }
        all
    }

    /// Makes every guard of an attempt one that holds.
    fn open_guards(&self, changes: &mut [Change]) {
        self.world.memory.look(|tables| {
            for change in changes {
                if let Change::UpdateAttempt { attempt, from } = change
                    && let Some(stored) = tables.attempts.get(&attempt.id)
                {
                    *from = stored.progress();
                }
                if let Change::UpdatePayment(payment) = change
                    && let Some(stored) = tables.payments.get(&payment.id)
                {
                    payment.version = stored.version.saturating_add(1);
                }
            }
        });
    }
}

#[async_trait]
impl Store for SimStore {
    async fn apply(&self, changes: &[Change]) -> Result<(), ApplyError> {
        self.arrive().await?;
        let world = &self.world;
        if world.strikes(Fault::CommitLost) {
            return Err(ApplyError::CommitUnknown("COMMIT was lost".to_owned()));
        }
        if world.sabotage == Sabotage::None {
            self.write(changes).await?;
        } else if !self.holds_back(changes) {
            self.write(&self.sabotaged(changes)).await?;
        }
        Sim::step().await;
        if world.strikes(Fault::CommitAnswerLost) {
            return Err(ApplyError::CommitUnknown("the answer was lost".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl PaymentReads for SimStore {
    async fn load(&self, query: &Load) -> Result<Loaded, StoreError> {
        self.call(self.world.memory.load(query)).await
    }

    async fn load_attempt(&self, attempt: AttemptId) -> Result<Option<LoadedAttempt>, StoreError> {
        self.call(self.world.memory.load_attempt(attempt)).await
    }

    async fn load_session(
        &self,
        session: ThreeDsSessionId,
    ) -> Result<Option<LoadedSession>, StoreError> {
        self.call(self.world.memory.load_session(session)).await
    }

    async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, StoreError> {
        self.call(self.world.memory.payments(filter)).await
    }

    async fn attempts(&self, payment: PaymentId) -> Result<Vec<Attempt>, StoreError> {
        self.call(self.world.memory.attempts(payment)).await
    }

    async fn transactions(&self, payment: PaymentId) -> Result<Vec<Transaction>, StoreError> {
        self.call(self.world.memory.transactions(payment)).await
    }

    async fn events(&self, payment: PaymentId) -> Result<Vec<OutboxEvent>, StoreError> {
        self.call(self.world.memory.events(payment)).await
    }

    async fn sessions(&self, payment: PaymentId) -> Result<Vec<ThreeDsSession>, StoreError> {
        self.call(self.world.memory.sessions(payment)).await
    }
}

#[async_trait]
impl WorkQueue for SimStore {
    async fn claim_events(&self, claim: &Claim) -> Result<Vec<OutboxEvent>, StoreError> {
        self.call(self.world.memory.claim_events(claim)).await
    }

    async fn claim_queues(&self, claim: &Claim) -> Result<Vec<ClaimedQueue>, StoreError> {
        self.call(self.world.memory.claim_queues(claim)).await
    }

    async fn due_deliveries(
        &self,
        endpoint: &Endpoint,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.call(self.world.memory.due_deliveries(endpoint, now, limit)).await
    }

    async fn claim_attempts(&self, claim: &Claim) -> Result<Vec<AttemptId>, StoreError> {
        let mut claimed = self.call(self.world.memory.claim_attempts(claim)).await?;
        if self.world.sabotage == Sabotage::NoWatch {
            self.world.memory.look(|tables| {
                let is_open = |id: &AttemptId| {
                    tables.attempts.get(id).is_some_and(|it| it.state == AttemptState::Intent)
                };
                claimed.retain(is_open);
            });
        }
        Ok(claimed)
    }

    async fn attempts_for_review(&self, limit: u64) -> Result<Vec<Attempt>, StoreError> {
        self.call(self.world.memory.attempts_for_review(limit)).await
    }

    async fn overdue_sessions(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<ThreeDsSessionId>, StoreError> {
        self.call(self.world.memory.overdue_sessions(now, limit)).await
    }

    async fn release_claims(&self, owner: Uuid) -> Result<(), StoreError> {
        self.call(self.world.memory.release_claims(owner)).await
    }

    async fn take_up(&self, now: Timestamp) -> Result<(), StoreError> {
        self.call(self.world.memory.take_up(now)).await
    }

    async fn forget_records(&self, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
        self.call(self.world.memory.forget_records(now, limit)).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.call(self.world.memory.backlog()).await
    }
}

#[async_trait]
impl Directory for SimStore {
    async fn merchant(&self, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        self.call(self.world.memory.merchant(id)).await
    }

    async fn api_key(&self, id: &str) -> Result<Option<ApiKey>, StoreError> {
        self.call(self.world.memory.api_key(id)).await
    }

    async fn endpoints(
        &self,
        merchant: &MerchantId,
        mode: Mode,
    ) -> Result<Vec<Endpoint>, StoreError> {
        self.call(self.world.memory.endpoints(merchant, mode)).await
    }

    async fn endpoint(
        &self,
        merchant: &MerchantId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError> {
        self.call(self.world.memory.endpoint(merchant, mode, id)).await
    }

    async fn audit_entries(&self, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
        self.call(self.world.memory.audit_entries(subject)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.call(self.world.memory.ping()).await
    }
}
