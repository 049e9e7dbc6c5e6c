//! Deliveries that are added while others are sent.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::given::{Given, release, update};
use crate::{
    store::{Change, Store},
    webhook::{Delivery, DeliveryStatus},
};

pub async fn nothing_is_missed_while_others_add(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let mut all = Vec::new();
    for _ in 0..40 {
        all.push(given.samples.delivery(&endpoint, &given.event().await));
    }
    let (left, right) = all.split_at(20);
    let is_added = AtomicBool::new(false);
    let add = async {
        tokio::join!(add_each(&given, left), add_each(&given, right));
        is_added.store(true, Ordering::SeqCst);
    };
    let work = async || {
        while !is_added.load(Ordering::SeqCst) {
            work_off(&given).await;
        }
    };
    tokio::join!(add, work(), work());
    // What was added last is due now, whoever had the queue meanwhile.
    while work_off(&given).await {}
    assert_eq!(store.backlog().await.unwrap().deliveries, 0);
}

async fn add_each(given: &Given, deliveries: &[Delivery]) {
    for delivery in deliveries {
        given.apply([Change::InsertDelivery(delivery.clone())]).await;
    }
}

/// One turn of a worker; answers whether there was one to be had.
async fn work_off(given: &Given) -> bool {
    let lease = given.claim(1);
    let mut queues = given.store.claim_queues(&lease).await.unwrap();
    let Some(queue) = queues.pop() else { return false };
    let delivered = |it: &Delivery| Delivery { status: DeliveryStatus::Delivered, ..it.clone() };
    let due = given.due_at(&queue.endpoint, lease.until).await;
    let mut changes: Vec<_> = due.iter().map(|it| update(&delivered(it), it)).collect();
    changes.push(release(&queue, &lease));
    given.store.apply(&changes).await.unwrap();
    true
}
