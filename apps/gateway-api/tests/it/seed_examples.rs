//! The examples of the technical specification, as they are written there.

use serde_json::{Value, json};

use crate::support::{TestApp, on_every_store};

on_every_store! {
    a_payment_is_created_as_in_the_example
    a_payment_is_authorized_as_in_the_example
    three_d_secure_is_asked_for_as_in_the_example
    a_payment_is_captured_as_in_the_example
    a_payment_is_refunded_as_in_the_example
    a_payment_is_read_as_in_the_example
    attempts_are_listed_as_in_the_example
    errors_read_as_in_the_example
    the_webhook_reads_as_in_the_example
}

const CREATE: &str = r#"{
  "amount": 1500.00,
  "currency": "TRY",
  "orderId": "ORDER-12345",
  "customerEmail": "customer@email.com",
  "description": "Sipariş açıklaması"
}"#;

const AUTHORIZE: &str = r#"{
  "cardToken": "tok_xxxxxxxxxxxx",
  "cardBin": "454678",
  "threeDsPreference": "WHEN_REQUIRED"
}"#;

const CAPTURE: &str = r#"{ "amount": 1500.00 }"#;

const REFUND: &str = r#"{ "amount": 500.00, "reason": "Kısmi iade - ürün iade edildi" }"#;

async fn created(app: &TestApp) -> String {
    let reply = app.client.post_text("/v1/payments", CREATE).await;
    reply.assert_status(201);
    format!("/v1/payments/{}", reply.string("id"))
}

async fn authorized(app: &TestApp) -> String {
    let payment = created(app).await;
    app.client.post_text(&format!("{payment}/authorize"), AUTHORIZE).await.assert_status(200);
    payment
}

async fn captured(app: &TestApp) -> String {
    let payment = authorized(app).await;
    app.client.post_text(&format!("{payment}/capture"), CAPTURE).await.assert_status(200);
    payment
}

