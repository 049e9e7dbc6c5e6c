//! A receiver is given a new secret while webhooks arrive.

use reqwest::Method;
use secrecy::SecretString;
use serde_json::json;

use super::language::{Language, Running, free_port, in_every_language};
use crate::support::{Client, Reply, program::Place};

in_every_language! {
    no_webhook_is_refused_while_a_secret_is_replaced
}

async fn no_webhook_is_refused_while_a_secret_is_replaced(language: Language) {
    let place = Place::unconfigured();
    let gateway = place.start();
    let client = &gateway.client;
    let port = free_port();
    let hook = json!({ "url": format!("http://127.0.0.1:{port}/payments") });
    let hook = client.post("/v1/webhook-endpoints", &hook).await;
    let endpoint = format!("/v1/webhook-endpoints/{}", hook.string("id"));
    let old = language.start_on(port, &hook.string("secret").into());

    let rotated = client.post(&format!("{endpoint}/secret/rotate"), &json!({})).await;
    assert_takes(&old, client).await;

    let secret: SecretString = rotated.string("secret").into();
    let new = language.start(&secret);
    let moved = json!({ "url": format!("http://{}/payments", new.address) });
    let moved = client.request(Method::PATCH, &endpoint).json(&moved);
    Reply::of(moved).await.assert_status(200);
    assert_takes(&new, client).await;

    client.post(&format!("{endpoint}/secret/promote"), &json!({})).await.assert_status(200);
    assert_takes(&new, client).await;
}

/// Checks that the receiver takes the next event.
async fn assert_takes(receiver: &Running, client: &Client) {
    client.created().await;
    let line = receiver.line();
    assert!(line.contains("PaymentCreated"), "{line}");
}
