//! Where merchants hear of events.

use serde_json::json;

use crate::support::{TestApp, on_every_store};

on_every_store! {
    the_secret_is_shown_once
    endpoints_belong_to_one_merchant_and_mode
    a_deleted_endpoint_hears_nothing_more
    an_endpoint_hears_only_of_what_it_wants
    wrong_endpoints_are_refused_with_the_field
}

const PATH: &str = "/v1/webhook-endpoints";

async fn the_secret_is_shown_once(app: TestApp) {
    let body = json!({ "url": "https://shop.example/hooks", "description": "shop" });
    let created = app.client.post(PATH, &body).await;
    created.assert_status(201);
    assert!(created.string("secret").starts_with("whsec_"));
    assert_eq!(created.field("eventTypes"), json!(["*"]));
    let path = format!("{PATH}/{}", created.string("id"));

    let read = app.client.get(&path).await;
    let listed = app.client.get(PATH).await;

    assert_eq!(read.string("url"), "https://shop.example/hooks");
    assert_eq!(listed.field("data.0"), read.json());
    assert_eq!(listed.field("nextCursor"), json!(null));
    assert!(!read.text.contains("whsec_") && !listed.text.contains("whsec_"));
    assert!(read.json().get("secret").is_none());
}

async fn endpoints_belong_to_one_merchant_and_mode(app: TestApp) {
    let body = json!({ "url": "https://shop.example/hooks" });
    let created = app.client.post(PATH, &body).await;
    let path = format!("{PATH}/{}", created.string("id"));
    for client in [app.client_of("OTHER").await, app.live_client().await] {
        assert_eq!(client.get(PATH).await.field("data"), json!([]));
        client.get(&path).await.assert_refused(404, "NOT_FOUND");
        client.delete(&path).await.assert_refused(404, "NOT_FOUND");
    }
    app.client.get(&path).await.assert_status(200);
}

async fn a_deleted_endpoint_hears_nothing_more(app: TestApp) {
    let url = "https://shop.example/hooks";
    let created = app.client.post(PATH, &json!({ "url": url })).await;
    let path = format!("{PATH}/{}", created.string("id"));
    app.client.created().await;
    let deleted = app.client.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    app.client.delete(&path).await.assert_refused(404, "NOT_FOUND");
    app.client.get(&path).await.assert_refused(404, "NOT_FOUND");
    app.work().await;
    assert!(app.receiver.sent_to(url).is_empty());
}

async fn an_endpoint_hears_only_of_what_it_wants(app: TestApp) {
    let url = "https://shop.example/captures";
    let body = json!({ "url": url, "eventTypes": ["PaymentCaptured", "PaymentCaptured"] });
    let created = app.client.post(PATH, &body).await;
    assert_eq!(created.field("eventTypes"), json!(["PaymentCaptured"]));
    app.client.captured().await;
    app.work().await;
    let sent = app.receiver.sent_to(url);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body.contains(r#""eventType":"PaymentCaptured""#));
}

async fn wrong_endpoints_are_refused_with_the_field(app: TestApp) {
    for (body, field) in [
        (json!({}), "url"),
        (json!({ "url": "" }), "url"),
        (json!({ "url": "shop.example" }), "url"),
        (json!({ "url": "ftp://shop.example" }), "url"),
        (json!({ "url": "https://user:pw@shop.example" }), "url"),
        (json!({ "url": "https://shop.example/#top" }), "url"),
        (json!({ "url": "https://shop.example", "eventTypes": ["PaymentLost"] }), "eventTypes"),
        (json!({ "url": "https://shop.example", "eventTypes": "*" }), "eventTypes"),
        (json!({ "url": "https://shop.example", "eventTypes": [1] }), "eventTypes[0]"),
        (json!({ "url": "https://shop.example", "secret": "mine" }), "secret"),
    ] {
        let reply = app.client.post(PATH, &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), field, "{}", reply.text);
    }
    let live = app.live_client().await;
    let reply = live.post(PATH, &json!({ "url": "http://shop.example" })).await;
    assert_eq!(reply.string("details.field"), "url");
    assert_eq!(app.client.get(PATH).await.field("data"), json!([]));
}
