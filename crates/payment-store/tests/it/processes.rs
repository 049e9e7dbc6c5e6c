//! Several processes share one database, and any of them may die.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use payment_core::payment::Payment;
use payment_ports::{
    fakes::Samples,
    store::{Change, Claim, Load, PaymentFilter, PaymentReads as _, Store as _, WorkQueue as _},
};
use payment_store::SqlStore;

use crate::databases::{migrated, on_every_database};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_work_without_overlap() {
    on_every_database(async |url| {
        let stores = [migrated(url).await, migrated(url).await];
        let samples = Samples::new();
        let payments: Vec<_> = (0..40).map(|_: i32| samples.payment()).collect();
        let events: Vec<_> = payments.iter().map(|payment| samples.event(payment, 1)).collect();
        let inserts = payments.into_iter().map(Change::InsertPayment);
        let inserts = inserts.chain(events.iter().cloned().map(Change::InsertEvent));
        stores[0].apply(&inserts.collect::<Vec<_>>()).await.unwrap();

        let now = samples.now();
        let take_all = async |store: &SqlStore| {
            let until = now + TimeDelta::minutes(1);
            let claim = Claim { owner: samples.uuid(), now, until, limit: 3 };
            let mut taken = Vec::new();
            loop {
                let events = store.claim_events(&claim).await.unwrap();
                if events.is_empty() {
                    return taken;
                }
                taken.extend(events.into_iter().map(|event| event.id));
            }
        };
        let (mut taken, others) = futures::join!(take_all(&stores[0]), take_all(&stores[1]));
        taken.extend(others);
        assert_eq!(taken.len(), events.len(), "an event was handed out twice");
        let taken: BTreeSet<_> = taken.into_iter().collect();
        assert_eq!(taken, events.iter().map(|event| event.id).collect());
    })
    .await;
}

#[tokio::test]
async fn what_was_applied_outlives_the_process() {
    on_every_database(async |url| {
        let samples = Samples::new();
        let payment = samples.payment();
        let attempt = samples.attempt(&payment);
        let store = migrated(url).await;
        store.apply(&[Change::InsertPayment(payment.clone())]).await.unwrap();
        store.apply(&[Change::InsertAttempt(attempt.clone())]).await.unwrap();
        drop(store);

        let store = migrated(url).await;
        let due = attempt.next_check_at.unwrap();
        let until = due + TimeDelta::minutes(1);
        let claim = Claim { owner: samples.uuid(), now: due, until, limit: 10 };
        assert_eq!(store.claim_attempts(&claim).await.unwrap(), [attempt.id]);
        assert_eq!(load(&store, &payment).await, Some(payment));
    })
    .await;
}

#[tokio::test]
async fn an_apply_that_is_abandoned_writes_all_or_nothing() {
    on_every_database(async |url| {
        let store = migrated(url).await;
        let samples = Samples::new();
        for step in 0..30 {
            let changes = [samples.payment(), samples.payment()].map(Change::InsertPayment);
            abandon(store.apply(&changes), step * step).await;
            let written = store.payments(&everything(&samples)).await.unwrap();
            assert!(written.len().is_multiple_of(2), "half of an apply was written");
        }
        let payment = samples.payment();
        store.apply(&[Change::InsertPayment(payment.clone())]).await.unwrap();
        assert_eq!(load(&store, &payment).await, Some(payment));
    })
    .await;
}

/// Polls a future so many times and drops it then.
async fn abandon(future: impl Future, polls: usize) {
    let mut future = std::pin::pin!(future);
    for _ in 0..polls {
        if futures::poll!(&mut future).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn everything(samples: &Samples) -> PaymentFilter {
    PaymentFilter {
        merchant: samples.merchant.clone(),
        mode: samples.mode,
        status: None,
        order_id: None,
        provider: None,
        created_from: None,
        created_to: None,
        before: None,
        limit: 1_000,
    }
}

pub(crate) async fn load(store: &SqlStore, payment: &Payment) -> Option<Payment> {
    let query = Load {
        merchant: payment.merchant.clone(),
        mode: payment.mode,
        payment: Some(payment.id),
        scope: None,
    };
    store.load(&query).await.unwrap().payment
}
