//! How an endpoint is treated: how much at once, how fast, in which order, and when not at all.

use std::time::Duration;

use chrono::TimeDelta;
use payment_core::id::EndpointId;
use payment_ports::{
    clock::Clock as _,
    fakes::{RecordingSender, Samples},
    store::{ApplyError, Change, Guard, Store as _, StoreError},
    webhook::{DeliveryStatus, DisabledReason, Endpoint, SendFailure},
};
use payment_usecases::worker;
use serde_json::{Value, json};

use crate::support::{World, caller};

/// An endpoint of the caller, made as `change` says.
async fn endpoint(world: &World, change: impl FnOnce(&mut Endpoint)) -> Endpoint {
    let mut endpoint = Endpoint {
        id: world.ports.ids.uuid().into(),
        merchant: caller().merchant,
        mode: caller().mode,
        ..Samples::new().endpoint()
    };
    endpoint.url = format!("https://shop.example/{}", endpoint.id);
    change(&mut endpoint);
    world.store.apply(&[Change::InsertEndpoint(endpoint.clone())]).await.unwrap();
    endpoint
}

async fn payments(world: &World, count: usize) {
    for _ in 0..count {
        world.created().await;
    }
}

async fn fan_out(world: &World) {
    worker::fan_out(&world.ports, world.ports.ids.uuid(), 1000).await.unwrap();
}

async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}

fn stored(world: &World, id: EndpointId) -> Endpoint {
    world.store.tables().endpoints[&id].clone()
}

