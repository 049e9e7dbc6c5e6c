//! Card numbers and security codes are refused wherever they are sent, and never repeated.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    a_card_number_in_a_body_is_refused_and_not_repeated
    a_field_for_card_data_is_refused_whatever_its_value
    a_card_number_in_a_broken_body_is_refused
    a_card_number_in_the_path_the_query_or_a_kept_header_is_refused
    what_only_resembles_a_card_number_is_taken
}

const CARD: &str = "4111111111111111";

async fn a_card_number_in_a_body_is_refused_and_not_repeated(app: TestApp) {
    let payment = app.client.created().await;
    for (path, body, place) in [
        ("/v1/payments", json!({ "amount": 1, "currency": "TRY", "orderId": CARD }), "orderId"),
        ("/v1/payments", json!({ "description": format!("paid with {CARD}.") }), "description"),
        ("/v1/payments", json!({ "description": "4242 4242 4242 4242" }), "description"),
        ("/v1/payments", json!({ "description": "4242-4242-4242-4242" }), "description"),
        ("/v1/payments", json!({ "metadata": { "note": CARD } }), "metadata.note"),
        ("/v1/payments", json!({ "metadata": { CARD: "note" } }), "metadata"),
        ("/v1/payments", json!({ "amount": 4_111_111_111_111_111_i64 }), "amount"),
        ("/v1/payments", json!({ "unknown": [1, [CARD]] }), "unknown[1][0]"),
        (&format!("{payment}/authorize"), json!({ "cardToken": CARD }), "cardToken"),
        (&format!("{payment}/authorize"), json!({ "cardBin": CARD }), "cardBin"),
        (&format!("{payment}/refund"), json!({ "reason": CARD }), "reason"),
        ("/v1/webhook-endpoints", json!({ "url": format!("https://shop.example/{CARD}") }), "url"),
    ] {
        let reply = app.client.post(path, &body).await;

        reply.assert_refused(400, "CARD_DATA_NOT_ALLOWED");
        assert_eq!(reply.string("details.field"), place);
        for part in [CARD, "4242 4242", "4242-4242"] {
            assert!(!reply.text.contains(part), "{}", reply.text);
        }
    }
    assert_eq!(app.client.get(&format!("{payment}/attempts")).await.field("attempts"), json!([]));
}

async fn a_field_for_card_data_is_refused_whatever_its_value(app: TestApp) {
    for name in ["cvv", "cvc", "cvv2", "cardNumber", "pan", "track", "CVV", "card_number"] {
        for value in [json!("123"), json!(123), Value::Null, json!({})] {
            let body = json!({ "amount": 1, "currency": "TRY", name: value });
            let reply = app.client.post("/v1/payments", &body).await;
            reply.assert_refused(400, "CARD_DATA_NOT_ALLOWED");
            assert_eq!(reply.string("details.field"), name);
        }
    }
    let body = json!({ "amount": 1, "currency": "TRY", "metadata": { "cvv": "123" } });
    let reply = app.client.post("/v1/payments", &body).await;
    reply.assert_refused(400, "CARD_DATA_NOT_ALLOWED");
    assert_eq!(reply.string("details.field"), "metadata.cvv");
    let reply = app.client.get("/v1/payments?cvv=123").await;
    reply.assert_refused(400, "CARD_DATA_NOT_ALLOWED");
}

async fn a_card_number_in_a_broken_body_is_refused(app: TestApp) {
    for body in [format!("{{\"orderId\":\"{CARD}\""), format!("orderId={CARD}")] {
        let reply = app.client.post_text("/v1/payments", &body).await;
        reply.assert_refused(400, "CARD_DATA_NOT_ALLOWED");
        assert!(!reply.text.contains(CARD));
    }
}

async fn a_card_number_in_the_path_the_query_or_a_kept_header_is_refused(app: TestApp) {
    for path in [
        format!("/v1/payments/{CARD}"),
        format!("/v1/payments?orderId={CARD}"),
        "/v1/payments?orderId=4111%201111%201111%201111".to_owned(),
        format!("/v1/payments?{CARD}=1"),
    ] {
        let reply = app.client.get(&path).await;
        reply.assert_refused(400, "CARD_DATA_NOT_ALLOWED");
        assert!(!reply.text.contains("1111"), "{}", reply.text);
    }
    for header in ["Idempotency-Key", "X-Correlation-Id"] {
        let request = app.client.request(Method::POST, "/v1/payments").header(header, CARD);
        let body = json!({ "amount": 1, "currency": "TRY" });
        let reply = Reply::of(request.json(&body)).await;
        reply.assert_refused(400, "CARD_DATA_NOT_ALLOWED");
        assert!(!reply.text.contains(CARD));
        assert_eq!(reply.string("details.field"), header);
        assert!(!format!("{:?}", reply.headers).contains(CARD));
    }
    assert_eq!(app.client.get("/v1/payments").await.field("data"), json!([]));
}

async fn what_only_resembles_a_card_number_is_taken(app: TestApp) {
    for order in [
        "4111111111111112",
        "GRN-2026020210001234",
        "TR330006100519786457841326",
        "550e8400-e29b-41d4-a716-446655440000",
        "1760000000000",
    ] {
        let body = json!({ "amount": 1, "currency": "TRY", "orderId": order });
        app.client.post("/v1/payments", &body).await.assert_status(201);
    }
    let request = app.client.request(Method::GET, "/v1/payments");
    // Tracing systems number their spans at random.
    let reply = Reply::of(request.header("x-datadog-trace-id", CARD)).await;
    reply.assert_status(200);
}

#[tokio::test]
async fn no_trace_of_a_card_number_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::at(&format!("sqlite://{}/gateway.db", folder.path().display())).await;
    let body = json!({ "amount": 1, "currency": "TRY", "orderId": CARD });
    app.client.post_keyed("key-1", "/v1/payments", &body).await.assert_status(400);

    let body = json!({ "amount": 1, "currency": "TRY" });
    app.client.post_keyed("key-1", "/v1/payments", &body).await.assert_status(201);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let is_kept = bytes.windows(CARD.len()).any(|window| window == CARD.as_bytes());
        assert!(!is_kept);
    }
}
