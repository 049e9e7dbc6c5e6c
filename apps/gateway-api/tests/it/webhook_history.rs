//! What merchants were told, and telling it again.

use chrono::TimeDelta;
use payment_ports::{fakes::RecordingSender, webhook::SendFailure};
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    events_are_shown_exactly_as_they_were_sent
    filters_choose_events
    pages_tell_every_event_once_newest_first
    an_event_about_an_endpoint_is_listed_too
    deliveries_are_shown_with_every_try
    filters_choose_deliveries
    pages_tell_every_delivery_once
    a_delivery_is_sent_again_by_hand
    a_recovery_sends_what_was_missed_and_tells_how_far_it_is
    wrong_recoveries_are_refused_with_the_field
    wrong_parameters_are_refused_with_their_name
    nobody_sees_the_webhooks_of_another
}

const URL: &str = "https://shop.example/hooks";
const ENDPOINTS: &str = "/v1/webhook-endpoints";
const DELIVERIES: &str = "/v1/webhook-deliveries";

/// A new endpoint's id.
async fn endpoint(app: &TestApp, url: &str) -> String {
    app.client.post(ENDPOINTS, &json!({ "url": url })).await.string("id")
}

fn list(reply: &Reply) -> Vec<Value> {
    reply.assert_status(200);
    reply.field("data").as_array().unwrap().clone()
}

fn all(reply: &Reply, name: &str) -> Vec<String> {
    list(reply).iter().map(|it| it[name].as_str().unwrap().to_owned()).collect()
}

/// Everything that a list tells, page by page.
async fn paged(app: &TestApp, path: &str, name: &str) -> Vec<String> {
    let (mut told, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.client.get(&format!("{path}?limit=2{cursor}")).await;
        told.extend(all(&page, name));
        match page.field("nextCursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return told,
        }
    }
}

