//! How a worker ends.

use std::time::Duration;

use payment_ports::webhook::DeliveryStatus;
use tokio::time::Instant;

use super::world::{World, pass, until};

#[tokio::test(start_paused = true)]
async fn an_idle_worker_ends_at_once() {
    let world = World::new();
    let story = async {
        pass(Duration::from_millis(1500)).await;
        world.shutdown.cancel();
        Instant::now()
    };
    let ((), cancelled) = tokio::join!(world.worker(), story);
    assert_eq!(cancelled.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_is_finished() {
    let world = World::new();
    let endpoint = world.endpoint(&world.samples).await;
    world.receiver.slow_down(&endpoint.url, Duration::from_secs(10));
    world.nudging_event(&world.samples).await;
    let story = async {
        until(|| !world.receiver.sent().is_empty()).await;
        world.shutdown.cancel();
    };
    tokio::join!(world.worker(), story);
    let statuses: Vec<_> = world.deliveries().into_values().map(|it| it.status).collect();
    assert_eq!(statuses, [DeliveryStatus::Delivered]);
    assert!(!world.has_claims());
}

#[tokio::test(start_paused = true)]
async fn what_outlives_its_lease_is_given_back() {
    let world = World::new();
    let endpoint = world.endpoint(&world.samples).await;
    world.receiver.slow_down(&endpoint.url, Duration::from_hours(1));
    world.nudging_event(&world.samples).await;
    let story = async {
        until(|| !world.receiver.sent().is_empty()).await;
        assert!(world.has_claims());
        world.shutdown.cancel();
        Instant::now()
    };
    let ((), cancelled) = tokio::join!(world.worker(), story);
    assert_eq!(cancelled.elapsed().as_secs(), world.ports.policy.lease.as_secs());
    let statuses: Vec<_> = world.deliveries().into_values().map(|it| it.status).collect();
    assert_eq!(statuses, [DeliveryStatus::Pending]);
    assert!(!world.has_claims());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_begun_after_the_signal() {
    let world = World::new();
    world.endpoint(&world.samples).await;
    world.nudging_event(&world.samples).await;
    world.shutdown.cancel();
    world.worker().await;
    assert_eq!(world.receiver.sent().len(), 0);
    assert_eq!(world.deliveries().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_cannot_give_back_its_claims_ends_all_the_same() {
    let world = World::new();
    world.store.set_down(true);
    world.shutdown.cancel();
    world.worker().await;
}
