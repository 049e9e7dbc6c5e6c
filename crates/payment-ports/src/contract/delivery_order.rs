//! First tries go out in order within an endpoint and a payment; retries wait for nobody.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::id::DeliveryId;

use super::{
    concurrently::claim_all,
    given::{Given, claim_deliveries, ids, update},
};
use crate::{
    store::{Change, Claim, Store},
    webhook::Delivery,
};

pub async fn the_oldest_deliveries_are_claimed_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let events = [given.event().await, given.event().await, given.event().await];
    let [a, b, c] = events.each_ref().map(|event| given.samples.delivery(&endpoint, event));
    let expected = [a.id, b.id, c.id];
    given.apply([c, a, b].map(Change::InsertDelivery)).await;
    assert_eq!(ids(&claim_deliveries(store, &given.claim(2)).await), expected[..2]);
    assert_eq!(ids(&claim_deliveries(store, &given.claim(2)).await), expected[2..]);
}

pub async fn first_tries_of_a_payment_are_claimed_in_order(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let events = given.events::<3>().await;
    let [a, b, c] = events.each_ref().map(|event| given.samples.delivery(&endpoint, event));
    let expected = [a.id, b.id, c.id];
    given.apply([c, a, b].map(Change::InsertDelivery)).await;
    assert_eq!(ids(&claim_deliveries(store, &given.claim(10)).await), expected);
}

pub async fn a_first_try_waits_while_an_earlier_one_is_under_way(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [first, second] = given.events().await;
    given.delivery(&endpoint, &first).await;
    let second = given.delivery(&endpoint, &second).await;
    let earlier = given.claim(1);
    let [first] = claim_deliveries(store, &earlier).await.try_into().unwrap();
    assert_eq!(claim_deliveries(store, &given.claim(10)).await, []);

    let retry_at = Some(earlier.now + TimeDelta::days(1));
    let tried = Delivery { last_attempt_at: Some(earlier.now), next_retry_at: retry_at, ..first };
    given.apply([update(&tried, &earlier)]).await;
    assert_eq!(ids(&claim_deliveries(store, &given.claim(10)).await), [second.id]);
}

pub async fn a_first_try_waits_for_earlier_ones_that_are_not_due(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [first, second] = given.events().await;
    let later = given.samples.now() + TimeDelta::minutes(1);
    let first = given.samples.delivery(&endpoint, &first);
    let first = Delivery { next_retry_at: Some(later), ..first };
    given.apply([Change::InsertDelivery(first.clone())]).await;
    let second = given.delivery(&endpoint, &second).await;
    assert_eq!(claim_deliveries(store, &given.claim(10)).await, []);
    assert_eq!(
        ids(&claim_deliveries(store, &given.claim_at(later, 10)).await),
        [first.id, second.id]
    );
}

pub async fn a_first_try_does_not_wait_for_other_endpoints_or_payments(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, other) = (given.endpoint().await, given.endpoint().await);
    let [first, second] = given.events().await;
    let blocked = given.delivery(&endpoint, &first).await;
    assert_eq!(ids(&claim_deliveries(store, &given.claim(1)).await), [blocked.id]);
    let elsewhere = given.delivery(&other, &second).await;
    let foreign = given.delivery(&endpoint, &given.event().await).await;
    assert_eq!(ids(&claim_deliveries(store, &given.claim(10)).await), [elsewhere.id, foreign.id]);
}

pub async fn a_retry_waits_for_nothing(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [first, second] = given.events().await;
    let retry = Delivery {
        attempt_count: 1,
        last_attempt_at: Some(given.samples.now()),
        ..given.samples.delivery(&endpoint, &second)
    };
    given.apply([Change::InsertDelivery(retry.clone())]).await;
    let first = given.delivery(&endpoint, &first).await;
    assert_eq!(ids(&claim_deliveries(store, &given.claim(1)).await), [retry.id]);
    assert_eq!(ids(&claim_deliveries(store, &given.claim(1)).await), [first.id]);
}

pub async fn blocked_deliveries_leave_room_for_others(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [first, second] = given.events().await;
    let first = given.delivery(&endpoint, &first).await;
    given.delivery(&endpoint, &second).await;
    let foreign = given.delivery(&endpoint, &given.event().await).await;
    assert_eq!(ids(&claim_deliveries(store, &given.claim(1)).await), [first.id]);
    assert_eq!(ids(&claim_deliveries(store, &given.claim(1)).await), [foreign.id]);
}

pub async fn a_first_try_does_not_pass_one_in_the_middle(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let events = given.events::<3>().await;
    let later = given.samples.now() + TimeDelta::minutes(1);
    let [first, second, third] =
        events.each_ref().map(|event| given.samples.delivery(&endpoint, event));
    let second = Delivery { next_retry_at: Some(later), ..second };
    let [a, b, c] = [first.id, second.id, third.id];
    given.apply([first, second, third].map(Change::InsertDelivery)).await;
    let lease = given.claim(10);
    let [first] = claim_deliveries(store, &lease).await.try_into().unwrap();
    assert_eq!(first.id, a);
    given.apply([update(&Delivery { last_attempt_at: Some(lease.now), ..first }, &lease)]).await;
    let claimed = claim_deliveries(store, &given.claim_at(later, 10)).await;
    assert_eq!(ids(&claimed), [a, b, c]);
}

pub async fn two_workers_never_get_the_same_delivery(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let mut expected = Vec::new();
    for _ in 0..24 {
        expected.push(given.delivery(&endpoint, &given.event().await).await.id);
    }
    let workers = [(); 8].map(|()| given.claim(5));
    let mut claimed = claim_all(store, &workers, claim).await;
    claimed.extend(ids(&claim_deliveries(store, &given.claim(100)).await));
    claimed.sort_unstable();
    assert_eq!(claimed, expected);
}

pub async fn two_workers_never_share_an_endpoint_and_payment(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for _ in 0..4 {
        let endpoint = given.endpoint().await;
        let events = given.events::<4>().await;
        let deliveries = events.each_ref().map(|event| given.samples.delivery(&endpoint, event));
        let first = deliveries[0].id;
        given.apply(deliveries.map(Change::InsertDelivery)).await;
        let workers = [(); 8].map(|()| given.claim(1));
        assert_eq!(claim_all(store, &workers, claim).await, [first]);
    }
}

async fn claim(store: Arc<dyn Store>, claim: Claim) -> Vec<DeliveryId> {
    ids(&claim_deliveries(&store, &claim).await)
}
