//! What operators and their monitoring see.

use std::{collections::BTreeMap, sync::Arc};

use payment_ports::fakes::MemoryStore;
use payment_providers::known;
use serde_json::json;

use crate::support::{TestApp, on_every_store};

on_every_store! {
    health_is_told_in_springs_shape
    what_is_running_is_told
    measurements_tell_requests_and_waiting_work
    waiting_work_is_told_to_administrators
}

async fn health_is_told_in_springs_shape(app: TestApp) {
    for path in ["/actuator/health", "/actuator/health/readiness"] {
        let reply = app.client.browse(path).await;
        reply.assert_status(200);
        let expected = json!({ "status": "UP", "components": { "db": { "status": "UP" } } });
        assert_eq!(reply.json(), expected);
    }
    let reply = app.client.browse("/actuator/health/liveness").await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "status": "UP" })));
}

async fn what_is_running_is_told(app: TestApp) {
    let reply = app.client.browse("/actuator/info").await;
    reply.assert_status(200);
    assert_eq!(reply.field("app.name"), "gateway-api");
    assert_eq!(reply.field("app.version"), env!("CARGO_PKG_VERSION"));
}

async fn measurements_tell_requests_and_waiting_work(app: TestApp) {
    let payment = app.client.created().await;
    app.client.authorize(&payment, "tok_timeout").await.assert_status(202);
    let reply = app.client.browse("/actuator/prometheus").await;
    reply.assert_status(200);
    assert!(reply.header("Content-Type").unwrap().starts_with("text/plain; version=0.0.4"));
    let requests = r#"http_server_requests_seconds_count{method="POST",uri="/v1/payments/{paymentId}/authorize",status="202"}"#;
    for name in [
        requests,
        "http_server_requests_seconds_bucket{",
        "outbox_pending_count ",
        "webhook_delivery_pending ",
        "outbox_oldest_age_seconds ",
        "attempts_in_doubt ",
        "attempts_for_review ",
    ] {
        assert!(reply.text.contains(name), "{name}: {}", reply.text);
    }
    assert!(!reply.text.contains(payment.rsplit('/').next().unwrap()));
}

async fn waiting_work_is_told_to_administrators(app: TestApp) {
    let payment = app.client.created().await;
    app.client.authorize(&payment, "tok_timeout").await.assert_status(202);
    let reply = app.client.browse("/v1/admin/health").await;
    reply.assert_status(200);
    assert_eq!(reply.field("status"), "UP");
    assert_eq!(reply.field("outboxPending"), 1);
    assert_eq!(reply.field("attemptsInDoubt"), 1);
    assert_eq!(reply.field("webhookDeliveriesPending"), 0);
    assert_eq!(reply.field("attemptsForReview"), 0);
}

#[tokio::test]
async fn without_its_database_the_gateway_says_so() {
    let store = Arc::new(MemoryStore::new());
    let providers = known::providers(&BTreeMap::new()).unwrap();
    let app = TestApp::with(Arc::<MemoryStore>::clone(&store), providers).await;
    let payment = app.client.authorized().await;
    store.set_down(true);

    for path in ["/actuator/health", "/actuator/health/readiness"] {
        let reply = app.client.browse(path).await;
        let expected = json!({ "status": "DOWN", "components": { "db": { "status": "DOWN" } } });
        assert_eq!((reply.status, reply.json()), (503, expected));
    }
    app.client.browse("/actuator/health/liveness").await.assert_status(200);
    app.client.browse("/actuator/prometheus").await.assert_status(200);
    let reply = app.client.post_empty(&format!("{payment}/capture")).await;
    reply.assert_refused(503, "SERVICE_UNAVAILABLE");
    assert_eq!(reply.header("Retry-After"), Some("1"));
    assert!(!reply.text.contains("down"), "the database's own words stay inside: {}", reply.text);
    let page = "/3ds/verify?session=00000000000000000000000000000000";
    let reply = app.client.browse(page).await;
    reply.assert_status(503);
    assert!(reply.text.contains("Bir sorun oluştu"));

    store.set_down(false);
    let reply = app.client.post_empty(&format!("{payment}/capture")).await;
    assert_eq!(reply.string("status"), "CAPTURED");
}