async fn events_are_shown_exactly_as_they_were_sent(app: TestApp) {
    endpoint(&app, URL).await;
    app.client.captured().await;
    app.work().await;
    let sent = app.receiver.sent_to(URL);
    assert_eq!(sent.len(), 3);
    let listed = app.client.get("/v1/events").await;
    let bodies: Vec<_> = sent.iter().rev().map(|sent| sent.body.as_str()).collect();
    assert_eq!(listed.text, format!(r#"{{"data":[{}],"nextCursor":null}}"#, bodies.join(",")));
    assert!(listed.text.contains(r#""amount":1500.00"#));
    for sent in sent {
        let event = app.client.get(&format!("/v1/events/{}", sent.webhook_id)).await;
        assert_eq!((event.status, event.text), (200, sent.body));
    }
}

async fn filters_choose_events(app: TestApp) {
    let authorized = app.client.authorized().await;
    app.clock.jump(TimeDelta::hours(1));
    app.client.created().await;
    let id = authorized.rsplit('/').next().unwrap();
    for (query, expected) in [
        (String::new(), vec!["PaymentCreated", "PaymentAuthorized", "PaymentCreated"]),
        ("?type=PaymentAuthorized".to_owned(), vec!["PaymentAuthorized"]),
        ("?type=PaymentCaptured".to_owned(), vec![]),
        (format!("?paymentId={id}"), vec!["PaymentAuthorized", "PaymentCreated"]),
        (format!("?paymentId={id}&type=PaymentCreated"), vec!["PaymentCreated"]),
        ("?createdFrom=2026-01-01T00:30:00Z".to_owned(), vec!["PaymentCreated"]),
        ("?createdTo=2026-01-01T00:30:00Z".to_owned(), vec!["PaymentAuthorized", "PaymentCreated"]),
    ] {
        let reply = app.client.get(&format!("/v1/events{query}")).await;
        assert_eq!(all(&reply, "eventType"), expected, "{query}");
    }
}

async fn pages_tell_every_event_once_newest_first(app: TestApp) {
    for _ in 0..5 {
        app.client.created().await;
    }
    let whole = all(&app.client.get("/v1/events").await, "eventId");
    assert_eq!(whole.len(), 5);
    let payments: Vec<_> = list(&app.client.get("/v1/payments").await);
    let events = list(&app.client.get("/v1/events").await);
    let about: Vec<_> = events.iter().map(|event| &event["data"]["id"]).collect();
    assert_eq!(about, payments.iter().map(|payment| &payment["id"]).collect::<Vec<_>>());
    assert_eq!(paged(&app, "/v1/events", "eventId").await, whole);
}

async fn an_event_about_an_endpoint_is_listed_too(app: TestApp) {
    let id = endpoint(&app, URL).await;
    app.receiver.script(URL, [Ok(RecordingSender::status(410))]);
    app.client.created().await;
    app.work().await;
    let [event] =
        list(&app.client.get("/v1/events?type=WebhookEndpointDisabled").await).try_into().unwrap();
    assert_eq!(event["data"]["endpointId"], id);
    assert_eq!(event["data"]["reason"], "GONE");
}

async fn deliveries_are_shown_with_every_try(app: TestApp) {
    let id = endpoint(&app, URL).await;
    let mut refused = RecordingSender::status(503);
    refused.excerpt = "not now".to_owned();
    app.receiver.script(URL, [Ok(refused), Err(SendFailure::Timeout)]);
    app.client.created().await;
    app.work().await;
    // The schedule of the tests is 0, 30 and 120 seconds; who is overloaded gets a minute.
    app.clock.jump(TimeDelta::minutes(2));
    app.work().await;
    let [delivery] = list(&app.client.get(DELIVERIES).await).try_into().unwrap();
    let path = format!("{DELIVERIES}/{}", delivery["id"].as_str().unwrap());
    let read = app.client.get(&path).await;
    assert_eq!(read.json(), delivery);
    assert_eq!(read.string("endpointId"), id);
    assert_eq!(read.string("eventId"), app.receiver.sent_to(URL)[0].webhook_id);
    assert_eq!(read.string("eventType"), "PaymentCreated");
    assert_eq!(read.string("status"), "PENDING");
    assert_eq!(read.string("trigger"), "AUTO");
    assert_eq!(read.field("attemptCount"), 2);
    assert!(read.field("lastAttemptAt").is_string() && read.field("nextRetryAt").is_string());
    let tries = read.field("attempts");
    let told = |index: usize, name: &str| tries[index][name].clone();
    for (index, trigger, status, class, excerpt) in [
        (0, "AUTO", json!(503), json!(null), json!("not now")),
        (1, "AUTO", json!(null), json!("timeout"), json!(null)),
    ] {
        assert_eq!(told(index, "number"), index + 1);
        assert_eq!(told(index, "trigger"), trigger);
        assert_eq!(told(index, "statusCode"), status);
        assert_eq!(told(index, "errorClass"), class);
        assert_eq!(told(index, "responseExcerpt"), excerpt);
        assert!(told(index, "startedAt").is_string() && told(index, "durationMs").is_u64());
    }
    assert_eq!(tries.as_array().unwrap().len(), 2);
}

async fn filters_choose_deliveries(app: TestApp) {
    let (taking, refusing) = (endpoint(&app, URL).await, endpoint(&app, "https://b.example").await);
    app.receiver.script("https://b.example/", [Ok(RecordingSender::status(410))]);
    app.client.created().await;
    app.work().await;
    let event = &app.receiver.sent_to(URL)[0].webhook_id;
    for (query, expected) in [
        (String::new(), 2),
        (format!("?endpointId={taking}"), 1),
        (format!("?endpointId={refusing}&status=FAILED"), 1),
        (format!("?endpointId={taking}&status=FAILED"), 0),
        (format!("?eventId={event}"), 2),
        ("?status=DELIVERED".to_owned(), 1),
        ("?status=PENDING".to_owned(), 0),
        (format!("?eventId=evt_{}", "0".repeat(32)), 0),
    ] {
        let all = list(&app.client.get(&format!("{DELIVERIES}{query}")).await);
        let created = all.iter().filter(|it| it["eventType"] == "PaymentCreated").count();
        assert_eq!(created, expected, "{query}: {all:?}");
    }
}

async fn pages_tell_every_delivery_once(app: TestApp) {
    endpoint(&app, URL).await;
    endpoint(&app, "https://b.example").await;
    for _ in 0..3 {
        app.client.created().await;
    }
    app.work().await;
    let whole = all(&app.client.get(DELIVERIES).await, "id");
    assert_eq!(whole.len(), 6);
    assert_eq!(paged(&app, DELIVERIES, "id").await, whole);
    let events = all(&app.client.get("/v1/events").await, "eventId");
    let of_deliveries = all(&app.client.get(DELIVERIES).await, "eventId");
    let twice: Vec<_> = events.into_iter().flat_map(|it| [it.clone(), it]).collect();
    assert_eq!(of_deliveries, twice);
}

async fn a_delivery_is_sent_again_by_hand(app: TestApp) {
    endpoint(&app, URL).await;
    app.receiver.script(URL, [500, 502].map(|it| Ok(RecordingSender::status(it))));
    app.client.created().await;
    app.work().await;
    let [delivery] = list(&app.client.get(DELIVERIES).await).try_into().unwrap();
    let path = format!("{DELIVERIES}/{}", delivery["id"].as_str().unwrap());
    let failed = app.client.post_empty(&format!("{path}/retry")).await;
    failed.assert_status(200);
    assert_eq!(failed.field("nextRetryAt"), delivery["nextRetryAt"]);
    assert_eq!(failed.field("status"), "PENDING");
    assert_eq!(failed.field("attempts.1.trigger"), "MANUAL");
    assert_eq!(failed.field("attempts.1.statusCode"), 502);
    let taken = app.client.post(&format!("{path}/retry"), &json!({})).await;
    assert_eq!(taken.field("status"), "DELIVERED");
    assert_eq!(taken.field("attemptCount"), 3);
    assert_eq!(app.client.get(&path).await.json(), taken.json());
    let sent = app.receiver.sent_to(URL);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|it| it.webhook_id == sent[0].webhook_id && it.body == sent[0].body));
}

async fn a_recovery_sends_what_was_missed_and_tells_how_far_it_is(app: TestApp) {
    let id = endpoint(&app, URL).await;
    let path = format!("{ENDPOINTS}/{id}");
    app.client.patch(&path, &json!({ "enabled": false })).await.assert_status(200);
    for _ in 0..7 {
        app.client.created().await;
    }
    app.work().await;
    app.clock.jump(TimeDelta::hours(1));
    let since = json!({ "since": "2026-01-01T00:00:00Z" });
    let refused = app.client.post(&format!("{path}/recover"), &since).await;
    refused.assert_refused(409, "INVALID_ENDPOINT_STATE");
    app.client.patch(&path, &json!({ "enabled": true })).await.assert_status(200);

    let begun = app.client.post(&format!("{path}/recover"), &since).await;
    begun.assert_status(202);
    assert_eq!(begun.field("status"), "RUNNING");
    assert_eq!(begun.field("since"), since["since"]);
    assert!(begun.string("until").starts_with("2026-01-01T01:00:"));
    assert_eq!((begun.field("examined"), begun.field("queued")), (json!(0), json!(0)));
    let one = format!("{path}/recoveries/{}", begun.string("id"));
    assert_eq!(app.client.get(&one).await.json(), begun.json());
    app.work().await;
    let ended = app.client.get(&one).await;
    assert_eq!(ended.field("status"), "DONE");
    assert_eq!((ended.field("examined"), ended.field("queued")), (json!(7), json!(7)));
    assert!(ended.field("completedAt").is_string());
    let listed = app.client.get(&format!("{path}/recoveries")).await;
    assert_eq!(list(&listed), [ended.json()]);
    let mut ids: Vec<_> =
        app.receiver.sent_to(URL).into_iter().map(|sent| sent.webhook_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), app.receiver.sent_to(URL).len()), (7, 7));
    let delivery = &list(&app.client.get(DELIVERIES).await)[0];
    assert_eq!(
        (&delivery["trigger"], &delivery["status"]),
        (&json!("RECOVER"), &json!("DELIVERED"))
    );
}

