//! Deliveries: written by whoever knows how far they have come.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};

use super::given::{Given, claim_queue, claim_queues, ids, release, update};
use crate::{
    store::{Change, Guard, Store},
    webhook::{Delivery, DeliveryAttempt, DeliveryStatus, OutboxEvent, Trigger},
};

pub async fn a_delivery_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, payment) = (given.endpoint().await, given.payment().await);
    let event = OutboxEvent {
        payload: "{\"ş\" : \"👛\",  \"n\": 1500.00}\n".repeat(3_000),
        ..given.samples.event(&payment, 1)
    };
    given.apply([Change::InsertEvent(event.clone())]).await;
    let delivery = Delivery {
        trigger: Trigger::Recovery,
        attempt_count: i32::MAX,
        scheduled_tries: i32::MAX - 1,
        last_attempt_at: DateTime::from_timestamp_micros(1),
        next_retry_at: DateTime::from_timestamp_micros(1_767_225_599_999_999),
        ..given.samples.delivery(&endpoint, &event)
    };
    given.apply([Change::InsertDelivery(delivery.clone())]).await;
    let due = given.samples.now() + TimeDelta::days(365);
    assert_eq!(given.due_at(&endpoint, due).await, [delivery]);
}

pub async fn deliveries_keep_every_trigger(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    for trigger in Trigger::ALL {
        let event = given.event().await;
        let delivery = Delivery { trigger, ..given.samples.delivery(&endpoint, &event) };
        given.apply([Change::InsertDelivery(delivery)]).await;
    }
    let kept: Vec<_> = given.due(&endpoint).await.iter().map(|it| it.trigger).collect();
    assert_eq!(kept, Trigger::ALL);
}

pub async fn an_endpoint_has_one_delivery_of_an_event(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, event) = (given.endpoint().await, given.event().await);
    given.delivery(&endpoint, &event).await;
    let again = given.samples.delivery(&endpoint, &event);
    given.refused(Change::InsertDelivery(again), Guard::Delivery).await;
    let other = given.endpoint().await;
    given.delivery(&other, &event).await;
    assert_eq!((given.due(&endpoint).await.len(), given.due(&other).await.len()), (1, 1));
}

pub async fn a_delivery_to_an_endpoint_that_is_gone_ends(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, event) = (given.endpoint().await, given.event().await);
    let (merchant, mode) = (endpoint.merchant.clone(), endpoint.mode);
    given.apply([Change::DeleteEndpoint { endpoint: endpoint.id, merchant, mode }]).await;
    given.delivery(&endpoint, &event).await;
    assert_eq!(claim_queues(store, &given.claim(10)).await, []);
    assert_eq!(store.backlog().await.unwrap().deliveries, 0);
    let late = given.samples.delivery(&endpoint, &given.event().await);
    given.refused(Change::InsertDelivery(late), Guard::Endpoint).await;
}

pub async fn a_delivery_is_due_at_its_retry_time(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let delivery = given.delivery(&endpoint, &given.event().await).await;
    let due = delivery.next_retry_at.unwrap();
    assert_eq!(given.due_at(&endpoint, due - TimeDelta::microseconds(1)).await, []);
    assert_eq!(given.due_at(&endpoint, due).await, [delivery]);
}

pub async fn deliveries_without_a_retry_time_are_never_due(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let delivery = given.samples.delivery(&endpoint, &given.event().await);
    let delivery = Delivery { next_retry_at: None, ..delivery };
    given.apply([Change::InsertDelivery(delivery)]).await;
    assert_eq!(given.due(&endpoint).await, []);
}

pub async fn ended_deliveries_are_never_due(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    for status in [DeliveryStatus::Delivered, DeliveryStatus::Failed] {
        let before = given.delivery(&endpoint, &given.event().await).await;
        given.apply([update(&Delivery { status, ..before.clone() }, &before)]).await;
    }
    assert_eq!(given.due(&endpoint).await, []);
}

pub async fn a_delivery_update_writes_every_field_that_may_change(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let before = given.delivery(&endpoint, &given.event().await).await;
    let retry_at = given.samples.now() + TimeDelta::seconds(30);
    let after = Delivery {
        trigger: Trigger::Recovery,
        attempt_count: 3,
        scheduled_tries: 2,
        last_attempt_at: Some(given.samples.now()),
        next_retry_at: Some(retry_at),
        ..before.clone()
    };
    given.apply([update(&after, &before)]).await;
    assert_eq!(given.due(&endpoint).await, []);
    assert_eq!(given.due_at(&endpoint, retry_at).await, [after]);
}

pub async fn a_delivery_that_has_come_farther_is_not_updated(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let before = given.delivery(&endpoint, &given.event().await).await;
    let tried = Delivery { attempt_count: 1, ..before.clone() };
    given.apply([update(&tried, &before)]).await;
    given.refused(update(&tried, &before), Guard::Delivery).await;
    let delivered = Delivery { status: DeliveryStatus::Delivered, ..tried.clone() };
    given.apply([update(&delivered, &tried)]).await;
    given.refused(update(&delivered, &tried), Guard::Delivery).await;
}

pub async fn a_delivery_that_is_not_there_cannot_be_updated(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let missing = given.samples.delivery(&given.endpoint().await, &given.event().await);
    given.refused(update(&missing, &missing), Guard::Delivery).await;
    let reopened = Change::ReopenDelivery { from: missing.progress(), delivery: missing };
    given.refused(reopened, Guard::Delivery).await;
}

pub async fn the_history_of_a_delivery_is_written_with_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let delivery = given.delivery(&given.endpoint().await, &given.event().await).await;
    let answered = DeliveryAttempt {
        duration_ms: i64::MAX,
        response_excerpt: Some("ş👛\n".repeat(300)),
        ..given.samples.delivery_attempt(&delivery)
    };
    let unanswered = DeliveryAttempt {
        number: 2,
        trigger: Trigger::Manual,
        status_code: None,
        error_class: Some("timeout".to_owned()),
        response_excerpt: None,
        ..given.samples.delivery_attempt(&delivery)
    };
    let history = [answered, unanswered].map(Change::InsertDeliveryAttempt);
    given.apply(history).await;
    given.apply([update(&delivery, &delivery)]).await;
}

pub async fn a_deleted_endpoint_ends_its_open_deliveries(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, other) = (given.endpoint().await, given.endpoint().await);
    let event = given.event().await;
    given.delivery(&endpoint, &event).await;
    let lease = given.claim(10);
    let under_way = claim_queue(store, &lease).await;
    let ended = given.delivery(&endpoint, &given.event().await).await;
    let kept = given.delivery(&other, &event).await;
    let (merchant, mode) = (endpoint.merchant.clone(), endpoint.mode);
    given.apply([Change::DeleteEndpoint { endpoint: endpoint.id, merchant, mode }]).await;
    given.apply([release(&under_way, &lease)]).await;
    assert_eq!(claim_queues(store, &given.claim(10)).await, [other.id]);
    assert_eq!(store.backlog().await.unwrap().deliveries, 1);
    given.refused(update(&ended, &ended), Guard::Delivery).await;
    assert_eq!(ids(&given.due(&other).await), [kept.id]);
    assert_eq!(given.due(&endpoint).await, []);
}
