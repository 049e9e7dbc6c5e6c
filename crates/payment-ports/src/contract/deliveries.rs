//! Deliveries: claimed when they are due, counted by the claim, written by their owner.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use secrecy::ExposeSecret as _;

use super::given::{Given, claim_deliveries, ids, update};
use crate::{
    store::{Change, Guard, Store},
    webhook::{Delivery, DeliveryAttempt, DeliveryStatus, OutboxEvent},
};

pub async fn a_claimed_delivery_comes_with_event_and_endpoint(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, event) = (given.endpoint().await, given.event().await);
    given.endpoint().await;
    let delivery = given.delivery(&endpoint, &event).await;
    let claimed = store.claim_deliveries(&given.claim(10)).await.unwrap();
    let [claimed] = claimed.try_into().unwrap();
    assert_eq!(claimed.delivery, Delivery { attempt_count: 1, ..delivery });
    assert_eq!(claimed.endpoint.id, endpoint.id);
    assert_eq!(claimed.endpoint.url, endpoint.url);
    assert_eq!(claimed.endpoint.secret.expose_secret(), endpoint.secret.expose_secret());
}

pub async fn a_delivery_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, payment) = (given.endpoint().await, given.payment().await);
    let event = OutboxEvent {
        payload: "{\"ş\" : \"👛\",  \"n\": 1500.00}\n".repeat(3_000),
        ..given.samples.event(&payment, 1)
    };
    given.apply([Change::InsertEvent(event.clone())]).await;
    let delivery = Delivery {
        attempt_count: i32::MAX - 1,
        last_attempt_at: DateTime::from_timestamp_micros(1),
        next_retry_at: DateTime::from_timestamp_micros(1_767_225_599_999_999),
        ..given.samples.delivery(&endpoint, &event)
    };
    given.apply([Change::InsertDelivery(delivery.clone())]).await;
    let claimed = claim_deliveries(store, &given.claim(10)).await;
    assert_eq!(claimed, [Delivery { attempt_count: i32::MAX, ..delivery }]);
}

pub async fn an_endpoint_has_one_delivery_of_an_event(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, event) = (given.endpoint().await, given.event().await);
    given.delivery(&endpoint, &event).await;
    let again = given.samples.delivery(&endpoint, &event);
    given.refused(Change::InsertDelivery(again), Guard::Delivery).await;
    given.delivery(&given.endpoint().await, &event).await;
    assert_eq!(claim_deliveries(store, &given.claim(10)).await.len(), 2);
}

pub async fn a_delivery_is_due_at_its_retry_time(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let delivery = given.delivery(&given.endpoint().await, &given.event().await).await;
    let due = delivery.next_retry_at.unwrap();
    let just_before = given.claim_at(due - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_deliveries(store, &just_before).await, []);
    let id = delivery.id;
    assert_eq!(ids(&claim_deliveries(store, &given.claim_at(due, 10)).await), [id]);
}

pub async fn deliveries_without_a_retry_time_are_never_claimed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let delivery = given.samples.delivery(&given.endpoint().await, &given.event().await);
    let delivery = Delivery { next_retry_at: None, ..delivery };
    given.apply([Change::InsertDelivery(delivery)]).await;
    assert_eq!(claim_deliveries(store, &given.claim(10)).await, []);
}

pub async fn ended_deliveries_are_never_claimed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for status in [DeliveryStatus::Delivered, DeliveryStatus::Failed] {
        let delivery = given.samples.delivery(&given.endpoint().await, &given.event().await);
        let delivery = Delivery { status, ..delivery };
        given.apply([Change::InsertDelivery(delivery)]).await;
    }
    assert_eq!(claim_deliveries(store, &given.claim(10)).await, []);
}

pub async fn a_claimed_delivery_is_due_again_when_the_lease_ends(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let delivery = given.delivery(&given.endpoint().await, &given.event().await).await;
    let first = given.claim(10);
    assert_eq!(ids(&claim_deliveries(store, &first).await), [delivery.id]);
    let just_before = given.claim_at(first.until - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_deliveries(store, &just_before).await, []);
    let end = given.claim_at(first.until, 10);
    assert_eq!(claim_deliveries(store, &end).await, [Delivery { attempt_count: 2, ..delivery }]);
}

pub async fn released_deliveries_are_due_at_once_and_their_try_is_not_counted(
    store: &Arc<dyn Store>,
) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [first, second] = [given.event().await, given.event().await];
    given.delivery(&endpoint, &first).await;
    let second = given.delivery(&endpoint, &second).await;
    let (kept, released) = (given.claim(1), given.claim(1));
    let [first] = claim_deliveries(store, &kept).await.try_into().unwrap();
    assert_eq!(ids(&claim_deliveries(store, &released).await), [second.id]);
    store.release_claims(released.owner).await.unwrap();
    given.refused(update(&second, &released), Guard::Delivery).await;
    let again = claim_deliveries(store, &given.claim(10)).await;
    assert_eq!(again, [Delivery { attempt_count: 1, ..second }]);
    given.apply([update(&first, &kept)]).await;
}

