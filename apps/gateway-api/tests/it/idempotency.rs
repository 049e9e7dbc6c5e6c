//! Requests with an `Idempotency-Key`.

use payment_core::id::PaymentId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    a_repetition_is_answered_with_the_same_bytes
    all_spellings_of_a_body_are_the_same_request
    another_body_with_the_same_key_is_refused
    a_key_is_a_merchants_own_for_one_path
    keys_are_compared_byte_by_byte
    keys_of_every_allowed_length_and_byte_are_taken
    other_keys_are_refused
    the_key_is_sent_back_with_every_answer
    a_decline_is_repeated_without_asking_the_provider
    a_refused_request_does_not_use_up_its_key
    a_provider_that_was_not_reached_does_not_use_up_the_key
    every_operation_is_repeated
    one_key_64_times_at_once_is_one_call
}

fn order(amount: &str) -> Value {
    serde_json::from_str(&format!(r#"{{"amount":{amount},"currency":"TRY"}}"#)).unwrap()
}

async fn how_many(app: &TestApp) -> usize {
    app.client.get("/v1/payments").await.field("data").as_array().unwrap().len()
}

async fn a_repetition_is_answered_with_the_same_bytes(app: TestApp) {
    let first = app.client.post_keyed("key-1", "/v1/payments", &order("1500.00")).await;
    let second = app.client.post_keyed("key-1", "/v1/payments", &order("1500.00")).await;

    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.text, second.text);
    assert_eq!(first.header("Content-Type"), second.header("Content-Type"));
    assert_eq!(first.header("Idempotent-Replayed"), None);
    assert_eq!(second.header("Idempotent-Replayed"), Some("true"));
    assert_ne!(first.header("X-Correlation-Id"), second.header("X-Correlation-Id"));
    assert_eq!(how_many(&app).await, 1);
}

async fn all_spellings_of_a_body_are_the_same_request(app: TestApp) {
    let first = app.client.post_keyed("key-1", "/v1/payments", &order("1500.00")).await;
    for body in [
        r#"{"currency":"TRY","amount":1500}"#,
        r#"{ "amount" : 1.5e3 , "currency" : "TRY" }"#,
        r#"{"amount":"1500.00","currency":"TRY"}"#,
        r#"{"amount":1500.0,"currency":"\u0054RY","orderId":null}"#,
    ] {
        let request = app.client.request(Method::POST, "/v1/payments");
        let request = request.header("Content-Type", "application/json; charset=UTF-8");
        let reply = Reply::of(request.header("Idempotency-Key", "key-1").body(body)).await;
        assert_eq!(reply.text, first.text, "{body}");
    }
    let payment = app.client.authorized().await;
    let capture = format!("{payment}/capture");
    let without_body =
        app.client.request(Method::POST, &capture).header("Idempotency-Key", "key-2");
    let first = Reply::of(without_body).await;
    first.assert_status(200);
    let second = app
        .client
        .post_keyed(
            "key-2",
            &capture
                .to_uppercase()
                .replace("/V1/PAYMENTS/", "/v1/payments/")
                .replace("/CAPTURE", "/capture"),
            &json!({}),
        )
        .await;
    assert_eq!(second.text, first.text);
}

async fn another_body_with_the_same_key_is_refused(app: TestApp) {
    let first = app.client.post_keyed("key-1", "/v1/payments", &order("1500.00")).await;
    let reply = app.client.post_keyed("key-1", "/v1/payments", &order("1500.01")).await;
    reply.assert_refused(409, "IDEMPOTENCY_CONFLICT");
    assert_eq!(reply.field("details.reason"), "PAYLOAD_MISMATCH");
    let again = app.client.post_keyed("key-1", "/v1/payments", &order("1500.00")).await;
    assert_eq!(again.text, first.text);
    assert_eq!(how_many(&app).await, 1);
}

async fn a_key_is_a_merchants_own_for_one_path(app: TestApp) {
    let other = app.client_of("OTHER").await;
    let live = app.live_client().await;
    let mut ids = Vec::new();
    for client in [&app.client, &other, &live] {
        let reply = client.post_keyed("key-1", "/v1/payments", &order("1")).await;
        reply.assert_status(201);
        assert_eq!(reply.header("Idempotent-Replayed"), None);
        ids.push(reply.string("id"));
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
    for _ in 0..2 {
        let payment = app.client.authorized().await;
        let reply = app.client.post_keyed("key-1", &format!("{payment}/void"), &json!({})).await;
        assert_eq!(reply.string("status"), "VOIDED");
    }
}

async fn keys_are_compared_byte_by_byte(app: TestApp) {
    for key in ["Key", "key", "kEy", "key-", "'key'"] {
        let reply = app.client.post_keyed(key, "/v1/payments", &order("1")).await;
        assert_eq!(reply.header("Idempotent-Replayed"), None, "{key}");
    }
    assert_eq!(how_many(&app).await, 5);
    let quoted = app.client.post_keyed("\"key\"", "/v1/payments", &order("1")).await;
    assert_eq!(quoted.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(quoted.header("Idempotency-Key"), Some("\"key\""));
}

async fn keys_of_every_allowed_length_and_byte_are_taken(app: TestApp) {
    let every_byte: String = (0x21..=0x7e_u8).map(char::from).collect();
    for key in ["k", &"k".repeat(255), &every_byte, "order-12345-auth"] {
        let first = app.client.post_keyed(key, "/v1/payments", &order("1")).await;
        first.assert_status(201);
        let second = app.client.post_keyed(key, "/v1/payments", &order("1")).await;
        assert_eq!(second.text, first.text);
        assert_eq!(second.header("Idempotency-Key"), Some(key));
    }
}

async fn other_keys_are_refused(app: TestApp) {
    let wrong: [&[u8]; 7] =
        [b"", b"\"\"", b"two words", b"tab\tkey", b"k\x80", "ключ".as_bytes(), &[b'k'; 256]];
    for key in wrong {
        let request = app.client.request(Method::POST, "/v1/payments").json(&order("1"));
        let reply = Reply::of(request.header("Idempotency-Key", key)).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), "Idempotency-Key");
        assert_eq!(reply.header("Idempotency-Key"), None);
    }
    let request = app.client.request(Method::POST, "/v1/payments").json(&order("1"));
    let request = request.header("Idempotency-Key", "a").header("Idempotency-Key", "b");
    Reply::of(request).await.assert_refused(400, "INVALID_PARAMETER");
    assert_eq!(how_many(&app).await, 0);
}

async fn the_key_is_sent_back_with_every_answer(app: TestApp) {
    let unknown = "/v1/payments/550e8400-e29b-41d4-a716-446655440000/capture";
    for (path, body, status) in [
        ("/v1/payments", order("1"), 201),
        ("/v1/payments", order("1"), 201),
        ("/v1/payments", order("2"), 409),
        ("/v1/payments", order("0"), 400),
        (unknown, json!({}), 404),
    ] {
        let reply = app.client.post_keyed("key-1", path, &body).await;
        reply.assert_status(status);
        assert_eq!(reply.header("Idempotency-Key"), Some("key-1"));
    }
    let request = app.client.bare(Method::POST, "/v1/payments").header("Idempotency-Key", "key-1");
    let reply = Reply::of(request).await;
    reply.assert_status(401);
    assert_eq!(reply.header("Idempotency-Key"), Some("key-1"));
}

async fn a_decline_is_repeated_without_asking_the_provider(app: TestApp) {
    let payment = app.client.created().await;
    let path = format!("{payment}/authorize");
    let body = json!({ "cardToken": "tok_card_declined", "cardBin": "454678" });
    let first = app.client.post_keyed("key-1", &path, &body).await;
    let second = app.client.post_keyed("key-1", &path, &body).await;
    first.assert_status(402);
    assert_eq!((second.status, &second.text), (402, &first.text));
    assert_eq!(second.header("Idempotent-Replayed"), Some("true"));
    let attempts = app.client.get(&format!("{payment}/attempts")).await.field("attempts");
    assert_eq!(attempts.as_array().unwrap().len(), 1);
}

async fn a_refused_request_does_not_use_up_its_key(app: TestApp) {
    let payment = app.client.created().await;
    let capture = format!("{payment}/capture");
    let reply = app.client.post_keyed("key-1", &capture, &json!({})).await;
    reply.assert_refused(409, "INVALID_PAYMENT_STATE");
    let reply = app.client.post_keyed("key-1", &capture, &json!({ "amount": 0 })).await;
    assert_eq!(reply.status / 100, 4);
    let huge = json!({ "amount": 1, "x": "x".repeat(70_000) });
    app.client.post_keyed("key-1", &capture, &huge).await.assert_refused(413, "PAYLOAD_TOO_LARGE");
    app.client.authorize(&payment, "tok_visa").await.assert_status(200);
    let reply = app.client.post_keyed("key-1", &capture, &json!({ "amount": 100 })).await;
    assert_eq!(reply.string("status"), "CAPTURED");
}

async fn a_provider_that_was_not_reached_does_not_use_up_the_key(app: TestApp) {
    let payment = app.client.created().await;
    let path = format!("{payment}/authorize");
    let body = json!({ "cardToken": "tok_unavailable", "cardBin": "454678" });
    for _ in 0..2 {
        let reply = app.client.post_keyed("key-1", &path, &body).await;
        reply.assert_refused(502, "PROVIDER_ERROR");
        assert_eq!(reply.header("Idempotent-Replayed"), None);
    }
    let body = json!({ "cardToken": "tok_visa", "cardBin": "454678" });
    let reply = app.client.post_keyed("key-1", &path, &body).await;
    assert_eq!(reply.string("status"), "AUTHORIZED");
}

async fn every_operation_is_repeated(app: TestApp) {
    let payment = app.client.created().await;
    for (operation, body) in [
        ("authorize", json!({ "cardToken": "tok_visa", "cardBin": "454678" })),
        ("capture", json!({ "amount": 1000 })),
        ("refund", json!({ "amount": 400, "reason": "broken" })),
    ] {
        let path = format!("{payment}/{operation}");
        let first = app.client.post_keyed("key-1", &path, &body).await;
        first.assert_status(200);
        let second = app.client.post_keyed("key-1", &path, &body).await;
        assert_eq!((second.status, &second.text), (200, &first.text));
        assert_eq!(second.header("Idempotent-Replayed"), Some("true"));
    }
    let transactions = app.client.get(&format!("{payment}/transactions")).await.field("data");
    assert_eq!(transactions.as_array().unwrap().len(), 2);
}

async fn one_key_64_times_at_once_is_one_call(app: TestApp) {
    let created = app.client.post("/v1/payments", &order("1500.00")).await;
    let payment: PaymentId = created.string("id").parse().unwrap();
    let path = format!("/v1/payments/{payment}/authorize");
    let body = json!({ "cardToken": "tok_slow_200", "cardBin": "454678" });

    let requests = (0..64).map(|_| app.client.post_keyed("key-1", &path, &body));
    let replies = futures::future::join_all(requests).await;

    let fresh: Vec<_> = replies
        .iter()
        .filter(|reply| reply.status == 200 && reply.header("Idempotent-Replayed").is_none())
        .collect();
    assert_eq!(fresh.len(), 1);
    for reply in &replies {
        match reply.status {
            200 => assert_eq!(reply.text, fresh[0].text),
            409 => assert_eq!(reply.string("errorCode"), "REQUEST_IN_PROGRESS"),
            _ => panic!("{}", reply.text),
        }
    }
    let attempts = app.client.get(&format!("/v1/payments/{payment}/attempts")).await;
    assert_eq!(attempts.field("attempts").as_array().unwrap().len(), 1);
}
