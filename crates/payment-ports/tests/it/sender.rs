use std::time::Duration;

use payment_core::time::Timestamp;
use payment_ports::{
    clock::Clock as _,
    fakes::{FakeClock, RecordingSender, Samples, SentWebhook},
    webhook::{Endpoint, SendFailure, WebhookRequest, WebhookSender as _},
};

fn request(endpoint: &Endpoint, timestamp: Timestamp) -> WebhookRequest<'_> {
    WebhookRequest { endpoint, webhook_id: "evt_1", timestamp, body: "{}" }
}

#[tokio::test]
async fn a_request_is_kept_and_answered_with_200() {
    let (sender, samples) = (RecordingSender::new(), Samples::new());
    let (endpoint, timestamp) = (samples.endpoint(), samples.now());
    let answer = sender.send(request(&endpoint, timestamp)).await;
    assert_eq!(answer, Ok(RecordingSender::status(200)));
    let (webhook_id, body) = ("evt_1".to_owned(), "{}".to_owned());
    let url = endpoint.url;
    assert_eq!(sender.sent(), [SentWebhook { url, webhook_id, timestamp, body }]);
}

#[tokio::test]
async fn each_receiver_answers_as_its_script_says() {
    let (sender, samples) = (RecordingSender::new(), Samples::new());
    let (broken, healthy) = (samples.endpoint(), samples.endpoint());
    let now = samples.now();
    sender.script(&broken.url, [Err(SendFailure::Timeout), Ok(RecordingSender::status(503))]);
    assert_eq!(sender.send(request(&broken, now)).await, Err(SendFailure::Timeout));
    assert_eq!(sender.send(request(&healthy, now)).await, Ok(RecordingSender::status(200)));
    assert_eq!(sender.send(request(&broken, now)).await, Ok(RecordingSender::status(503)));
    assert_eq!(sender.send(request(&broken, now)).await, Ok(RecordingSender::status(200)));
    assert_eq!((sender.sent_to(&broken.url).len(), sender.sent_to(&healthy.url).len()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_slow_receiver_takes_its_time() {
    let (sender, clock) = (RecordingSender::new(), FakeClock::new());
    let endpoint = Samples::new().endpoint();
    sender.slow_down(&endpoint.url, Duration::from_secs(14));
    sender.send(request(&endpoint, clock.now())).await.unwrap();
    assert_eq!(clock.now(), FakeClock::START + Duration::from_secs(14));
}
