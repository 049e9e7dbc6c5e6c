//! When a worker looks for work.

use std::time::Duration;

use payment_ports::webhook::DeliveryStatus;

use super::world::{World, pace, pass, until};

const AT_ONCE: Duration = Duration::from_millis(2);

#[tokio::test(start_paused = true)]
async fn a_nudge_is_followed_at_once() {
    let world = World::new();
    world.endpoint(&world.samples).await;
    let story = async {
        pass(Duration::from_millis(1500)).await;
        world.nudging_event(&world.samples).await;
        until(|| !world.receiver.sent().is_empty()).await
    };
    let took = world.work_during(story).await;
    assert!(took < AT_ONCE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_nudge_while_the_worker_works_is_not_lost() {
    let world = World::new();
    world.nudging_event(&world.samples).await;
    world.endpoint(&world.samples).await;
    world.nudging_event(&world.samples).await;
    let took = world.work_during(until(|| world.receiver.sent().len() == 2)).await;
    assert!(took < AT_ONCE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_nudge_events_are_found_within_the_poll_interval() {
    let world = World::new();
    world.endpoint(&world.samples).await;
    let story = async {
        pass(Duration::from_secs(1)).await;
        world.event(&world.samples).await;
        until(|| !world.receiver.sent().is_empty()).await
    };
    let took = world.work_during(story).await;
    assert!(AT_ONCE < took && took <= pace().poll_interval, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn much_work_is_done_without_a_pause() {
    let world = World::new();
    world.endpoint(&world.samples).await;
    for _ in 0..250 {
        world.event(&world.samples).await;
    }
    let took = world.work_during(until(|| world.receiver.sent().len() == 250)).await;
    assert!(took < AT_ONCE * 100, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_delivery_is_tried_again_when_it_is_due() {
    let world = World::new();
    let endpoint = world.endpoint(&world.samples).await;
    world.receiver.script(&endpoint.url, [Ok(payment_ports::fakes::RecordingSender::status(500))]);
    world.nudging_event(&world.samples).await;
    let took = world.work_during(until(|| world.receiver.sent().len() == 2)).await;
    let (early, late) = (Duration::from_secs(24), Duration::from_secs(36));
    assert!(early <= took && took <= late + Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn several_workers_send_everything_once() {
    let world = World::new();
    world.endpoint(&world.samples).await;
    for _ in 0..60 {
        world.event(&world.samples).await;
    }
    let story = async {
        let is_done = |status| status == DeliveryStatus::Delivered;
        until(|| {
            let deliveries = world.deliveries();
            deliveries.len() == 60 && deliveries.values().all(|it| is_done(it.status))
        })
        .await;
        pass(Duration::from_mins(5)).await;
    };
    tokio::select! {
        () = story => {}
        () = async { tokio::join!(world.worker(), world.worker(), world.worker()); } => {}
    }
    assert_eq!(world.receiver.sent().len(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_hangs_keeps_no_other_waiting() {
    let world = World::new();
    let (slow, quick) = (world.samples.of("SLOW"), world.samples.of("QUICK"));
    let hanging = world.endpoint(&slow).await;
    let answering = world.endpoint(&quick).await;
    world.receiver.slow_down(&hanging.url, Duration::from_secs(15));
    let story = async {
        world.nudging_event(&slow).await;
        until(|| !world.receiver.sent_to(&hanging.url).is_empty()).await;
        world.nudging_event(&quick).await;
        until(|| !world.receiver.sent_to(&answering.url).is_empty()).await
    };
    let took = world.work_during(story).await;
    assert!(took < AT_ONCE, "{took:?}");
}
