//! What a test of the contract begins with.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::{
    attempt::{Attempt, ScopeHash},
    id::{DeliveryId, EndpointId, EventId, PaymentId},
    payment::Payment,
    three_ds::ThreeDsSession,
    time::Timestamp,
};

use crate::{
    fakes::Samples,
    store::{
        ApplyError, Change, Claim, Guard, IdempotencyRecord, Load, Loaded, Store, StoredNotice,
    },
    webhook::{ClaimedQueue, Delivery, Endpoint, OutboxEvent},
};

/// One merchant in a store, and short words for filling it.
pub(super) struct Given {
    pub(super) store: Arc<dyn Store>,
    pub(super) samples: Samples,
}

impl Given {
    /// The merchant `SHOP` in an empty store.
    pub(super) async fn empty(store: &Arc<dyn Store>) -> Self {
        let given = Self { store: Arc::clone(store), samples: Samples::new() };
        given.apply([Change::InsertMerchant(given.samples.merchant())]).await;
        given
    }

    /// Another merchant in the same store.
    pub(super) async fn other_merchant(&self, id: &str) -> Self {
        let given = Self { store: Arc::clone(&self.store), samples: self.samples.of(id) };
        given.apply([Change::InsertMerchant(given.samples.merchant())]).await;
        given
    }

    /// Writes changes that must succeed.
    pub(super) async fn apply<const N: usize>(&self, changes: [Change; N]) {
        assert_eq!(self.store.apply(&changes).await, Ok(()), "{changes:?}");
    }

    /// The change must fail at that guard, and take back what came with it.
    pub(super) async fn refused(&self, change: Change, guard: Guard) {
        let (before, after) = (self.samples.payment(), self.samples.payment());
        let changes = [
            Change::InsertPayment(before.clone()),
            change.clone(),
            Change::InsertPayment(after.clone()),
        ];
        let conflict = Err(ApplyError::Conflict(guard));
        assert_eq!(self.store.apply(&changes).await, conflict, "{change:?}");
        for witness in [before, after] {
            assert_eq!(self.load(witness.id).await.payment, None, "written despite a conflict");
        }
    }

    pub(super) async fn load(&self, payment: PaymentId) -> Loaded {
        self.store.load(&self.query(payment)).await.unwrap()
    }

    pub(super) fn query(&self, payment: PaymentId) -> Load {
        Load {
            merchant: self.samples.merchant.clone(),
            mode: self.samples.mode,
            payment: Some(payment),
            scope: None,
        }
    }

    pub(super) async fn record(&self, scope: ScopeHash) -> Option<IdempotencyRecord> {
        let query = Load {
            merchant: self.samples.merchant.clone(),
            mode: self.samples.mode,
            payment: None,
            scope: Some(scope),
        };
        self.store.load(&query).await.unwrap().record
    }

    pub(super) async fn payment(&self) -> Payment {
        let payment = self.samples.payment();
        self.apply([Change::InsertPayment(payment.clone())]).await;
        payment
    }

    pub(super) async fn attempt(&self) -> Attempt {
        let payment = self.payment().await;
        let attempt = self.samples.attempt(&payment);
        self.apply([Change::InsertAttempt(attempt.clone())]).await;
        attempt
    }

    pub(super) async fn notice(&self) -> StoredNotice {
        let notice = self.samples.notice();
        self.apply([Change::InsertNotice(notice.clone())]).await;
        notice
    }

    pub(super) async fn session(&self) -> ThreeDsSession {
        let session = self.samples.session(&self.attempt().await);
        self.apply([Change::InsertSession(session.clone())]).await;
        session
    }

    pub(super) async fn new_record(&self) -> IdempotencyRecord {
        let record = self.samples.record();
        self.apply([Change::InsertRecord(record.clone())]).await;
        record
    }

    /// The first events of a new payment, in order.
    pub(super) async fn events<const N: usize>(&self) -> [OutboxEvent; N] {
        let payment = self.payment().await;
        let mut sequences = 1..;
        let events = [(); N].map(|()| self.samples.event(&payment, sequences.next().unwrap()));
        self.apply(events.clone().map(Change::InsertEvent)).await;
        events
    }

    pub(super) async fn event(&self) -> OutboxEvent {
        let [event] = self.events().await;
        event
    }

    pub(super) async fn endpoint(&self) -> Endpoint {
        let endpoint = self.samples.endpoint();
        self.apply([Change::InsertEndpoint(endpoint.clone())]).await;
        endpoint
    }

    pub(super) async fn delivery(&self, endpoint: &Endpoint, event: &OutboxEvent) -> Delivery {
        let delivery = self.samples.delivery(endpoint, event);
        self.apply([Change::InsertDelivery(delivery.clone())]).await;
        delivery
    }

    /// An endpoint's deliveries that may be tried at that time.
    pub(super) async fn due_at(&self, endpoint: &Endpoint, now: Timestamp) -> Vec<Delivery> {
        self.store.due_deliveries(endpoint, now, 100).await.unwrap()
    }

    /// An endpoint's deliveries that may be tried now.
    pub(super) async fn due(&self, endpoint: &Endpoint) -> Vec<Delivery> {
        self.due_at(endpoint, self.samples.now()).await
    }

    /// A claim of a new worker for a minute, now.
    pub(super) fn claim(&self, limit: u64) -> Claim {
        self.claim_at(self.samples.now(), limit)
    }

    pub(super) fn claim_at(&self, now: Timestamp, limit: u64) -> Claim {
        let until = now + TimeDelta::minutes(1);
        Claim { owner: self.samples.uuid(), now, until, limit }
    }
}

pub(super) async fn claim_events(store: &Arc<dyn Store>, claim: &Claim) -> Vec<EventId> {
    let events = store.claim_events(claim).await.unwrap();
    events.into_iter().map(|event| event.id).collect()
}

pub(super) async fn claim_queues(store: &Arc<dyn Store>, claim: &Claim) -> Vec<EndpointId> {
    let queues = store.claim_queues(claim).await.unwrap();
    queues.into_iter().map(|queue| queue.endpoint.id).collect()
}

pub(super) async fn claim_queue(store: &Arc<dyn Store>, claim: &Claim) -> ClaimedQueue {
    let [queue] = store.claim_queues(claim).await.unwrap().try_into().unwrap();
    queue
}

pub(super) fn ids(deliveries: &[Delivery]) -> Vec<DeliveryId> {
    deliveries.iter().map(|delivery| delivery.id).collect()
}

pub(super) fn finish(event: &OutboxEvent, claim: &Claim) -> Change {
    Change::FinishEvent { event: event.id, owner: claim.owner }
}

pub(super) fn update(delivery: &Delivery, before: &Delivery) -> Change {
    Change::UpdateDelivery { delivery: delivery.clone(), from: before.progress() }
}

pub(super) fn release(queue: &ClaimedQueue, claim: &Claim) -> Change {
    Change::ReleaseQueue { queue: queue.clone(), owner: claim.owner, now: claim.now }
}