async fn a_payment_is_created_as_in_the_example(app: TestApp) {
    let reply = app.client.post_text("/v1/payments", CREATE).await;

    reply.assert_status(201);
    assert!(reply.text.contains(r#""amount":1500.00,"#), "{}", reply.text);
    let body = reply.json();
    assert_eq!(body["merchantId"], "SHOP");
    assert_eq!(body["currency"], "TRY");
    assert_eq!(body["orderId"], "ORDER-12345");
    assert_eq!(body["customerEmail"], "c***@email.com");
    assert_eq!(body["description"], "Sipariş açıklaması");
    assert_eq!(body["status"], "CREATED");
    assert_eq!(body["providerReference"], Value::Null);
    assert_eq!(body["id"].as_str().unwrap().len(), 36);
    assert!(body["createdAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(body["createdAt"], body["updatedAt"]);
}

async fn a_payment_is_authorized_as_in_the_example(app: TestApp) {
    let payment = created(&app).await;

    let reply = app.client.post_text(&format!("{payment}/authorize"), AUTHORIZE).await;

    reply.assert_status(200);
    assert_eq!(format!("/v1/payments/{}", reply.string("id")), payment);
    assert_eq!(reply.string("status"), "AUTHORIZED");
    assert_eq!(reply.field("threeDsRequired"), false);
    assert!(!reply.string("providerReference").is_empty());
    assert!(reply.string("updatedAt").ends_with('Z'));
}

async fn three_d_secure_is_asked_for_as_in_the_example(app: TestApp) {
    let payment = created(&app).await;
    let body = AUTHORIZE.replace("tok_xxxxxxxxxxxx", "tok_3ds");

    let reply = app.client.post_text(&format!("{payment}/authorize"), &body).await;

    reply.assert_status(200);
    assert_eq!(reply.string("status"), "CREATED");
    assert_eq!(reply.field("threeDsRequired"), true);
    let session = reply.string("threeDsSessionId");
    let url = format!("http://{}/3ds/verify?session={session}", app.address);
    assert_eq!(reply.string("threeDsUrl"), url);
}

async fn a_payment_is_captured_as_in_the_example(app: TestApp) {
    let payment = authorized(&app).await;

    let reply = app.client.post_text(&format!("{payment}/capture"), CAPTURE).await;

    reply.assert_status(200);
    assert_eq!(reply.string("status"), "CAPTURED");
    assert!(reply.text.contains(r#""amount":1500.00,"#), "{}", reply.text);
    assert!(!reply.string("providerReference").is_empty());
}

async fn a_payment_is_refunded_as_in_the_example(app: TestApp) {
    let payment = captured(&app).await;

    let reply = app.client.post_text(&format!("{payment}/refund"), REFUND).await;

    reply.assert_status(200);
    assert_eq!(reply.string("status"), "PARTIALLY_REFUNDED");
    assert!(reply.text.contains(r#""amount":1500.00,"#), "{}", reply.text);
    assert!(reply.text.contains(r#""refundedAmount":500.00,"#), "{}", reply.text);
}

async fn a_payment_is_read_as_in_the_example(app: TestApp) {
    let payment = captured(&app).await;

    let reply = app.client.get(&payment).await;

    reply.assert_status(200);
    let body = reply.json();
    assert_eq!(body["status"], "CAPTURED");
    assert!(reply.text.contains(r#""capturedAmount":1500.00,"#), "{}", reply.text);
    assert!(reply.text.contains(r#""refundedAmount":0.00,"#), "{}", reply.text);
    assert_eq!(body["cardBin"], "454678");
    assert_eq!(body["provider"], "MOCK_PROVIDER");
    assert_eq!(body["pendingOperation"], Value::Null);
    assert!(body.as_object().unwrap().contains_key("cardLast4"));
}

async fn attempts_are_listed_as_in_the_example(app: TestApp) {
    let payment = captured(&app).await;

    let reply = app.client.get(&format!("{payment}/attempts")).await;

    reply.assert_status(200);
    let body = reply.json();
    assert_eq!(format!("/v1/payments/{}", reply.string("paymentId")), payment);
    let attempts = body["attempts"].as_array().unwrap();
    let told: Vec<_> = attempts
        .iter()
        .map(|attempt| [&attempt["operationType"], &attempt["providerName"], &attempt["status"]])
        .collect();
    assert_eq!(
        told,
        [
            [&json!("AUTHORIZE"), &json!("MOCK_PROVIDER"), &json!("SUCCESS")],
            [&json!("CAPTURE"), &json!("MOCK_PROVIDER"), &json!("SUCCESS")],
        ]
    );
    for attempt in attempts {
        assert!(!attempt["providerReference"].as_str().unwrap().is_empty());
        assert_eq!(attempt["errorCode"], Value::Null);
        assert_eq!(attempt["errorMessage"], Value::Null);
        assert_eq!(attempt["providerCode"], Value::Null);
        assert!(attempt["latencyMs"].as_i64().unwrap() >= 0);
        assert!(attempt["createdAt"].as_str().unwrap().ends_with('Z'));
    }
}

async fn errors_read_as_in_the_example(app: TestApp) {
    let body = CREATE.replace("1500.00", "-100");

    let reply = app.client.post_text("/v1/payments", &body).await;

    reply.assert_refused(400, "INVALID_PARAMETER");
    assert_eq!(reply.field("details"), json!({ "field": "amount", "rejectedValue": -100 }));
}

async fn the_webhook_reads_as_in_the_example(app: TestApp) {
    let url = "https://shop.example/payments";
    app.client.post("/v1/webhook-endpoints", &json!({ "url": url })).await.assert_status(201);
    let payment = captured(&app).await;

    app.work().await;

    let sent = app.receiver.sent_to(url);
    let kinds: Vec<Value> = sent
        .iter()
        .map(|webhook| serde_json::from_str::<Value>(&webhook.body).unwrap()["eventType"].clone())
        .collect();
    assert_eq!(kinds, ["PaymentCreated", "PaymentAuthorized", "PaymentCaptured"]);
    let last = sent.last().unwrap();
    let body: Value = serde_json::from_str(&last.body).unwrap();
    assert_eq!(body["eventId"], last.webhook_id.as_str());
    assert!(last.webhook_id.starts_with("evt_"));
    assert_eq!(format!("/v1/payments/{}", body["data"]["id"].as_str().unwrap()), payment);
    assert_eq!(body["data"]["merchantId"], "SHOP");
    assert_eq!(body["data"]["status"], "CAPTURED");
    assert_eq!(body["data"]["orderId"], "ORDER-12345");
    assert!(last.body.contains(r#""amount":1500.00,"#), "{}", last.body);
}
