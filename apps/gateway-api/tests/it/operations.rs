//! What a payment's state allows.

use serde_json::json;

use crate::support::{TestApp, on_every_store};

on_every_store! {
    what_the_state_does_not_allow_is_refused_and_changes_nothing
    more_than_is_left_cannot_be_captured_or_refunded
    a_created_payment_is_voided_without_asking_the_provider
    an_authorized_payment_is_voided_at_the_provider
    parts_are_captured_one_after_the_other
    refunds_add_up_to_what_was_captured
    bodies_of_operations_may_be_left_out
    an_automatic_payment_is_captured_at_once
    a_decline_says_why_and_to_whom
    a_declined_capture_or_refund_may_be_tried_again
    a_provider_that_was_not_reached_may_be_asked_again
    a_provider_that_refuses_our_account_is_an_error
    the_timeline_tells_everything_in_order
    transactions_tell_what_moved
}

async fn what_the_state_does_not_allow_is_refused_and_changes_nothing(app: TestApp) {
    let client = &app.client;
    let created = client.created().await;
    let authorized = client.authorized().await;
    let captured = client.captured().await;
    let voided = client.authorized().await;
    client.post_empty(&format!("{voided}/void")).await.assert_status(200);
    let failed = client.created().await;
    client.authorize(&failed, "tok_fraud").await.assert_status(402);
    for (payment, status, refused) in [
        (&created, "CREATED", vec!["capture", "refund"]),
        (&authorized, "AUTHORIZED", vec!["authorize", "refund"]),
        (&captured, "CAPTURED", vec!["authorize", "capture", "void"]),
        (&voided, "VOIDED", vec!["authorize", "capture", "void", "refund"]),
        (&failed, "FAILED", vec!["authorize", "capture", "void", "refund"]),
    ] {
        let before = client.get(payment).await.text;
        for operation in refused {
            let body = match operation {
                "authorize" => json!({ "cardToken": "tok_visa", "cardBin": "454678" }),
                _ => json!({}),
            };
            let reply = client.post(&format!("{payment}/{operation}"), &body).await;
            reply.assert_refused(409, "INVALID_PAYMENT_STATE");
        }
        let after = client.get(payment).await;
        assert_eq!(after.string("status"), status);
        assert_eq!(after.text, before);
    }
}

async fn more_than_is_left_cannot_be_captured_or_refunded(app: TestApp) {
    let payment = app.client.authorized().await;
    let capture = format!("{payment}/capture");
    let reply = app.client.post(&capture, &json!({ "amount": 1500.01 })).await;
    reply.assert_refused(400, "INVALID_PARAMETER");
    assert_eq!(reply.string("details.field"), "amount");
    app.client.post(&capture, &json!({ "amount": 1000 })).await.assert_status(200);

    let refund = format!("{payment}/refund");
    let reply = app.client.post(&refund, &json!({ "amount": 1000.01 })).await;
    reply.assert_refused(400, "INVALID_PARAMETER");
    app.client.post(&refund, &json!({ "amount": 999.99 })).await.assert_status(200);
    let reply = app.client.post(&refund, &json!({ "amount": 0.02 })).await;
    reply.assert_refused(400, "INVALID_PARAMETER");
    let reply = app.client.post(&refund, &json!({ "amount": 0.01 })).await;
    assert_eq!(reply.string("status"), "REFUNDED");
}

async fn a_created_payment_is_voided_without_asking_the_provider(app: TestApp) {
    let payment = app.client.created().await;
    let reply = app.client.post(&format!("{payment}/void"), &json!({ "reason": "changed" })).await;
    reply.assert_status(200);
    assert_eq!(reply.string("status"), "VOIDED");
    let attempts = app.client.get(&format!("{payment}/attempts")).await;
    assert_eq!(attempts.field("attempts"), json!([]));
}

async fn an_authorized_payment_is_voided_at_the_provider(app: TestApp) {
    let payment = app.client.authorized().await;
    let reply = app.client.post_empty(&format!("{payment}/void")).await;
    assert_eq!(reply.string("status"), "VOIDED");
    let attempts = app.client.get(&format!("{payment}/attempts")).await;
    assert_eq!(attempts.field("attempts.1.operationType"), "VOID");
    assert_eq!(
        app.events_of(&payment).await,
        ["PaymentCreated", "PaymentAuthorized", "PaymentVoided"]
    );
}

