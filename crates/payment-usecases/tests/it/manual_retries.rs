//! Sending one delivery again by hand, beside its schedule.

use std::time::Duration;

use chrono::TimeDelta;
use payment_core::id::{DeliveryId, EndpointId, Mode};
use payment_ports::{
    fakes::RecordingSender,
    store::{ApplyError, Guard},
    webhook::{Delivery, DeliveryStatus, Trigger},
};
use payment_usecases::{
    caller::Caller,
    deliveries,
    endpoints::{self, NewEndpoint},
    error::Error,
    view::delivery::DeliveryView,
};

use crate::support::{World, caller};

const URL: &str = "https://shop.example/hooks";

async fn endpoint(world: &World, ordered: bool) -> EndpointId {
    let wish =
        NewEndpoint { url: URL.to_owned(), ordered: Some(ordered), ..NewEndpoint::default() };
    let made = endpoints::create(&world.ports, &caller(), wish).await.unwrap();
    made.endpoint.id.parse().unwrap()
}

fn script(world: &World, statuses: &[u16]) {
    world.receiver.script(URL, statuses.iter().map(|it| Ok(RecordingSender::status(*it))));
}

fn stored(world: &World) -> Delivery {
    world.store.tables().deliveries.into_values().next().unwrap()
}

async fn retry(world: &World, id: DeliveryId) -> DeliveryView {
    deliveries::retry(&world.ports, &caller(), id).await.unwrap()
}

/// A delivery whose first try failed.
async fn failed_once(world: &World, ordered: bool) -> Delivery {
    endpoint(world, ordered).await;
    script(world, &[500]);
    world.created().await;
    world.deliver_all().await;
    stored(world)
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_fails_leaves_the_schedule_as_it_was() {
    let world = World::new();
    let before = failed_once(&world, false).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    script(&world, &[503]);
    let view = retry(&world, before.id).await;
    assert_eq!((view.status.as_str(), view.attempt_count), ("PENDING", 2));
    let tries: Vec<_> =
        view.attempts.iter().map(|it| (it.number, it.trigger.as_str(), it.status_code)).collect();
    assert_eq!(tries, [(1, "AUTO", Some(500)), (2, "MANUAL", Some(503))]);
    let after = stored(&world);
    let expected = Delivery {
        attempt_count: 2,
        last_attempt_at: before.last_attempt_at.map(|at| at + TimeDelta::seconds(3)),
        ..before
    };
    assert_eq!(after, expected);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_is_taken_ends_the_delivery() {
    let world = World::new();
    let id = failed_once(&world, false).await.id;
    let view = retry(&world, id).await;
    assert_eq!((view.status.as_str(), view.next_retry_at), ("DELIVERED", None));
    tokio::time::sleep(Duration::from_mins(10)).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 2);
    let [first, second] = world.receiver.sent().try_into().unwrap();
    assert_eq!((first.webhook_id, first.body), (second.webhook_id, second.body));
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_or_taken_may_be_sent_again() {
    let world = World::new();
    endpoint(&world, false).await;
    script(&world, &[410]);
    world.created().await;
    world.deliver_all().await;
    let given_up = stored(&world);
    assert_eq!(given_up.status, DeliveryStatus::Failed);
    script(&world, &[500]);
    assert_eq!(retry(&world, given_up.id).await.status, "FAILED");
    assert_eq!(retry(&world, given_up.id).await.status, "DELIVERED");
    script(&world, &[500]);
    let again = retry(&world, given_up.id).await;
    assert_eq!((again.status.as_str(), again.attempt_count), ("DELIVERED", 4));
}

#[tokio::test(start_paused = true)]
async fn what_waited_behind_it_is_sent_once_it_is_taken() {
    let world = World::new();
    endpoint(&world, true).await;
    script(&world, &[500]);
    let payment = world.created().await;
    world.deliver_all().await;
    world.authorize(payment).await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 1);
    retry(&world, stored(&world).id).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_recorded_although_a_worker_tried_meanwhile() {
    let world = World::new();
    let id = failed_once(&world, false).await.id;
    script(&world, &[500, 502]);
    world.receiver.slow_down(URL, Duration::from_secs(2));
    let by_hand = async {
        tokio::time::sleep(Duration::from_secs(31)).await;
        retry(&world, id).await
    };
    let by_worker = async {
        tokio::time::sleep(Duration::from_secs(31)).await;
        world.deliver_all().await;
    };
    let (view, ()) = tokio::join!(by_hand, by_worker);
    let numbers: Vec<_> = view.attempts.iter().map(|it| it.number).collect();
    let by_hand = view.attempts.iter().filter(|it| it.trigger == "MANUAL").count();
    assert_eq!(by_hand, 1);
    assert_eq!(numbers, (1..).take(numbers.len()).collect::<Vec<_>>());

    world.store.fail_next_apply(ApplyError::Conflict(Guard::Delivery));
    let again = retry(&world, id).await;
    let tries = world.store.tables().delivery_attempts;
    assert_eq!(again.attempts.last().unwrap().trigger, Trigger::Manual.as_str());
    assert_eq!(i32::try_from(tries.len()).unwrap(), again.attempt_count);
}

#[tokio::test(start_paused = true)]
async fn only_the_merchants_own_deliveries_to_endpoints_that_are_there_are_sent_again() {
    let world = World::new();
    let delivery = failed_once(&world, false).await;
    let stranger = Caller { mode: Mode::Live, ..caller() };
    let refused = deliveries::retry(&world.ports, &stranger, delivery.id).await;
    assert!(matches!(refused.unwrap_err(), Error::NotFound(_)));
    endpoints::delete(&world.ports, &caller(), delivery.endpoint).await.unwrap();
    let refused = deliveries::retry(&world.ports, &caller(), delivery.id).await;
    assert!(matches!(refused.unwrap_err(), Error::EndpointState(_)));
    assert_eq!(world.receiver.sent().len(), 1);
}
