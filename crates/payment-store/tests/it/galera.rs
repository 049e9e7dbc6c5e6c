//! Two processes on two nodes of a Galera cluster, which share no locks.
//!
//! `TEST_GALERA_URLS` names the nodes; `scripts/galera` starts three. All other tests of MySQL run
//! on the cluster too, through its balancer.

use std::{env, io::Write as _};

use futures::join;
use payment_core::{attempt::Attempt, payment::Payment};
use payment_ports::{
    fakes::Samples,
    store::{ApplyError, Change, Guard, Load, PaymentReads as _, Store as _},
};
use payment_store::SqlStore;

use crate::databases::{migrated, tamper};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_that_begin_on_two_nodes_at_once_become_one_attempt() {
    on_two_nodes("gateway_two_nodes_race", async |stores, samples| {
        for _ in 0..100 {
            let payment = samples.payment();
            stores[0].apply(&[Change::InsertPayment(payment.clone())]).await.unwrap();
            let [one, other] = [0, 1].map(|_: i32| begin(&samples, &payment));

            let begun = join!(stores[0].apply(&one), stores[1].apply(&other));

            let begun = [begun.0, begun.1];
            let conflict = Err(ApplyError::Conflict(Guard::Payment));
            assert!(begun.contains(&Ok(())) && begun.contains(&conflict), "{begun:?}");
            for store in &stores {
                assert_eq!(store.attempts(payment.id).await.unwrap().len(), 1);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_has_committed_another_shows_at_once() {
    on_two_nodes("gateway_two_nodes_read", async |stores, samples| {
        for turn in 0..500 {
            let payment = samples.payment();
            let (here, there) = (&stores[turn % 2], &stores[(turn + 1) % 2]);
            here.apply(&[Change::InsertPayment(payment.clone())]).await.unwrap();
            assert_eq!(load(there, &payment).await, Some(payment));
        }
    })
    .await;
}

/// The whole of what begins an operation.
fn begin(samples: &Samples, payment: &Payment) -> [Change; 3] {
    let record = samples.record();
    let attempt = samples.attempt(payment);
    let attempt = Attempt { idempotency: Some(record.scope), ..attempt };
    let busy = Payment { pending: Some(attempt.pending()), version: 2, ..payment.clone() };
    [Change::InsertRecord(record), Change::UpdatePayment(busy), Change::InsertAttempt(attempt)]
}

async fn load(store: &SqlStore, payment: &Payment) -> Option<Payment> {
    let (merchant, mode) = (payment.merchant.clone(), payment.mode);
    let query = Load { merchant, mode, payment: Some(payment.id), scope: None };
    store.load(&query).await.unwrap().payment
}

async fn on_two_nodes(database: &str, test: impl AsyncFnOnce([SqlStore; 2], Samples)) {
    let Ok(nodes) = env::var("TEST_GALERA_URLS") else {
        let mut terminal = std::io::stderr();
        writeln!(terminal, "skipped: TEST_GALERA_URLS is not set").unwrap();
        return;
    };
    let nodes: Vec<_> = nodes.split(',').collect();
    let drop = format!("DROP DATABASE IF EXISTS {database}");
    tamper(nodes[0], &format!("{drop}; CREATE DATABASE {database}")).await;
    let of = |node: usize| format!("{}/{database}", nodes[node].rsplit_once('/').unwrap().0);
    let one = migrated(&of(0)).await;
    let stores = [one, migrated(&of(1)).await];
    test(stores, Samples::new()).await;
    tamper(nodes[0], &drop).await;
}
