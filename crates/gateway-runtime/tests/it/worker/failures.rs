//! What a worker survives.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use payment_ports::{
    fakes::RecordingSender,
    webhook::{
        Delivery, DeliveryStatus, SendFailure, WebhookRequest, WebhookResponse, WebhookSender,
    },
};

use super::world::{World, pass, until};

#[tokio::test(start_paused = true)]
async fn a_database_outage_delays_events_and_loses_none() {
    let world = World::new();
    world.endpoint(&world.samples).await;
    world.event(&world.samples).await;
    world.store.set_down(true);
    let story = async {
        pass(Duration::from_mins(3)).await;
        assert_eq!(world.receiver.sent().len(), 0);
        world.store.set_down(false);
        until(|| !world.receiver.sent().is_empty()).await
    };
    let took = world.work_during(story).await;
    assert!(took <= Duration::from_secs(10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_down_for_an_hour_is_told_of_everything() {
    let world = World::new();
    let endpoint = world.endpoint(&world.samples).await;
    let hour = Duration::from_hours(1);
    world.receiver.take_down(&endpoint.url, world.ports.clock.now() + hour);
    let story = async {
        for _ in 0..60 {
            world.nudging_event(&world.samples).await;
            pass(Duration::from_mins(1)).await;
        }
        let is_told = |it: &Delivery| it.status == DeliveryStatus::Delivered;
        let mut waited = Duration::ZERO;
        while !world.deliveries().values().all(is_told) {
            pass(Duration::from_secs(10)).await;
            waited += Duration::from_secs(10);
        }
        waited
    };
    let took = world.work_during(story).await;
    // Whatever failed four times is next tried after an hour, or 20 % more.
    assert!(took < Duration::from_mins(80), "{took:?}");
    assert_eq!(world.deliveries().len(), 60);
    let tries = world.deliveries().values().map(|it| it.attempt_count).sum::<i32>();
    assert!(tries < 180, "the circuit spares the receiver: {tries} tries");
}

/// Panics once, and then sends.
struct Panicking {
    receiver: Arc<RecordingSender>,
    has_panicked: AtomicBool,
}

#[async_trait]
impl WebhookSender for Panicking {
    async fn send(&self, request: WebhookRequest<'_>) -> Result<WebhookResponse, SendFailure> {
        assert!(self.has_panicked.swap(true, Ordering::SeqCst), "the first webhook is a bug");
        self.receiver.send(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_one_delivery_ends_neither_the_worker_nor_the_delivery() {
    let receiver = Arc::new(RecordingSender::new());
    let has_panicked = AtomicBool::new(false);
    let sender = Arc::new(Panicking { receiver: Arc::clone(&receiver), has_panicked });
    let world = World::with(receiver, sender);
    world.endpoint(&world.samples).await;
    world.nudging_event(&world.samples).await;
    let story = async {
        pass(Duration::from_secs(1)).await;
        world.nudging_event(&world.samples).await;
        let others = until(|| world.receiver.sent().len() == 1).await;
        let statuses = || world.deliveries().into_values().map(|delivery| delivery.status);
        let all = until(|| statuses().all(|status| status == DeliveryStatus::Delivered)).await;
        (others, all)
    };
    let (others, all) = world.work_during(story).await;
    assert!(others < Duration::from_millis(2), "{others:?}");
    assert!(all <= Duration::from_secs(41), "{all:?}");
    assert_eq!(world.receiver.sent().len(), 2);
}