async fn parts_are_captured_one_after_the_other(app: TestApp) {
    let payment = app.client.authorized().await;
    let capture = format!("{payment}/capture");
    let part = json!({ "amount": 500, "finalCapture": false });
    let reply = app.client.post(&capture, &part).await;
    assert_eq!(reply.string("status"), "AUTHORIZED");
    assert!(reply.text.contains(r#""capturedAmount":500.00,"#), "{}", reply.text);
    let reply = app.client.post(&capture, &json!({ "amount": 600 })).await;
    assert_eq!(reply.string("status"), "CAPTURED");
    assert!(reply.text.contains(r#""capturedAmount":1100.00,"#), "{}", reply.text);
}

async fn refunds_add_up_to_what_was_captured(app: TestApp) {
    let payment = app.client.captured().await;
    let refund = format!("{payment}/refund");
    let reply = app.client.post(&refund, &json!({ "amount": 500 })).await;
    assert_eq!(reply.string("status"), "PARTIALLY_REFUNDED");
    let reply = app.client.post_empty(&refund).await;
    assert_eq!(reply.string("status"), "REFUNDED");
    assert!(reply.text.contains(r#""refundedAmount":1500.00,"#), "{}", reply.text);
    let reply = app.client.post_empty(&refund).await;
    reply.assert_refused(409, "INVALID_PAYMENT_STATE");
}

async fn bodies_of_operations_may_be_left_out(app: TestApp) {
    let payment = app.client.authorized().await;
    let request = app.client.request(reqwest::Method::POST, &format!("{payment}/capture"));
    let reply = crate::support::Reply::of(request.header("Content-Type", "text/plain")).await;
    assert_eq!(reply.string("status"), "CAPTURED");
    let refund = format!("{payment}/refund");
    assert_eq!(app.client.post_text(&refund, "null").await.string("status"), "REFUNDED");
}

async fn an_automatic_payment_is_captured_at_once(app: TestApp) {
    let body = json!({ "amount": 10, "currency": "TRY", "captureMethod": "AUTOMATIC" });
    let created = app.client.post("/v1/payments", &body).await;
    let payment = format!("/v1/payments/{}", created.string("id"));
    let reply = app.client.authorize(&payment, "tok_visa").await;
    assert_eq!(reply.string("status"), "CAPTURED");
    assert_eq!(app.client.status_of(&payment).await, "CAPTURED");
}

async fn a_decline_says_why_and_to_whom(app: TestApp) {
    let payment = app.client.created().await;
    let reply = app.client.authorize(&payment, "tok_insufficient_funds").await;
    reply.assert_refused(402, "PAYMENT_DECLINED");
    let details = reply.field("details");
    assert_eq!(details["declineCode"], "INSUFFICIENT_FUNDS");
    assert_eq!(details["retryable"], true);
    assert_eq!(details["provider"], "MOCK_PROVIDER");
    assert_eq!(details["providerCode"], "51");
    assert!(details["customerMessage"]["tr"].as_str().unwrap().contains("bakiye"));
    assert!(details["customerMessage"]["en"].as_str().unwrap().contains("balance"));
    assert_eq!(app.client.status_of(&payment).await, "FAILED");
    let attempts = app.client.get(&format!("{payment}/attempts")).await;
    assert_eq!(attempts.field("attempts.0.errorCode"), "INSUFFICIENT_FUNDS");
    assert_eq!(attempts.field("attempts.0.providerCode"), "51");
}

async fn a_declined_capture_or_refund_may_be_tried_again(app: TestApp) {
    for (token, operation, status) in [
        ("tok_capture_declined", "capture", "AUTHORIZED"),
        ("tok_refund_declined", "refund", "CAPTURED"),
    ] {
        let payment = app.client.created().await;
        app.client.authorize(&payment, token).await.assert_status(200);
        if operation == "refund" {
            app.client.post_empty(&format!("{payment}/capture")).await.assert_status(200);
        }
        for _ in 0..2 {
            let reply = app.client.post_empty(&format!("{payment}/{operation}")).await;
            reply.assert_refused(402, "PAYMENT_DECLINED");
            assert_eq!(app.client.status_of(&payment).await, status);
        }
    }
}

async fn a_provider_that_was_not_reached_may_be_asked_again(app: TestApp) {
    let payment = app.client.created().await;
    let reply = app.client.authorize(&payment, "tok_unavailable").await;
    reply.assert_refused(502, "PROVIDER_ERROR");
    assert_eq!(reply.header("Retry-After"), Some("1"));
    assert_eq!(reply.field("details"), json!({ "provider": "MOCK_PROVIDER" }));
    let read = app.client.get(&payment).await;
    assert_eq!(read.string("status"), "CREATED");
    assert_eq!(read.field("pendingOperation"), json!(null));
    let reply = app.client.authorize(&payment, "tok_visa").await;
    assert_eq!(reply.string("status"), "AUTHORIZED");
}

async fn a_provider_that_refuses_our_account_is_an_error(app: TestApp) {
    let payment = app.client.created().await;
    let reply = app.client.authorize(&payment, "tok_misconfigured").await;
    assert_eq!(reply.refusal(), (502, "PROVIDER_ERROR".to_owned()));
    assert_eq!(reply.header("Retry-After"), None);
}

async fn the_timeline_tells_everything_in_order(app: TestApp) {
    let payment = app.client.captured().await;
    let timeline = app.client.get(&format!("{payment}/timeline")).await;
    timeline.assert_status(200);
    assert_eq!(timeline.field("nextCursor"), json!(null));
    let entries = timeline.field("data");
    let told: Vec<_> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["type"].as_str().unwrap(), entry["name"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("EVENT", "PaymentCreated"),
            ("ATTEMPT", "AUTHORIZE"),
            ("EVENT", "PaymentAuthorized"),
            ("ATTEMPT", "CAPTURE"),
            ("EVENT", "PaymentCaptured"),
        ]
    );
    assert!(!timeline.string("data.1.routingReason").is_empty());
}

async fn transactions_tell_what_moved(app: TestApp) {
    let payment = app.client.captured().await;
    app.client.post(&format!("{payment}/refund"), &json!({ "amount": 500 })).await;
    let reply = app.client.get(&format!("{payment}/transactions")).await;
    reply.assert_status(200);
    assert_eq!(reply.field("data.0.type"), "CAPTURE");
    assert_eq!(reply.field("data.1.type"), "REFUND");
    assert!(reply.text.contains(r#""amount":1500.00,"#), "{}", reply.text);
    assert!(reply.text.contains(r#""amount":500.00,"#), "{}", reply.text);
    assert_eq!(reply.field("nextCursor"), json!(null));
}
