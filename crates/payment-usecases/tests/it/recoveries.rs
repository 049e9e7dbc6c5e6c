//! Sending an endpoint again what it did not take.

use std::{collections::BTreeMap, time::Duration};

use payment_core::id::{EndpointId, Mode};
use payment_ports::{
    fakes::RecordingSender,
    store::{ApplyError, StoreError},
    webhook::{DeliveryStatus, Trigger},
};
use payment_usecases::{
    caller::Caller,
    endpoints::{self, EndpointUpdate, NewEndpoint, Recover},
    error::Error,
    view::recovery::RecoveryView,
    worker,
};

use crate::support::{World, caller, wrong_field};

const URL: &str = "https://shop.example/hooks";
const SINCE: &str = "2025-12-31T00:00:00Z";

async fn endpoint(world: &World, event_types: &[&str]) -> EndpointId {
    let event_types = event_types.iter().map(|&name| name.to_owned()).collect();
    let wish = NewEndpoint { url: URL.to_owned(), event_types, ..NewEndpoint::default() };
    let made = endpoints::create(&world.ports, &caller(), wish).await.unwrap();
    made.endpoint.id.parse().unwrap()
}

async fn enable(world: &World, id: EndpointId, enabled: bool) {
    let wish = EndpointUpdate { enabled: Some(enabled), ..EndpointUpdate::default() };
    endpoints::update(&world.ports, &caller(), id, wish).await.unwrap();
}

fn all() -> Recover {
    Recover { since: SINCE.to_owned(), until: None }
}

async fn recover(world: &World, id: EndpointId) -> RecoveryView {
    // Events of this very moment are not before now.
    tokio::time::sleep(Duration::from_secs(1)).await;
    endpoints::recover(&world.ports, &caller(), id, &all()).await.unwrap()
}

/// Lets a worker take every step.
async fn work(world: &World) {
    while worker::recover(&world.ports, 3).await.unwrap() > 0 {}
}

async fn progress(world: &World, id: EndpointId) -> RecoveryView {
    let [only] =
        endpoints::recoveries(&world.ports, &caller(), id).await.unwrap().try_into().unwrap();
    only
}

/// How often each event was sent.
fn sent(world: &World) -> BTreeMap<String, usize> {
    let mut sent = BTreeMap::new();
    for webhook in world.receiver.sent() {
        *sent.entry(webhook.webhook_id).or_default() += 1;
    }
    sent
}

/// An endpoint that missed that many events, each of a payment of its own.
async fn missed(world: &World, count: usize) -> EndpointId {
    let id = endpoint(world, &[]).await;
    enable(world, id, false).await;
    for _ in 0..count {
        world.created().await;
    }
    world.deliver_all().await;
    assert!(world.receiver.sent().is_empty());
    enable(world, id, true).await;
    id
}

