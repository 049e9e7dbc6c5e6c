//! Events are fanned out in order within a payment, whoever does it.

use std::sync::Arc;

use payment_core::id::EventId;

use super::{
    concurrently::claim_all,
    given::{Given, claim_events, finish},
};
use crate::store::{Change, Claim, Store};

pub async fn the_oldest_events_are_claimed_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payments = [given.payment().await, given.payment().await, given.payment().await];
    let [a, b, c] = payments.each_ref().map(|payment| given.samples.event(payment, 1));
    given.apply([c.clone(), a.clone(), b.clone()].map(Change::InsertEvent)).await;
    assert_eq!(claim_events(store, &given.claim(2)).await, [a.id, b.id]);
    assert_eq!(claim_events(store, &given.claim(2)).await, [c.id]);
}

pub async fn events_of_a_payment_are_claimed_in_order(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let events = given.events::<4>().await;
    assert_eq!(claim_events(store, &given.claim(10)).await, events.map(|event| event.id));
}

pub async fn an_event_waits_until_those_before_it_are_finished(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [first, second, third] = given.events().await;
    let lease = given.claim(1);
    assert_eq!(claim_events(store, &lease).await, [first.id]);
    assert_eq!(claim_events(store, &given.claim(10)).await, []);
    given.apply([finish(&first, &lease)]).await;
    assert_eq!(claim_events(store, &given.claim(10)).await, [second.id, third.id]);
}

pub async fn an_event_does_not_wait_for_other_payments(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [first, _] = given.events().await;
    assert_eq!(claim_events(store, &given.claim(1)).await, [first.id]);
    let other = given.event().await;
    assert_eq!(claim_events(store, &given.claim(10)).await, [other.id]);
}

pub async fn blocked_events_leave_room_for_others(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [first, _, _] = given.events().await;
    assert_eq!(claim_events(store, &given.claim(1)).await, [first.id]);
    let other = given.event().await;
    assert_eq!(claim_events(store, &given.claim(1)).await, [other.id]);
}

pub async fn a_clock_that_went_back_does_not_change_the_order(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let second = given.samples.event(&payment, 2);
    let first = given.samples.event(&payment, 1);
    given.apply([first.clone(), second.clone()].map(Change::InsertEvent)).await;
    let lease = given.claim(1);
    assert_eq!(claim_events(store, &lease).await, [first.id]);
    given.apply([finish(&first, &lease)]).await;
    assert_eq!(claim_events(store, &given.claim(1)).await, [second.id]);
}

pub async fn an_expired_claim_is_taken_over_from_the_first_event_on(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [first, second, third] = given.events().await;
    let lease = given.claim(2);
    assert_eq!(claim_events(store, &lease).await, [first.id, second.id]);
    given.apply([finish(&first, &lease)]).await;
    let later = given.claim_at(lease.until, 10);
    assert_eq!(claim_events(store, &later).await, [second.id, third.id]);
}

pub async fn two_workers_never_get_the_same_event(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let mut expected = Vec::new();
    for _ in 0..24 {
        expected.push(given.event().await.id);
    }
    let workers = [(); 8].map(|()| given.claim(5));
    let mut claimed = claim_all(store, &workers, claim).await;
    claimed.extend(claim_events(store, &given.claim(100)).await);
    claimed.sort_unstable();
    assert_eq!(claimed, expected);
}

pub async fn two_workers_never_share_a_payment(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for _ in 0..4 {
        let [first, ..] = given.events::<4>().await;
        let workers = [(); 8].map(|()| given.claim(1));
        assert_eq!(claim_all(store, &workers, claim).await, [first.id]);
    }
}

async fn claim(store: Arc<dyn Store>, claim: Claim) -> Vec<EventId> {
    claim_events(&store, &claim).await
}
