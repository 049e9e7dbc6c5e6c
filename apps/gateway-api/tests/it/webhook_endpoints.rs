//! Where merchants hear of events.

use chrono::TimeDelta;
use payment_ports::{fakes::RecordingSender, webhook::SendFailure};
use serde_json::{Value, json};

use crate::support::{Client, Reply, TestApp, on_every_store};

on_every_store! {
    the_secret_is_shown_once
    endpoints_belong_to_one_merchant_and_mode
    a_deleted_endpoint_hears_nothing_more
    an_endpoint_hears_only_of_what_it_wants
    wrong_endpoints_are_refused_with_the_field
    an_endpoint_may_begin_ordered_slow_and_disabled
    an_update_changes_what_it_names
    an_update_with_null_takes_away
    an_empty_update_changes_nothing
    wrong_updates_are_refused_with_the_field
    a_disabled_endpoint_waits_until_it_is_enabled
    a_rotated_secret_is_shown_once_and_promoted_once
    a_rotation_ends_by_itself
    a_sample_is_sent_signed_and_not_kept
    a_sample_that_is_not_taken_says_why
    nobody_changes_the_endpoint_of_another
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
        (json!({ "url": "https://shop.example", "ratePerSecond": 0 }), "ratePerSecond"),
        (json!({ "url": "https://shop.example", "ratePerSecond": 1001 }), "ratePerSecond"),
        (json!({ "url": "https://shop.example", "ratePerSecond": 1.5 }), "ratePerSecond"),
        (json!({ "url": "https://shop.example", "ordered": "yes" }), "ordered"),
        (json!({ "url": "https://shop.example", "enabled": 1 }), "enabled"),
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

/// A new endpoint: its path, and the answer.
async fn endpoint(client: &Client, url: &str) -> (String, Reply) {
    let created = client.post(PATH, &json!({ "url": url })).await;
    created.assert_status(201);
    (format!("{PATH}/{}", created.string("id")), created)
}

async fn an_endpoint_may_begin_ordered_slow_and_disabled(app: TestApp) {
    let (_, plain) = endpoint(&app.client, "https://shop.example/hooks").await;
    let body = json!({
        "url": "https://shop.example/slow", "ordered": true, "ratePerSecond": 1000,
        "enabled": false
    });
    let slow = app.client.post(PATH, &body).await;
    for (reply, ordered, rate, enabled, reason) in [
        (plain, false, json!(null), true, json!(null)),
        (slow, true, json!(1000), false, json!("MERCHANT")),
    ] {
        assert_eq!(reply.field("ordered"), ordered);
        assert_eq!(reply.field("ratePerSecond"), rate);
        assert_eq!(reply.field("enabled"), enabled);
        assert_eq!(reply.field("disabledReason"), reason);
        assert_eq!(reply.field("disabledAt").is_null(), enabled);
        assert_eq!(reply.field("secretRotation"), Value::Null);
    }
}

async fn an_update_changes_what_it_names(app: TestApp) {
    let (path, created) = endpoint(&app.client, "https://shop.example/hooks").await;
    let wish = json!({
        "url": "https://shop.example/other", "description": "other", "ordered": true,
        "eventTypes": ["PaymentRefunded"], "ratePerSecond": 7
    });
    let changed = app.client.patch(&path, &wish).await;
    changed.assert_status(200);
    assert_eq!(app.client.get(&path).await.json(), changed.json());
    for (name, value) in wish.as_object().unwrap() {
        assert_eq!(changed.field(name), *value);
    }
    for name in ["id", "createdAt", "enabled"] {
        assert_eq!(changed.field(name), created.field(name));
    }
    let again = app.client.patch(&path, &json!({ "ratePerSecond": 8 })).await;
    assert_eq!(again.field("ratePerSecond"), 8);
    assert_eq!(again.field("description"), "other");
    let all = app.client.patch(&path, &json!({ "eventTypes": ["*"] })).await;
    assert_eq!(all.field("eventTypes"), json!(["*"]));
}

async fn an_update_with_null_takes_away(app: TestApp) {
    let body = json!({
        "url": "https://shop.example/hooks", "description": "shop", "ratePerSecond": 5
    });
    let created = app.client.post(PATH, &body).await;
    let path = format!("{PATH}/{}", created.string("id"));
    let nulls = json!({
        "url": null, "description": null, "eventTypes": null, "ordered": null,
        "ratePerSecond": null, "enabled": null
    });
    let changed = app.client.patch(&path, &nulls).await;
    changed.assert_status(200);
    assert_eq!(changed.field("description"), Value::Null);
    assert_eq!(changed.field("ratePerSecond"), Value::Null);
    for name in ["url", "eventTypes", "ordered", "enabled"] {
        assert_eq!(changed.field(name), created.field(name));
    }
}

async fn an_empty_update_changes_nothing(app: TestApp) {
    let (path, _) = endpoint(&app.client, "https://shop.example/hooks").await;
    let before = app.client.get(&path).await;
    let changed = app.client.patch(&path, &json!({})).await;
    changed.assert_status(200);
    assert_eq!(changed.json(), before.json());
    assert_eq!(app.client.get(&path).await.json(), before.json());
}

async fn wrong_updates_are_refused_with_the_field(app: TestApp) {
    let (path, _) = endpoint(&app.client, "https://shop.example/hooks").await;
    let before = app.client.get(&path).await;
    for (body, field) in [
        (json!({ "url": "shop.example" }), "url"),
        (json!({ "url": "http://127.0.0.1/" }), "url"),
        (json!({ "url": 1 }), "url"),
        (json!({ "description": "" }), "description"),
        (json!({ "description": "x".repeat(501) }), "description"),
        (json!({ "eventTypes": ["PaymentLost"] }), "eventTypes"),
        (json!({ "eventTypes": [null] }), "eventTypes[0]"),
        (json!({ "ratePerSecond": 0 }), "ratePerSecond"),
        (json!({ "ratePerSecond": 1001 }), "ratePerSecond"),
        (json!({ "ratePerSecond": "7" }), "ratePerSecond"),
        (json!({ "ordered": "yes" }), "ordered"),
        (json!({ "enabled": "no" }), "enabled"),
        (json!({ "secret": "mine" }), "secret"),
        (json!({ "description": "new", "mode": null }), "mode"),
    ] {
        let reply = app.client.patch(&path, &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), field, "{}", reply.text);
    }
    for body in [json!([]), json!(null), json!("enabled")] {
        app.client.patch(&path, &body).await.assert_refused(400, "INVALID_PARAMETER");
    }
    for body in [json!({ "overlapHours": 0 }), json!({ "overlapHours": 169 })] {
        let reply = app.client.post(&format!("{path}/secret/rotate"), &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), "overlapHours");
    }
    for action in ["secret/rotate", "secret/promote", "test"] {
        let reply = app.client.post(&format!("{path}/{action}"), &json!({ "x": 1 })).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), "x");
    }
    assert_eq!(app.client.get(&path).await.json(), before.json());
}