async fn wrong_recoveries_are_refused_with_the_field(app: TestApp) {
    let path = format!("{ENDPOINTS}/{}", endpoint(&app, URL).await);
    for (body, field) in [
        (json!({}), "since"),
        (json!({ "since": null }), "since"),
        (json!({ "since": 1 }), "since"),
        (json!({ "since": "yesterday" }), "since"),
        (json!({ "since": "2099-01-01T00:00:00Z" }), "since"),
        (json!({ "since": "2025-01-01T00:00:00Z", "until": "tomorrow" }), "until"),
        (json!({ "since": "2025-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z" }), "until"),
        (json!({ "since": "2025-01-01T00:00:00Z", "until": "2025-01-01T00:00:00Z" }), "since"),
        (json!({ "since": "2025-01-01T00:00:00Z", "limit": 10 }), "limit"),
    ] {
        let reply = app.client.post(&format!("{path}/recover"), &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), field, "{}", reply.text);
    }
    assert!(list(&app.client.get(&format!("{path}/recoveries")).await).is_empty());
}

async fn wrong_parameters_are_refused_with_their_name(app: TestApp) {
    for (path, name, value) in [
        ("/v1/events", "type", "PaymentLost"),
        ("/v1/events", "paymentId", "1"),
        ("/v1/events", "createdFrom", "yesterday"),
        ("/v1/events", "createdTo", "2026-02-02"),
        ("/v1/events", "limit", "101"),
        ("/v1/events", "cursor", "nonsense"),
        ("/v1/events", "status", "SENT"),
        (DELIVERIES, "endpointId", "1"),
        (DELIVERIES, "eventId", "550e8400-e29b-41d4-a716-446655440000"),
        (DELIVERIES, "status", "SENT"),
        (DELIVERIES, "limit", "0"),
        (DELIVERIES, "cursor", "AAAA"),
        (DELIVERIES, "type", "PaymentCreated"),
    ] {
        let reply = app.client.get(&format!("{path}?{name}={value}")).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), name, "{}", reply.text);
    }
    for (path, name) in [
        ("/v1/events/1".to_owned(), "eventId"),
        (format!("/v1/events/evt_{}", "A".repeat(32)), "eventId"),
        (format!("{DELIVERIES}/1"), "deliveryId"),
        (format!("{ENDPOINTS}/1/recoveries"), "endpointId"),
    ] {
        let reply = app.client.get(&path).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), name, "{}", reply.text);
    }
}