#[tokio::test(start_paused = true)]
async fn all_that_was_missed_is_sent_once() {
    let world = World::new();
    let id = missed(&world, 10).await;
    let begun = recover(&world, id).await;
    assert_eq!((begun.status.as_str(), begun.examined, begun.queued), ("RUNNING", 0, 0));
    work(&world).await;
    let ended = progress(&world, id).await;
    assert_eq!((ended.status.as_str(), ended.examined, ended.queued), ("DONE", 10, 10));
    assert!(ended.completed_at.is_some());
    world.deliver_all().await;
    assert_eq!(sent(&world).into_values().collect::<Vec<_>>(), [1; 10]);
    let tables = world.store.tables();
    assert!(tables.delivery_attempts.iter().all(|it| it.trigger == Trigger::Recovery));
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_begins_anew_and_what_was_taken_stays() {
    use DeliveryStatus::{Delivered, Failed, Pending};

    let world = World::new();
    let id = endpoint(&world, &[]).await;
    world.created().await;
    world.deliver_all().await;
    world.receiver.script(URL, [500, 500, 500, 500].map(|it| Ok(RecordingSender::status(it))));
    world.created().await;
    for _ in 0..3 {
        world.deliver_all().await;
        tokio::time::sleep(Duration::from_secs(200)).await;
    }
    world.created().await;
    world.deliver_all().await;
    let statuses = |world: &World| -> Vec<_> {
        world.store.tables().deliveries.values().map(|it| it.status).collect()
    };
    assert_eq!(statuses(&world), [Delivered, Failed, Pending]);

    recover(&world, id).await;
    work(&world).await;
    let ended = progress(&world, id).await;
    assert_eq!((ended.examined, ended.queued), (3, 2));
    let reopened = world.store.tables().deliveries.into_values().nth(1).unwrap();
    assert_eq!((reopened.trigger, reopened.scheduled_tries), (Trigger::Recovery, 0));
    assert_eq!(reopened.attempt_count, 3);
    world.deliver_all().await;
    assert_eq!(statuses(&world), [Delivered; 3]);
    assert_eq!(sent(&world).into_values().collect::<Vec<_>>(), [1, 4, 2]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_sent_only_what_it_wants() {
    let world = World::new();
    let id = endpoint(&world, &["PaymentAuthorized"]).await;
    enable(&world, id, false).await;
    world.authorized().await;
    world.deliver_all().await;
    enable(&world, id, true).await;
    recover(&world, id).await;
    work(&world).await;
    world.deliver_all().await;
    let ended = progress(&world, id).await;
    assert_eq!((ended.examined, ended.queued, sent(&world).len()), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_recovery_that_is_killed_anywhere_goes_on_and_queues_nothing_twice() {
    // The steps are three events each: 3, 3, 3, 1.
    for killed_at in 0..4 {
        for is_written in [false, true] {
            let world = World::new();
            let id = missed(&world, 10).await;
            recover(&world, id).await;
            for _ in 0..killed_at {
                assert_eq!(worker::recover(&world.ports, 3).await.unwrap(), 1);
            }
            if is_written {
                world.store.lose_next_commit_answer();
            } else {
                let down = StoreError::Unavailable("gone".to_owned());
                world.store.fail_next_apply(ApplyError::Store(down));
            }
            assert!(worker::recover(&world.ports, 3).await.is_err());
            let so_far = progress(&world, id).await;
            let steps = killed_at + i64::from(is_written);
            assert_eq!(so_far.examined, (steps * 3).min(10));
            work(&world).await;
            let ended = progress(&world, id).await;
            assert_eq!((ended.status.as_str(), ended.examined, ended.queued), ("DONE", 10, 10));
            world.deliver_all().await;
            assert_eq!(sent(&world).into_values().collect::<Vec<_>>(), [1; 10]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_workers_queue_nothing_twice() {
    let world = World::new();
    let id = missed(&world, 10).await;
    recover(&world, id).await;
    tokio::join!(work(&world), work(&world));
    work(&world).await;
    let ended = progress(&world, id).await;
    assert_eq!((ended.status.as_str(), ended.examined, ended.queued), ("DONE", 10, 10));
    world.deliver_all().await;
    assert_eq!(sent(&world).into_values().collect::<Vec<_>>(), [1; 10]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_recovered_before_it_is_fanned_out_holds_nothing_up() {
    let world = World::new();
    let id = endpoint(&world, &[]).await;
    let payment = world.created().await;
    recover(&world, id).await;
    work(&world).await;
    world.deliver_all().await;
    assert_eq!(sent(&world).into_values().collect::<Vec<_>>(), [1]);
    let tables = world.store.tables();
    assert!(tables.events.values().all(|row| row.is_sent));
    world.authorize(payment).await.unwrap();
    world.deliver_all().await;
    assert_eq!(sent(&world).into_values().collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_endpoint_ends_its_recovery() {
    let world = World::new();
    let id = missed(&world, 4).await;
    recover(&world, id).await;
    endpoints::delete(&world.ports, &caller(), id).await.unwrap();
    work(&world).await;
    let tables = world.store.tables();
    assert!(tables.recoveries.values().all(|it| it.completed_at.is_some()));
    assert!(tables.deliveries.is_empty());
}

#[tokio::test(start_paused = true)]
async fn wrong_times_and_disabled_endpoints_are_refused() {
    let world = World::new();
    let id = endpoint(&world, &[]).await;
    let wish = |since: &str, until: Option<&str>| Recover {
        since: since.to_owned(),
        until: until.map(str::to_owned),
    };
    for (wish, field) in [
        (wish("yesterday", None), "since"),
        (wish(SINCE, Some("2026-13-01T00:00:00Z")), "until"),
        (wish("2026-02-01T00:00:00Z", None), "since"),
        (wish(SINCE, Some(SINCE)), "since"),
        (wish(SINCE, Some("2026-01-01T00:00:01Z")), "until"),
    ] {
        let refused = endpoints::recover(&world.ports, &caller(), id, &wish).await;
        assert_eq!(wrong_field(refused), field, "{wish:?}");
    }
    enable(&world, id, false).await;
    let refused = endpoints::recover(&world.ports, &caller(), id, &all()).await;
    assert!(matches!(refused.unwrap_err(), Error::EndpointState(_)));
    let stranger = Caller { mode: Mode::Live, ..caller() };
    let refused = endpoints::recover(&world.ports, &stranger, id, &all()).await;
    assert!(matches!(refused.unwrap_err(), Error::NotFound(_)));
    assert!(world.store.tables().recoveries.is_empty());
}
