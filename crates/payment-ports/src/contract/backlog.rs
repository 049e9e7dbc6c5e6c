//! How much work waits.

use std::sync::Arc;

use payment_core::attempt::{Attempt, AttemptState};

use super::given::Given;
use crate::{
    store::{Backlog, Change, Store},
    webhook::{Delivery, DeliveryStatus},
};

pub async fn an_empty_store_has_no_backlog(store: &Arc<dyn Store>) {
    assert_eq!(store.backlog().await.unwrap(), Backlog::default());
}

pub async fn events_wait_until_they_are_finished(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (first, second) = (given.event().await, given.event().await);
    let waiting =
        |events, oldest_event_at| Backlog { events, oldest_event_at, ..Backlog::default() };
    assert_eq!(store.backlog().await.unwrap(), waiting(2, Some(first.created_at)));
    let claim = given.claim(1);
    store.claim_events(&claim).await.unwrap();
    assert_eq!(store.backlog().await.unwrap(), waiting(2, Some(first.created_at)));
    given.apply([Change::FinishEvent { event: first.id, owner: claim.owner }]).await;
    assert_eq!(store.backlog().await.unwrap(), waiting(1, Some(second.created_at)));
}

pub async fn deliveries_wait_until_they_have_ended(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    for status in [DeliveryStatus::Pending, DeliveryStatus::Delivered, DeliveryStatus::Failed] {
        let delivery = given.samples.delivery(&endpoint, &given.event().await);
        given.apply([Change::InsertDelivery(Delivery { status, ..delivery })]).await;
    }
    assert_eq!(store.backlog().await.unwrap().deliveries, 1);
    store.claim_queues(&given.claim(10)).await.unwrap();
    assert_eq!(store.backlog().await.unwrap().deliveries, 1);
}

pub async fn attempts_are_counted_by_what_they_wait_for(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    for &state in AttemptState::ALL {
        let attempt = Attempt { state, ..given.samples.attempt(&payment) };
        given.apply([Change::InsertAttempt(attempt)]).await;
    }
    given.attempt().await;
    for _ in 0..2 {
        let state = AttemptState::NeedsReview;
        let attempt = Attempt { state, ..given.samples.attempt(&payment) };
        given.apply([Change::InsertAttempt(attempt)]).await;
    }
    let expected = Backlog { attempts_in_doubt: 2, attempts_for_review: 3, ..Backlog::default() };
    assert_eq!(store.backlog().await.unwrap(), expected);
}