async fn a_disabled_endpoint_waits_until_it_is_enabled(app: TestApp) {
    let url = "https://shop.example/hooks";
    let (path, _) = endpoint(&app.client, url).await;
    app.receiver.script(url, [Ok(RecordingSender::status(500))]);
    app.client.created().await;
    app.work().await;
    assert_eq!(app.receiver.sent_to(url).len(), 1);

    let disabled = app.client.patch(&path, &json!({ "enabled": false })).await;
    assert_eq!(disabled.field("enabled"), false);
    assert_eq!(disabled.field("disabledReason"), "MERCHANT");
    assert!(disabled.string("disabledAt").starts_with("2026-01-01T00:00:"), "{}", disabled.text);
    app.clock.jump(TimeDelta::minutes(1));
    app.client.created().await;
    app.work().await;
    assert_eq!(app.receiver.sent_to(url).len(), 1);
    let again = app.client.patch(&path, &json!({ "enabled": false })).await;
    assert_eq!(again.json(), disabled.json());

    let enabled = app.client.patch(&path, &json!({ "enabled": true })).await;
    assert_eq!(enabled.field("enabled"), true);
    assert_eq!(enabled.field("disabledReason"), Value::Null);
    assert_eq!(enabled.field("disabledAt"), Value::Null);
    app.work().await;
    let sent = app.receiver.sent_to(url);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].webhook_id, sent[1].webhook_id);
}

async fn a_rotated_secret_is_shown_once_and_promoted_once(app: TestApp) {
    let (path, created) = endpoint(&app.client, "https://shop.example/hooks").await;
    let promoted = app.client.post_empty(&format!("{path}/secret/promote")).await;
    promoted.assert_refused(409, "INVALID_ENDPOINT_STATE");

    let body = json!({ "overlapHours": 168 });
    let rotated = app.client.post(&format!("{path}/secret/rotate"), &body).await;
    rotated.assert_status(200);
    let secret = rotated.string("secret");
    assert!(secret.starts_with("whsec_") && secret != created.string("secret"));
    let replaces_at = rotated.string("secretRotation.replacesAt");
    assert!(replaces_at.starts_with("2026-01-08T00:00:"), "{replaces_at}");
    let read = app.client.get(&path).await;
    assert_eq!(read.field("secretRotation"), rotated.field("secretRotation"));
    assert!(!read.text.contains("whsec_"));
    let again = app.client.post_empty(&format!("{path}/secret/rotate")).await;
    again.assert_refused(409, "INVALID_ENDPOINT_STATE");
    assert!(again.string("message").contains("promote"));

    let promoted = app.client.post_empty(&format!("{path}/secret/promote")).await;
    promoted.assert_status(200);
    assert_eq!(promoted.field("secretRotation"), Value::Null);
    assert!(!promoted.text.contains("whsec_"));
    let again = app.client.post_empty(&format!("{path}/secret/promote")).await;
    again.assert_refused(409, "INVALID_ENDPOINT_STATE");
}

