//! Calls whose outcome nobody knows yet.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, on_every_store};

on_every_store! {
    a_lost_answer_is_found_later_and_told
    a_lost_refusal_is_found_later_and_told
    lost_captures_and_refunds_are_found_later
    nothing_else_is_done_while_an_operation_is_in_doubt
}

const HOOK: &str = "https://shop.example/hooks";

async fn a_lost_answer_is_found_later_and_told(app: TestApp) {
    app.client.post("/v1/webhook-endpoints", &json!({ "url": HOOK })).await.assert_status(201);
    let payment = app.client.created().await;
    let path = format!("{payment}/authorize");
    let body = json!({ "cardToken": "tok_timeout", "cardBin": "454678" });

    let first = app.client.post_keyed("key-1", &path, &body).await;

    first.assert_status(202);
    assert_eq!(first.string("status"), "CREATED");
    assert_eq!(first.string("pendingOperation.type"), "AUTHORIZE");
    let attempts = app.client.get(&format!("{payment}/attempts")).await;
    assert_eq!(attempts.field("attempts.0.id"), first.field("pendingOperation.attemptId"));
    assert_eq!(attempts.field("attempts.0.status"), "PENDING");

    app.clock.jump(TimeDelta::minutes(10));
    app.work().await;

    let read = app.client.get(&payment).await;
    assert_eq!(read.string("status"), "AUTHORIZED");
    assert_eq!(read.field("pendingOperation"), json!(null));
    assert!(app.receiver.sent_to(HOOK).iter().any(|sent| sent.body.contains("PaymentAuthorized")));
    let replay = app.client.post_keyed("key-1", &path, &body).await;
    replay.assert_status(200);
    assert_eq!(replay.string("status"), "AUTHORIZED");
    assert_eq!(replay.field("threeDsRequired"), false);
    assert_eq!(replay.header("Idempotent-Replayed"), Some("true"));
    let attempts = app.client.get(&format!("{payment}/attempts")).await.field("attempts");
    assert_eq!(attempts.as_array().unwrap().len(), 1);
}

async fn a_lost_refusal_is_found_later_and_told(app: TestApp) {
    let payment = app.client.created().await;
    let path = format!("{payment}/authorize");
    let body = json!({ "cardToken": "tok_timeout_declined", "cardBin": "454678" });
    app.client.post_keyed("key-1", &path, &body).await.assert_status(202);

    app.clock.jump(TimeDelta::minutes(10));
    app.work().await;

    assert_eq!(app.client.status_of(&payment).await, "FAILED");
    let replay = app.client.post_keyed("key-1", &path, &body).await;
    assert_eq!(replay.refusal(), (402, "PAYMENT_DECLINED".to_owned()));
}

async fn lost_captures_and_refunds_are_found_later(app: TestApp) {
    for (token, operation, status) in [
        ("tok_capture_timeout", "capture", "CAPTURED"),
        ("tok_refund_timeout", "refund", "REFUNDED"),
        ("tok_void_timeout", "void", "VOIDED"),
    ] {
        let payment = app.client.created().await;
        app.client.authorize(&payment, token).await.assert_status(200);
        if operation == "refund" {
            app.client.post_empty(&format!("{payment}/capture")).await.assert_status(200);
        }
        let reply = app.client.post_empty(&format!("{payment}/{operation}")).await;
        reply.assert_status(202);
        assert_eq!(reply.string("pendingOperation.type"), operation.to_uppercase());

        app.clock.jump(TimeDelta::minutes(10));
        app.work().await;

        assert_eq!(app.client.status_of(&payment).await, status);
    }
}

async fn nothing_else_is_done_while_an_operation_is_in_doubt(app: TestApp) {
    let payment = app.client.created().await;
    app.client.authorize(&payment, "tok_timeout").await.assert_status(202);
    let reply = app.client.authorize(&payment, "tok_visa").await;
    reply.assert_refused(409, "OPERATION_IN_PROGRESS");
    let reply = app.client.post_empty(&format!("{payment}/void")).await;
    assert_eq!(reply.status, 409);
}