pub async fn a_delivery_update_is_written_and_ends_the_claim(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.delivery(&given.endpoint().await, &given.event().await).await;
    let first = given.claim(10);
    let [delivery] = claim_deliveries(store, &first).await.try_into().unwrap();
    let retry_at = first.now + TimeDelta::seconds(30);
    let retried =
        Delivery { last_attempt_at: Some(first.now), next_retry_at: Some(retry_at), ..delivery };
    given.apply([update(&retried, &first)]).await;
    assert_eq!(claim_deliveries(store, &given.claim(10)).await, []);
    let again = claim_deliveries(store, &given.claim_at(retry_at, 10)).await;
    assert_eq!(again, [Delivery { attempt_count: 2, ..retried }]);
}

pub async fn a_delivered_delivery_is_never_claimed_again(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for status in [DeliveryStatus::Delivered, DeliveryStatus::Failed] {
        given.delivery(&given.endpoint().await, &given.event().await).await;
        let first = given.claim(10);
        let [delivery] = claim_deliveries(store, &first).await.try_into().unwrap();
        given.apply([update(&Delivery { status, ..delivery }, &first)]).await;
        let late = given.claim_at(first.until + TimeDelta::days(1), 10);
        assert_eq!(claim_deliveries(store, &late).await, []);
    }
}

pub async fn a_delivery_is_updated_once_per_claim(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.delivery(&given.endpoint().await, &given.event().await).await;
    let first = given.claim(10);
    let [delivery] = claim_deliveries(store, &first).await.try_into().unwrap();
    given.apply([update(&delivery, &first)]).await;
    given.refused(update(&delivery, &first), Guard::Delivery).await;
}

pub async fn a_delivery_that_was_not_claimed_cannot_be_updated(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let delivery = given.delivery(&given.endpoint().await, &given.event().await).await;
    given.refused(update(&delivery, &given.claim(10)), Guard::Delivery).await;
    let missing = given.samples.delivery(&given.endpoint().await, &given.event().await);
    given.refused(update(&missing, &given.claim(10)), Guard::Delivery).await;
}

pub async fn a_worker_whose_delivery_was_taken_over_cannot_update_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.delivery(&given.endpoint().await, &given.event().await).await;
    let lost = given.claim(10);
    let [delivery] = claim_deliveries(store, &lost).await.try_into().unwrap();
    let taken = given.claim_at(lost.until, 10);
    let [again] = claim_deliveries(store, &taken).await.try_into().unwrap();
    given.refused(update(&delivery, &lost), Guard::Delivery).await;
    given.apply([update(&again, &taken)]).await;
}

pub async fn the_history_of_a_delivery_is_written_with_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.delivery(&given.endpoint().await, &given.event().await).await;
    let first = given.claim(10);
    let [delivery] = claim_deliveries(store, &first).await.try_into().unwrap();
    let answered = DeliveryAttempt {
        duration_ms: i64::MAX,
        response_excerpt: Some("ş👛\n".repeat(300)),
        ..given.samples.delivery_attempt(&delivery)
    };
    let unanswered = DeliveryAttempt {
        number: 2,
        status_code: None,
        error_class: Some("timeout".to_owned()),
        response_excerpt: None,
        ..given.samples.delivery_attempt(&delivery)
    };
    let history = [answered, unanswered].map(Change::InsertDeliveryAttempt);
    given.apply(history).await;
    given.apply([update(&delivery, &first)]).await;
}

pub async fn a_deleted_endpoint_ends_its_open_deliveries(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, other) = (given.endpoint().await, given.endpoint().await);
    let [first, second] = [given.event().await, given.event().await];
    given.delivery(&endpoint, &first).await;
    let under_way = given.claim(10);
    let [claimed] = claim_deliveries(store, &under_way).await.try_into().unwrap();
    given.delivery(&endpoint, &second).await;
    let kept = given.delivery(&other, &second).await;

    let (merchant, mode) = (endpoint.merchant, endpoint.mode);
    given.apply([Change::DeleteEndpoint { endpoint: endpoint.id, merchant, mode }]).await;
    assert_eq!(store.backlog().await.unwrap().deliveries, 1);
    given.refused(update(&claimed, &under_way), Guard::Delivery).await;
    let late = given.claim_at(under_way.until + TimeDelta::days(1), 10);
    assert_eq!(ids(&claim_deliveries(store, &late).await), [kept.id]);
}

pub async fn a_delivery_to_an_endpoint_that_is_gone_ends(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, event) = (given.endpoint().await, given.event().await);
    let (merchant, mode) = (endpoint.merchant.clone(), endpoint.mode);
    given.apply([Change::DeleteEndpoint { endpoint: endpoint.id, merchant, mode }]).await;
    given.delivery(&endpoint, &event).await;
    assert_eq!(claim_deliveries(store, &given.claim(10)).await, []);
    assert_eq!(store.backlog().await.unwrap().deliveries, 0);
}
