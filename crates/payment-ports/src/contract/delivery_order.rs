//! Which deliveries of an endpoint wait for which.

use std::sync::Arc;

use chrono::TimeDelta;

use super::given::{Given, ids, update};
use crate::{
    store::{Change, Store},
    webhook::{Delivery, DeliveryStatus, Endpoint, OutboxEvent},
};

async fn ordered(given: &Given) -> Endpoint {
    let endpoint = Endpoint { is_ordered: true, ..given.samples.endpoint() };
    given.apply([Change::InsertEndpoint(endpoint.clone())]).await;
    endpoint
}

async fn deliveries<const N: usize>(given: &Given, endpoint: &Endpoint) -> [Delivery; N] {
    let events: [OutboxEvent; N] = given.events().await;
    let all = events.each_ref().map(|event| given.samples.delivery(endpoint, event));
    let mut changes = all.clone().map(Change::InsertDelivery);
    changes.reverse();
    given.apply(changes).await;
    all
}

fn tried(delivery: &Delivery) -> Delivery {
    let retry_at = delivery.next_retry_at.map(|time| time + TimeDelta::minutes(1));
    Delivery {
        attempt_count: delivery.attempt_count + 1,
        last_attempt_at: delivery.next_retry_at,
        next_retry_at: retry_at,
        ..delivery.clone()
    }
}

pub async fn the_longest_due_deliveries_come_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let events = [given.event().await, given.event().await, given.event().await];
    let [a, b, c] = events.each_ref().map(|event| given.samples.delivery(&endpoint, event));
    let b = Delivery { next_retry_at: a.next_retry_at.map(|t| t - TimeDelta::hours(1)), ..b };
    let expected = [b.id, a.id, c.id];
    given.apply([c, a, b].map(Change::InsertDelivery)).await;
    assert_eq!(ids(&given.due(&endpoint).await), expected);
    let two = store.due_deliveries(&endpoint, given.samples.now(), 2).await.unwrap();
    assert_eq!(ids(&two), expected[..2]);
}

pub async fn a_first_try_waits_for_earlier_first_tries(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [a, b, c] = deliveries(&given, &endpoint).await;
    assert_eq!(ids(&given.due(&endpoint).await), [a.id]);
    given.apply([update(&tried(&a), &a)]).await;
    assert_eq!(ids(&given.due(&endpoint).await), [b.id]);
    given.apply([update(&tried(&b), &b)]).await;
    assert_eq!(ids(&given.due(&endpoint).await), [c.id]);
}

pub async fn a_first_try_waits_for_an_earlier_one_that_is_not_due(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [first, second] = given.events().await;
    let later = given.samples.now() + TimeDelta::minutes(1);
    let first = given.samples.delivery(&endpoint, &first);
    let first = Delivery { next_retry_at: Some(later), ..first };
    given.apply([Change::InsertDelivery(first.clone())]).await;
    given.delivery(&endpoint, &second).await;
    assert_eq!(given.due(&endpoint).await, []);
    assert_eq!(given.due_at(&endpoint, later).await, [first]);
}

pub async fn a_first_try_waits_for_no_other_endpoint_or_payment(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, other) = (given.endpoint().await, given.endpoint().await);
    let [first, second] = given.events().await;
    let head = given.delivery(&endpoint, &first).await;
    let elsewhere = given.delivery(&other, &second).await;
    let foreign = given.delivery(&endpoint, &given.event().await).await;
    assert_eq!(ids(&given.due(&endpoint).await), [head.id, foreign.id]);
    assert_eq!(ids(&given.due(&other).await), [elsewhere.id]);
}

pub async fn a_retry_waits_for_nothing(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [a, b] = deliveries(&given, &endpoint).await;
    let later = given.samples.now() + TimeDelta::hours(1);
    let [a_tried, b_tried] = [tried(&a), tried(&b)];
    given.apply([update(&a_tried, &a), update(&b_tried, &b)]).await;
    assert_eq!(ids(&given.due_at(&endpoint, later).await), [a.id, b.id]);
}

pub async fn an_ordered_endpoint_waits_for_what_is_tried_again(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = ordered(&given).await;
    let [a, b] = deliveries(&given, &endpoint).await;
    let foreign = given.delivery(&endpoint, &given.event().await).await;
    let a_tried = tried(&a);
    given.apply([update(&a_tried, &a)]).await;
    assert_eq!(ids(&given.due(&endpoint).await), [foreign.id]);
    let later = given.samples.now() + TimeDelta::hours(1);
    assert_eq!(ids(&given.due_at(&endpoint, later).await), [foreign.id, a.id]);
    for status in [DeliveryStatus::Failed, DeliveryStatus::Delivered] {
        let ended = Delivery { status, next_retry_at: None, ..a_tried.clone() };
        given.apply([update(&ended, &a_tried)]).await;
        assert_eq!(ids(&given.due_at(&endpoint, later).await), [b.id, foreign.id]);
        given.apply([update(&a_tried, &ended)]).await;
    }
}