async fn nobody_sees_the_webhooks_of_another(app: TestApp) {
    let id = endpoint(&app, URL).await;
    app.client.created().await;
    app.work().await;
    app.clock.jump(TimeDelta::minutes(1));
    let since = json!({ "since": "2026-01-01T00:00:00Z" });
    let recover = format!("{ENDPOINTS}/{id}/recover");
    let recovery = app.client.post(&recover, &since).await.string("id");
    let event = &app.receiver.sent_to(URL)[0].webhook_id;
    let [delivery] = all(&app.client.get(DELIVERIES).await, "id").try_into().unwrap();
    for client in [app.client_of("OTHER").await, app.live_client().await] {
        for path in ["/v1/events", DELIVERIES] {
            assert_eq!(client.get(path).await.field("data"), json!([]));
        }
        let by_endpoint = format!("{DELIVERIES}?endpointId={id}&eventId={event}");
        assert_eq!(client.get(&by_endpoint).await.field("data"), json!([]));
        for path in [
            format!("/v1/events/{event}"),
            format!("{DELIVERIES}/{delivery}"),
            format!("{ENDPOINTS}/{id}/recoveries"),
            format!("{ENDPOINTS}/{id}/recoveries/{recovery}"),
        ] {
            client.get(&path).await.assert_refused(404, "NOT_FOUND");
        }
        let retried = client.post_empty(&format!("{DELIVERIES}/{delivery}/retry")).await;
        retried.assert_refused(404, "NOT_FOUND");
        client.post(&recover, &since).await.assert_refused(404, "NOT_FOUND");
    }
    // Nor is a recovery another endpoint's.
    let other = endpoint(&app, "https://b.example").await;
    let elsewhere = format!("{ENDPOINTS}/{other}/recoveries/{recovery}");
    app.client.get(&elsewhere).await.assert_refused(404, "NOT_FOUND");
    assert_eq!(app.receiver.sent_to(URL).len(), 1);
}