fn count(world: &World, status: DeliveryStatus) -> usize {
    world.store.tables().deliveries.values().filter(|it| it.status == status).count()
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_sent_five_requests_at_once() {
    let world = World::new();
    let slow = endpoint(&world, |_| {}).await;
    world.receiver.slow_down(&slow.url, Duration::from_secs(3));
    payments(&world, 12).await;
    fan_out(&world).await;
    let me = world.ports.ids.uuid();
    let looks = async {
        pass(Duration::from_secs(2)).await;
        let first = world.receiver.sent().len();
        pass(Duration::from_secs(2)).await;
        (first, world.receiver.sent().len())
    };
    let (_, looks) = tokio::join!(worker::deliver(&world.ports, me, 100), looks);
    assert_eq!(looks, (5, 10));
}

#[tokio::test(start_paused = true)]
async fn a_turn_is_over_after_five_seconds_and_the_rest_is_due_at_once() {
    let world = World::new();
    let slow = endpoint(&world, |_| {}).await;
    world.receiver.slow_down(&slow.url, Duration::from_secs(14));
    payments(&world, 12).await;
    fan_out(&world).await;
    let began = tokio::time::Instant::now();
    let me = world.ports.ids.uuid();
    assert_eq!(worker::deliver(&world.ports, me, 100).await.unwrap(), 1);
    assert_eq!((began.elapsed().as_secs(), world.receiver.sent().len()), (14, 5));
    assert_eq!(worker::deliver(&world.ports, me, 100).await.unwrap(), 1);
    assert_eq!(world.receiver.sent().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_sent_no_more_than_its_rate() {
    let world = World::new();
    let slow = endpoint(&world, |it| it.rate_per_second = Some(2)).await;
    payments(&world, 30).await;
    while count(&world, DeliveryStatus::Pending) > 0 || world.receiver.sent().is_empty() {
        world.deliver_all().await;
        pass(Duration::from_millis(100)).await;
    }
    let sent = world.receiver.sent_to(&slow.url);
    assert_eq!(sent.len(), 30);
    let gaps = sent.windows(2).map(|pair| pair[1].timestamp - pair[0].timestamp);
    assert!(gaps.min().unwrap() >= TimeDelta::milliseconds(500));
    let all = sent[29].timestamp - sent[0].timestamp;
    assert!(all < TimeDelta::seconds(20), "{all}");
}

#[tokio::test(start_paused = true)]
async fn ten_failures_in_a_row_open_the_circuit_and_use_up_no_tries_of_others() {
    let world = World::new();
    let broken = endpoint(&world, |_| {}).await;
    world.receiver.script(&broken.url, (0..12).map(|_: i32| Ok(RecordingSender::status(500))));
    payments(&world, 30).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 10);
    pass(Duration::from_secs(59)).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 10);
    let untried = |world: &World| {
        world.store.tables().deliveries.values().filter(|it| it.attempt_count == 0).count()
    };
    assert_eq!(untried(&world), 20);

    for (pause, sent) in [(1, 11), (119, 11), (1, 12), (239, 12)] {
        pass(Duration::from_secs(pause)).await;
        world.deliver_all().await;
        assert_eq!(world.receiver.sent().len(), sent, "one probe after each pause");
    }
    pass(Duration::from_secs(1)).await;
    world.deliver_all().await;
    assert_eq!((untried(&world), count(&world, DeliveryStatus::Pending)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_cannot_be_signed_is_not_the_receivers_fault() {
    let world = World::new();
    let endpoint = endpoint(&world, |_| {}).await;
    world.receiver.script(&endpoint.url, (0..10).map(|_: i32| Err(SendFailure::NotSigned)));
    payments(&world, 11).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 11);
}

#[tokio::test(start_paused = true)]
async fn an_ordered_endpoint_is_told_of_a_payment_strictly_in_order() {
    let world = World::new();
    let strict = endpoint(&world, |it| it.is_ordered = true).await;
    world.receiver.script(&strict.url, [Ok(RecordingSender::status(500))]);
    let first = world.captured().await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 1, "the rest of the payment waits");
    world.created().await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 2, "another payment does not");
    pass(Duration::from_secs(36)).await;
    world.deliver_all().await;
    let bodies: Vec<Value> =
        world.receiver.sent().iter().map(|it| serde_json::from_str(&it.body).unwrap()).collect();
    let of_first = bodies.iter().filter(|body| body["data"]["id"] == first.to_string());
    let sequences: Vec<_> = of_first.map(|body| body["sequence"].as_i64().unwrap()).collect();
    assert_eq!(sequences, [1, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_answers_410_is_told_nothing_more_and_the_merchant_hears_of_it() {
    let world = World::new();
    let gone = endpoint(&world, |_| {}).await;
    let other = endpoint(&world, |_| {}).await;
    world.receiver.script(&gone.url, [Ok(RecordingSender::status(410))]);
    world.created().await;
    world.deliver_all().await;
    world.created().await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent_to(&gone.url).len(), 1);
    let disabled = stored(&world, gone.id).disabled.unwrap();
    assert_eq!(disabled.reason, DisabledReason::Gone);

    let told = world.receiver.sent_to(&other.url);
    let bodies: Vec<Value> =
        told.iter().map(|it| serde_json::from_str(&it.body).unwrap()).collect();
    let event = bodies.iter().find(|body| body["type"] == "webhook_endpoint.disabled").unwrap();
    assert_eq!(event["eventType"], "WebhookEndpointDisabled");
    assert_eq!((&event["sequence"], &event["data"]["reason"]), (&json!(1), &json!("GONE")));
    assert_eq!(event["data"]["endpointId"], gone.id.to_string());
    let letters = world.mailer.sent();
    assert_eq!((letters.len(), &letters[0].to), (1, &gone.merchant));
    assert!(letters[0].text.contains(&gone.url), "{}", letters[0].text);
    assert_eq!(count(&world, DeliveryStatus::Failed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_takes_nothing_for_five_days_is_disabled() {
    let world = World::new();
    let broken = endpoint(&world, |_| {}).await;
    let until = world.clock.now() + TimeDelta::days(30);
    world.receiver.take_down(&broken.url, until);
    for day in 0..=5 {
        assert_eq!(stored(&world, broken.id).disabled, None, "day {day}");
        world.created().await;
        world.deliver_all().await;
        pass(Duration::from_hours(24)).await;
    }
    let disabled = stored(&world, broken.id).disabled.unwrap();
    assert_eq!(disabled.reason, DisabledReason::Failing);
    assert_eq!(world.mailer.sent().len(), 1);
    let sent = world.receiver.sent().len();
    world.created().await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), sent);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_endpoint_that_is_resumed_is_sent_what_was_on_its_way() {
    let world = World::new();
    let broken = endpoint(&world, |_| {}).await;
    world.receiver.script(&broken.url, [Ok(RecordingSender::status(410))]);
    payments(&world, 7).await;
    world.deliver_all().await;
    let disabled = stored(&world, broken.id);
    let before = world.receiver.sent().len();
    pass(Duration::from_hours(100)).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), before);

    let enabled = Endpoint { disabled: None, version: disabled.version + 1, ..disabled };
    let resume = Change::ResumeQueue { endpoint: broken.id, now: world.clock.now() };
    world.store.apply(&[Change::UpdateEndpoint(enabled), resume]).await.unwrap();
    world.deliver_all().await;
    assert_eq!(count(&world, DeliveryStatus::Pending), 0);
    assert_eq!(count(&world, DeliveryStatus::Delivered), 6);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_deleted_during_a_turn_hears_no_more_and_stays_deleted() {
    let world = World::new();
    let slow = endpoint(&world, |_| {}).await;
    world.receiver.slow_down(&slow.url, Duration::from_secs(3));
    payments(&world, 12).await;
    fan_out(&world).await;
    let me = world.ports.ids.uuid();
    let delete = async {
        pass(Duration::from_secs(1)).await;
        let (merchant, mode) = (slow.merchant.clone(), slow.mode);
        let delete = Change::DeleteEndpoint { endpoint: slow.id, merchant, mode };
        world.store.apply(&[delete]).await.unwrap();
    };
    let (_, ()) = tokio::join!(worker::deliver(&world.ports, me, 100), delete);
    pass(Duration::from_hours(1)).await;
    world.deliver_all().await;
    worker::deliver(&world.ports, me, 100).await.unwrap();
    assert_eq!(count(&world, DeliveryStatus::Pending), 0);
    assert!(world.store.tables().queues.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_takes_nothing_ends_the_turn() {
    let world = World::new();
    let endpoint = endpoint(&world, |_| {}).await;
    payments(&world, 300).await;
    fan_out(&world).await;
    for _ in 0..20 {
        world.store.fail_next_apply(ApplyError::Store(StoreError::Unavailable("full".into())));
    }
    worker::deliver(&world.ports, world.ports.ids.uuid(), 100).await.unwrap();
    let sent = world.receiver.sent_to(&endpoint.url).len();
    assert!(sent <= 20, "{sent} were sent, and will be sent again");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_asks_for_rest_is_sent_nothing_else_meanwhile() {
    let world = World::new();
    let busy = endpoint(&world, |_| {}).await;
    world.receiver.script(&busy.url, [Ok(RecordingSender::status(429))]);
    world.created().await;
    world.deliver_all().await;
    payments(&world, 3).await;
    world.deliver_all().await;
    pass(Duration::from_secs(59)).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 1);
    pass(Duration::from_secs(1)).await;
    world.deliver_all().await;
    assert_eq!(count(&world, DeliveryStatus::Delivered), 4);
}

#[tokio::test(start_paused = true)]
async fn a_slow_rate_stops_at_once_when_the_endpoint_is_gone() {
    let world = World::new();
    let gone = endpoint(&world, |it| it.rate_per_second = Some(1)).await;
    world.receiver.script(&gone.url, [Ok(RecordingSender::status(410))]);
    payments(&world, 5).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent_to(&gone.url).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_410_disables_although_a_delivery_was_changed_meanwhile() {
    let world = World::new();
    let gone = endpoint(&world, |_| {}).await;
    world.receiver.script(&gone.url, [Ok(RecordingSender::status(410))]);
    world.created().await;
    fan_out(&world).await;
    world.store.fail_next_apply(ApplyError::Conflict(Guard::Delivery));
    world.deliver_all().await;
    assert_eq!(stored(&world, gone.id).disabled.unwrap().reason, DisabledReason::Gone);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_the_merchant_changes_meanwhile_is_not_disabled() {
    let world = World::new();
    let gone = endpoint(&world, |_| {}).await;
    world.receiver.script(&gone.url, [Ok(RecordingSender::status(410))]);
    world.receiver.slow_down(&gone.url, Duration::from_secs(3));
    world.created().await;
    fan_out(&world).await;
    let me = world.ports.ids.uuid();
    let change = async {
        pass(Duration::from_secs(1)).await;
        let url = "https://shop.example/moved".to_owned();
        let moved = Endpoint { url, version: 2, ..gone.clone() };
        world.store.apply(&[Change::UpdateEndpoint(moved)]).await.unwrap();
    };
    let (_, ()) = tokio::join!(worker::deliver(&world.ports, me, 100), change);
    assert_eq!(stored(&world, gone.id).disabled, None);
    assert!(world.store.tables().queues.values().all(|queue| queue.claim.is_none()));
}

#[tokio::test(start_paused = true)]
async fn events_of_a_payment_stay_in_order_when_one_cannot_be_fanned_out() {
    let world = World::new();
    endpoint(&world, |_| {}).await;
    let stuck = world.authorized().await;
    world.created().await;
    // The batch fails, and then the first event of the first payment.
    for _ in 0..2 {
        world.store.fail_next_apply(ApplyError::Conflict(Guard::Event));
    }
    fan_out(&world).await;
    let tables = world.store.tables();
    let mut told = tables.deliveries.values().map(|it| it.event.aggregate.payment().unwrap());
    assert!(told.all(|payment| payment != stuck), "what is behind it waits with it");
    assert_eq!(tables.deliveries.len(), 1);
}
