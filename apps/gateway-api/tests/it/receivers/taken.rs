//! What a merchant's receiver takes.

use serde_json::json;

use super::{
    language::{Language, free_port, in_every_language},
    webhook::{Webhook, known, other},
};
use crate::support::program::Place;

in_every_language! {
    the_webhooks_of_a_real_payment_are_taken
    either_of_two_secrets_is_enough
    signatures_of_other_versions_are_skipped
    a_repetition_is_answered_and_worked_on_once
    a_clock_may_be_four_minutes_off
}

async fn the_webhooks_of_a_real_payment_are_taken(language: Language) {
    let place = Place::unconfigured();
    let gateway = place.start();
    let port = free_port();
    let hook = json!({ "url": format!("http://127.0.0.1:{port}/payments") });
    let hook = gateway.client.post("/v1/webhook-endpoints", &hook).await;
    let receiver = language.start_on(port, &hook.string("secret").into());

    let payment = gateway.client.captured().await;

    let timeline = gateway.client.get(&format!("{payment}/timeline")).await.field("data");
    let events = timeline.as_array().unwrap().iter().filter(|entry| entry["type"] == "EVENT");
    let mut count = 0;
    for event in events {
        let line = receiver.line();
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        assert!(line.starts_with(&text("reference")) && line.contains(&text("name")), "{line}");
        count += 1;
    }
    assert_eq!(count, 3);
}

async fn either_of_two_secrets_is_enough(language: Language) {
    for displayed in [known(), other()] {
        let receiver = language.start(&displayed);
        let status = Webhook::at(0).post_to(receiver.address).await;
        assert_eq!(status, 204);
        assert!(receiver.line().starts_with("evt_1 "));
    }
}

async fn signatures_of_other_versions_are_skipped(language: Language) {
    let receiver = language.start(&known());
    let mut webhook = Webhook::new("evt_1", &known());
    let signature = webhook.value("webhook-signature");
    *signature = format!("v1a,bm90IG91cnM= v2 {signature}");
    assert_eq!(webhook.post_to(receiver.address).await, 204);
}

async fn a_repetition_is_answered_and_worked_on_once(language: Language) {
    let receiver = language.start(&known());
    for id in ["evt_1", "evt_1", "evt_2"] {
        assert_eq!(Webhook::new(id, &known()).post_to(receiver.address).await, 204);
    }
    assert!(receiver.line().starts_with("evt_1 "));
    assert!(receiver.line().starts_with("evt_2 "));
}

async fn a_clock_may_be_four_minutes_off(language: Language) {
    let receiver = language.start(&known());
    for seconds in [-240, 240] {
        let status = Webhook::at(seconds).post_to(receiver.address).await;
        assert_eq!(status, 204, "{seconds}");
    }
}