async fn a_rotation_ends_by_itself(app: TestApp) {
    let (path, _) = endpoint(&app.client, "https://shop.example/hooks").await;
    let rotate = format!("{path}/secret/rotate");
    let rotated = app.client.post_empty(&rotate).await;
    let replaces_at = rotated.string("secretRotation.replacesAt");
    assert!(replaces_at.starts_with("2026-01-02T00:00:"), "{replaces_at}");
    app.clock.jump(TimeDelta::hours(24));
    assert_eq!(app.client.get(&path).await.field("secretRotation"), Value::Null);
    let again = app.client.post_empty(&rotate).await;
    let replaces_at = again.string("secretRotation.replacesAt");
    assert!(replaces_at.starts_with("2026-01-03T00:00:"), "{replaces_at}");
}

async fn a_sample_is_sent_signed_and_not_kept(app: TestApp) {
    let url = "https://shop.example/hooks";
    let (path, _) = endpoint(&app.client, url).await;
    app.client.patch(&path, &json!({ "enabled": false })).await.assert_status(200);
    let tested = app.client.post_empty(&format!("{path}/test")).await;
    tested.assert_status(200);
    let answer = json!({
        "delivered": true, "statusCode": 200, "errorClass": null,
        "durationMs": tested.field("durationMs").as_u64().unwrap(), "responseExcerpt": "", "webhookId": tested.string("webhookId")
    });
    assert_eq!(tested.json(), answer);
    app.work().await;
    let [sent] = app.receiver.sent_to(url).try_into().unwrap();
    assert_eq!(sent.webhook_id, tested.string("webhookId"));
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(body["test"], true);
    assert_eq!(body["eventId"], tested.field("webhookId"));
    assert_eq!(body["eventType"], "PaymentCaptured");
    assert_eq!(body["data"]["status"], "CAPTURED");
    assert!(sent.body.contains(r#""capturedAmount":1500.00"#), "{}", sent.body);
}

async fn a_sample_that_is_not_taken_says_why(app: TestApp) {
    let url = "https://shop.example/hooks";
    let (path, _) = endpoint(&app.client, url).await;
    let full = || format!("{path}/test");
    let mut answer = RecordingSender::status(503);
    answer.excerpt = "no 4111111111111111".to_owned();
    app.receiver.script(url, [Ok(answer), Err(SendFailure::AddressRefused)]);
    let answered = app.client.post_empty(&full()).await;
    assert_eq!(answered.field("delivered"), false);
    assert_eq!(answered.field("statusCode"), 503);
    assert_eq!(answered.field("errorClass"), Value::Null);
    let excerpt = answered.string("responseExcerpt");
    assert!(excerpt.starts_with("no ") && !excerpt.contains("11111111"), "{excerpt}");
    let refused = app.client.post_empty(&full()).await;
    assert_eq!(refused.field("delivered"), false);
    assert_eq!(refused.field("statusCode"), Value::Null);
    assert_eq!(refused.field("errorClass"), "address_refused");
    assert_eq!(refused.field("responseExcerpt"), Value::Null);
}

async fn nobody_changes_the_endpoint_of_another(app: TestApp) {
    let url = "https://shop.example/hooks";
    let (path, _) = endpoint(&app.client, url).await;
    let before = app.client.get(&path).await;
    for client in [app.client_of("OTHER").await, app.live_client().await] {
        let changed = client.patch(&path, &json!({ "enabled": false })).await;
        changed.assert_refused(404, "NOT_FOUND");
        client.patch(&path, &json!({})).await.assert_refused(404, "NOT_FOUND");
        for action in ["secret/rotate", "secret/promote", "test"] {
            let reply = client.post_empty(&format!("{path}/{action}")).await;
            reply.assert_refused(404, "NOT_FOUND");
        }
    }
    assert_eq!(app.client.get(&path).await.json(), before.json());
    assert!(app.receiver.sent_to(url).is_empty());
}
