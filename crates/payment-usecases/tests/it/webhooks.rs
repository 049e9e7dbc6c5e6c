//! From the outbox to the merchant.

use std::time::Duration;

use payment_core::id::{MerchantId, Mode};
use payment_ports::{
    fakes::RecordingSender,
    store::ApplyError,
    webhook::{DeliveryStatus, RetryAfter, SendFailure, WebhookResponse},
};
use payment_usecases::{
    caller::Caller,
    capture::{Capture, capture},
    endpoints::{self, NewEndpoint},
    error::Error,
    view::endpoint::EndpointWithSecretView,
    worker,
};
use serde_json::Value;

use crate::support::{World, caller, wrong_field};

const URL: &str = "https://shop.example/hooks";

async fn endpoint(world: &World, url: &str, event_types: &[&str]) -> EndpointWithSecretView {
    let event_types = event_types.iter().map(ToString::to_string).collect();
    let wish = NewEndpoint { url: url.to_owned(), event_types, ..NewEndpoint::default() };
    endpoints::create(&world.ports, &caller(), wish).await.unwrap()
}

fn bodies(world: &World, url: &str) -> Vec<Value> {
    let sent = world.receiver.sent_to(url);
    sent.iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

fn statuses(world: &World) -> Vec<(DeliveryStatus, i32)> {
    let tables = world.store.tables();
    let rows = tables.deliveries.values();
    rows.map(|delivery| (delivery.status, delivery.attempt_count)).collect()
}

#[tokio::test(start_paused = true)]
async fn every_event_reaches_every_endpoint_in_order() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    endpoint(&world, "https://other.example/", &["*"]).await;
    let payment = world.captured().await;
    world.refund(payment, None).await.unwrap();
    world.deliver_all().await;
    for url in [URL, "https://other.example/"] {
        let bodies = bodies(&world, url);
        let kinds: Vec<_> = bodies.iter().map(|body| body["eventType"].as_str().unwrap()).collect();
        let expected =
            ["PaymentCreated", "PaymentAuthorized", "PaymentCaptured", "PaymentRefunded"];
        assert_eq!(kinds, expected);
        let sequences: Vec<_> = bodies.iter().map(|body| body["sequence"].as_i64()).collect();
        assert_eq!(sequences, [Some(1), Some(2), Some(3), Some(4)]);
    }
    assert!(world.store.tables().events.values().all(|row| row.is_sent));
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_is_the_stored_payload_byte_for_byte_under_the_events_name() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.created().await;
    world.deliver_all().await;
    let sent = &world.receiver.sent()[0];
    let tables = world.store.tables();
    let row = tables.events.values().next().unwrap();
    assert_eq!(sent.body, row.event.payload);
    assert_eq!(sent.webhook_id, format!("evt_{}", row.event.id.uuid().simple()));
    assert_eq!(bodies(&world, URL)[0]["eventId"], sent.webhook_id);
    assert!(sent.body.contains(r#""amount":1500.00"#));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_hears_only_of_what_it_asked_for() {
    let world = World::new();
    endpoint(&world, URL, &["PaymentCaptured"]).await;
    world.captured().await;
    world.deliver_all().await;
    assert_eq!(bodies(&world, URL).len(), 1);
    assert_eq!(bodies(&world, URL)[0]["type"], "payment.captured");
}

#[tokio::test(start_paused = true)]
async fn another_merchants_or_modes_endpoint_hears_nothing() {
    let world = World::new();
    let strangers = [
        Caller { merchant: MerchantId::parse("OTHER").unwrap(), ..caller() },
        Caller { mode: Mode::Live, ..caller() },
    ];
    for stranger in &strangers {
        let wish = NewEndpoint { url: URL.to_owned(), ..NewEndpoint::default() };
        endpoints::create(&world.ports, stranger, wish).await.unwrap();
    }
    world.created().await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refused_webhook_is_tried_again_by_the_schedule_and_then_given_up() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.receiver.script(URL, [500, 302, 404].map(|status| Ok(RecordingSender::status(status))));
    let began = tokio::time::Instant::now();
    world.created().await;
    world.deliver_all().await;
    for wait in [30_u64, 120] {
        let jitter = wait / 5;
        tokio::time::sleep(Duration::from_secs(wait - jitter - 1)).await;
        world.deliver_all().await;
        let before = world.receiver.sent().len();
        tokio::time::sleep(Duration::from_secs(2 * jitter + 1)).await;
        world.deliver_all().await;
        assert_eq!(world.receiver.sent().len(), before + 1, "after {:?}", began.elapsed());
    }
    assert_eq!(statuses(&world), [(DeliveryStatus::Failed, 3)]);
    let sent = world.receiver.sent();
    assert!(sent.iter().all(|request| request.webhook_id == sent[0].webhook_id));
    assert!(sent[0].timestamp < sent[2].timestamp, "each try is signed with its own time");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_answer_is_tried_again() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.receiver.script(URL, [Err(SendFailure::Timeout)]);
    world.created().await;
    world.deliver_all().await;
    tokio::time::sleep(Duration::from_secs(59)).await;
    world.deliver_all().await;
    assert_eq!(statuses(&world), [(DeliveryStatus::Pending, 1)], "it may be overloaded");
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.deliver_all().await;
    assert_eq!(statuses(&world), [(DeliveryStatus::Delivered, 2)]);
    let history = world.store.tables().delivery_attempts;
    let told: Vec<_> = history
        .iter()
        .map(|attempt| (attempt.number, attempt.status_code, attempt.error_class.as_deref()))
        .collect();
    assert_eq!(told, [(1, None, Some("timeout")), (2, Some(200), None)]);
}

/// The wait until the second try, in seconds, after a first one that was answered so.
async fn wait_after(answer: WebhookResponse) -> u64 {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.receiver.script(URL, [Ok(answer)]);
    world.created().await;
    world.deliver_all().await;
    let begun = tokio::time::Instant::now();
    while world.receiver.sent().len() < 2 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.deliver_all().await;
    }
    begun.elapsed().as_secs()
}

fn asking(retry_after: RetryAfter) -> WebhookResponse {
    WebhookResponse { retry_after: Some(retry_after), ..RecordingSender::status(503) }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_may_ask_for_a_longer_wait_in_seconds_or_by_date() {
    assert_eq!(wait_after(asking(RetryAfter::Wait(Duration::from_secs(90)))).await, 90);
    let date = payment_ports::fakes::FakeClock::START + Duration::from_secs(90);
    assert_eq!(wait_after(asking(RetryAfter::Until(date))).await, 90);
}

#[tokio::test(start_paused = true)]
async fn what_a_receiver_asks_for_is_kept_within_one_and_four_times_the_plan() {
    let forever = Duration::from_secs(u64::MAX);
    let long = wait_after(asking(RetryAfter::Wait(forever))).await;
    assert!((4 * 24..=4 * 36).contains(&long), "{long}");
    let past = payment_ports::fakes::FakeClock::START - Duration::from_hours(1);
    for soon in [RetryAfter::Wait(Duration::ZERO), RetryAfter::Until(past)] {
        let short = wait_after(asking(soon)).await;
        assert!((24..=36).contains(&short), "{short}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_overloaded_receiver_is_left_alone_for_a_minute() {
    for status in [429, 502, 504] {
        assert_eq!(wait_after(RecordingSender::status(status)).await, 60);
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_fails_keeps_none_behind_it_waiting() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.receiver.script(URL, [Ok(RecordingSender::status(500)), Err(SendFailure::Timeout)]);
    world.captured().await;
    world.deliver_all().await;
    let expected = [DeliveryStatus::Pending, DeliveryStatus::Pending, DeliveryStatus::Delivered]
        .map(|s| (s, 1));
    assert_eq!(statuses(&world), expected);
    let kinds: Vec<_> = bodies(&world, URL).iter().map(|body| body["sequence"].as_i64()).collect();
    assert_eq!(kinds, [Some(1), Some(2), Some(3)]);
}

#[tokio::test(start_paused = true)]
async fn two_partial_captures_are_two_events() {
    let world = World::new();
    endpoint(&world, URL, &["PaymentCaptured"]).await;
    let payment = world.authorized().await;
    for amount in ["500", "1000"] {
        let amount = serde_json::from_str(amount).ok();
        let wish = Capture { payment, amount, final_capture: Some(false) };
        capture(&world.ports, &caller(), wish).await.unwrap();
    }
    world.deliver_all().await;
    let told: Vec<_> = bodies(&world, URL)
        .iter()
        .map(|body| (body["sequence"].as_i64(), body["data"]["transactionAmount"].to_string()))
        .collect();
    let expected = [(Some(3), "500.00".to_owned()), (Some(4), "1000.00".to_owned())];
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn card_numbers_in_a_receivers_answer_are_masked_before_they_are_kept() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    let excerpt = "bad card 4111111111111111".to_owned();
    world.receiver.script(URL, [Ok(WebhookResponse { excerpt, ..RecordingSender::status(400) })]);
    world.created().await;
    world.deliver_all().await;
    let history = world.store.tables().delivery_attempts;
    let kept = history[0].response_excerpt.as_deref().unwrap();
    assert!(kept.starts_with("bad card ") && !kept.contains("4111111111111111"), "{kept}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_after_sending_sends_the_same_event_again() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.created().await;
    let worker = world.ports.ids.uuid();
    worker::fan_out(&world.ports, worker, 100).await.unwrap();
    world.store.fail_next_apply(ApplyError::CommitUnknown("killed".to_owned()));
    worker::deliver(&world.ports, worker, 100).await.unwrap();
    assert_eq!(world.receiver.sent().len(), 1);
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 1, "the lease still holds");
    tokio::time::sleep(Duration::from_mins(1)).await;
    world.deliver_all().await;
    let sent = world.receiver.sent();
    assert_eq!((sent.len(), &sent[0].webhook_id), (2, &sent[1].webhook_id));
    assert_eq!(statuses(&world), [(DeliveryStatus::Delivered, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_stops_gives_back_what_it_claimed() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.created().await;
    let worker = world.ports.ids.uuid();
    world.store.fail_next_apply(ApplyError::CommitUnknown("lost".to_owned()));
    assert!(worker::fan_out(&world.ports, worker, 100).await.is_err());
    worker::release(&world.ports, worker).await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn several_workers_at_once_deliver_each_event_once() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    for _ in 0..20 {
        world.created().await;
    }
    tokio::join!(world.deliver_all(), world.deliver_all(), world.deliver_all());
    world.deliver_all().await;
    let mut names: Vec<_> = world.receiver.sent().into_iter().map(|sent| sent.webhook_id).collect();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), world.receiver.sent().len()), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn an_event_whose_claim_was_lost_does_not_hold_up_the_others() {
    let world = World::new();
    endpoint(&world, URL, &[]).await;
    world.created().await;
    world.created().await;
    world.store.fail_next_apply(ApplyError::Conflict(payment_ports::store::Guard::Event));
    let worker = world.ports.ids.uuid();
    assert_eq!(worker::fan_out(&world.ports, worker, 100).await.unwrap(), 2);
    assert_eq!(world.store.tables().deliveries.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_shown_once() {
    let world = World::new();
    let made = endpoint(&world, URL, &["PaymentFailed", "PaymentFailed"]).await;
    assert!(made.secret.starts_with("whsec_"));
    assert_eq!(made.endpoint.event_types, ["PaymentFailed"]);
    let listed = endpoints::list(&world.ports, &caller()).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&made.endpoint));
    let one = endpoints::get(&world.ports, &caller(), made.endpoint.id.parse().unwrap()).await;
    assert_eq!(one.unwrap(), made.endpoint);
    assert!(!format!("{made:?}").contains(&made.secret));
    assert_ne!(endpoint(&world, URL, &[]).await.secret, made.secret);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_endpoint_hears_nothing_more() {
    let world = World::new();
    let made = endpoint(&world, URL, &[]).await;
    let id = made.endpoint.id.parse().unwrap();
    let stranger = Caller { merchant: MerchantId::parse("OTHER").unwrap(), ..caller() };
    let refused = endpoints::delete(&world.ports, &stranger, id).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
    endpoints::delete(&world.ports, &caller(), id).await.unwrap();
    world.created().await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 0);
    let again = endpoints::delete(&world.ports, &caller(), id).await;
    assert!(matches!(again, Err(Error::NotFound(_))));
}

#[tokio::test(start_paused = true)]
async fn each_wrong_field_of_an_endpoint_is_named() {
    let world = World::new();
    let wish = |url: &str| NewEndpoint { url: url.to_owned(), ..NewEndpoint::default() };
    let cases = [
        (wish("ftp://shop.example/"), "url"),
        (wish("not a url"), "url"),
        (wish("https://user:pw@shop.example/"), "url"),
        (wish(&format!("https://shop.example/{}", "x".repeat(2048))), "url"),
        (NewEndpoint { description: Some("x".repeat(501)), ..wish(URL) }, "description"),
        (NewEndpoint { event_types: vec!["Nothing".to_owned()], ..wish(URL) }, "eventTypes"),
    ];
    for (wish, field) in cases {
        assert_eq!(wrong_field(endpoints::create(&world.ports, &caller(), wish).await), field);
    }
    assert!(world.store.tables().endpoints.is_empty());
}
