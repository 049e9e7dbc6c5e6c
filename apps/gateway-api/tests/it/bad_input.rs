//! What is refused because of how it is written; none of it changes anything.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    wrong_payments_are_refused_with_the_field
    a_wrong_amount_is_repeated_as_it_was_sent
    wrong_authorizations_are_refused_with_the_field
    wrong_amounts_of_captures_and_refunds_are_refused
    bodies_that_are_not_json_objects_are_refused
    an_id_that_is_no_uuid_is_refused
    unknown_query_parameters_are_refused_by_their_name
    null_is_the_same_as_absent
    an_amount_may_be_a_number_or_a_string
    every_currency_has_its_own_decimals
}

fn create_with(field: &str, value: &str) -> String {
    let mut fields = vec![("amount", "1500.00"), ("currency", r#""TRY""#)];
    fields.retain(|(name, _)| *name != field);
    fields.push((field, value));
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

async fn wrong_payments_are_refused_with_the_field(app: TestApp) {
    let long = |length: usize| format!("\"{}\"", "x".repeat(length));
    let wrong = [
        ("amount", "0".to_owned()),
        ("amount", "0.00".to_owned()),
        ("amount", "-100".to_owned()),
        ("amount", "0.001".to_owned()),
        ("amount", "1e400".to_owned()),
        ("amount", "1e-400".to_owned()),
        ("amount", "-1e400".to_owned()),
        ("amount", "1000000000000.00".to_owned()),
        ("amount", "99999999999999999999999999".to_owned()),
        ("amount", r#""12,50""#.to_owned()),
        ("amount", r#""""#.to_owned()),
        ("amount", r#"" 12""#.to_owned()),
        ("amount", r#""+12""#.to_owned()),
        ("amount", r#""NaN""#.to_owned()),
        ("amount", r#""١٢""#.to_owned()),
        ("amount", "true".to_owned()),
        ("amount", "[1500]".to_owned()),
        ("amount", r#"{"value":1500}"#.to_owned()),
        ("amount", "null".to_owned()),
        ("currency", r#""XXX""#.to_owned()),
        ("currency", r#""try""#.to_owned()),
        ("currency", r#""TRYY""#.to_owned()),
        ("currency", r#""""#.to_owned()),
        ("currency", r#""GBP""#.to_owned()),
        ("currency", "949".to_owned()),
        ("currency", "null".to_owned()),
        ("orderId", long(300)),
        ("orderId", long(101)),
        ("orderId", r#""""#.to_owned()),
        ("orderId", "12345".to_owned()),
        ("orderId", r#""a\u0000b""#.to_owned()),
        ("customerEmail", r#""no address""#.to_owned()),
        ("customerEmail", r#""a@b""#.to_owned()),
        ("customerId", long(101)),
        ("description", long(501)),
        ("metadata", r#""text""#.to_owned()),
        ("metadata", "[]".to_owned()),
        ("captureMethod", r#""LATER""#.to_owned()),
        ("unknownField", "1".to_owned()),
        ("Amount", "1".to_owned()),
        ("order_id", r#""1""#.to_owned()),
    ];
    for (field, value) in wrong {
        let body = create_with(field, &value);

        let reply = app.client.post_text("/v1/payments", &body).await;

        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), field, "{body}: {}", reply.text);
        assert!(reply.json()["details"].as_object().unwrap().contains_key("rejectedValue"));
        assert!(reply.string("message").starts_with(field), "{body}: {}", reply.text);
    }
    for (value, field) in [(r#"{"a":1}"#, "metadata.a"), (r#"{"a":null}"#, "metadata.a")] {
        let body = create_with("metadata", value);
        let reply = app.client.post_text("/v1/payments", &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), field);
    }
    for missing in ["amount", "currency"] {
        let mut body = json!({ "amount": 1, "currency": "TRY" });
        body.as_object_mut().unwrap().remove(missing);
        let reply = app.client.post("/v1/payments", &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), missing);
        assert_eq!(reply.string("message"), format!("{missing} is required"));
    }
    assert_eq!(app.client.get("/v1/payments").await.field("data"), json!([]));
}

async fn a_wrong_amount_is_repeated_as_it_was_sent(app: TestApp) {
    for amount in [r#""-100""#, r#""0""#, r#""12,50""#, "-100", "0.001"] {
        let reply = app.client.post_text("/v1/payments", &create_with("amount", amount)).await;
        let echoed = format!(r#""rejectedValue":{amount}"#);
        assert!(reply.text.contains(&echoed), "as it was sent: {}", reply.text);
    }
}

async fn wrong_authorizations_are_refused_with_the_field(app: TestApp) {
    let payment = app.client.created().await;
    let right = json!({ "cardToken": "tok_visa", "cardBin": "454678" });
    let wrong = [
        ("cardToken", json!("")),
        ("cardToken", json!("tok with spaces")),
        ("cardToken", json!("x".repeat(256))),
        ("cardToken", Value::Null),
        ("cardBin", json!("45467")),
        ("cardBin", json!("4546789")),
        ("cardBin", json!("45467a")),
        ("cardBin", json!(454_678)),
        ("threeDsPreference", json!("SOMETIMES")),
        ("returnUrl", json!("shop.example")),
        ("returnUrl", json!("javascript:alert(1)")),
        ("returnUrl", json!("https://user:secret@shop.example")),
        ("installments", json!(0)),
        ("installments", json!(37)),
        ("installments", json!(1.5)),
        ("installments", json!("3")),
        ("amount", json!(1)),
    ];
    for (field, value) in wrong {
        let mut body = right.clone();
        body[field] = value;
        let reply = app.client.post(&format!("{payment}/authorize"), &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), field, "{body}: {}", reply.text);
    }
    assert_eq!(app.client.status_of(&payment).await, "CREATED");
    assert_eq!(app.client.get(&format!("{payment}/attempts")).await.field("attempts"), json!([]));
}

async fn wrong_amounts_of_captures_and_refunds_are_refused(app: TestApp) {
    let authorized = app.client.authorized().await;
    let captured = app.client.captured().await;
    for path in [format!("{authorized}/capture"), format!("{captured}/refund")] {
        for amount in ["0", "-100", "0.001", "1e400", r#""12,50""#, "1500.01", "true"] {
            let body = format!(r#"{{"amount":{amount}}}"#);
            let reply = app.client.post_text(&path, &body).await;
            reply.assert_refused(400, "INVALID_PARAMETER");
            assert_eq!(reply.string("details.field"), "amount", "{body}: {}", reply.text);
        }
    }
    assert_eq!(app.client.status_of(&authorized).await, "AUTHORIZED");
    assert_eq!(app.client.status_of(&captured).await, "CAPTURED");
}

async fn bodies_that_are_not_json_objects_are_refused(app: TestApp) {
    let broken = [
        "",
        " ",
        "{",
        "}",
        "{]",
        "nonsense",
        "null",
        "1",
        "[]",
        "\"text\"",
        r#"{"amount":}"#,
        r#"{"amount":1500.00,"currency":"TRY"} trailing"#,
        r#"{"amount":1500.00,"currency":"TRY"}{}"#,
        r#"{"amount":1500.00,"currency":"TRY",}"#,
        r"{'amount':1500.00}",
        r#"{"amount":01}"#,
        r#"{"amount":NaN}"#,
        r#"{"amount":+1}"#,
        r#"{"amount":.5}"#,
        r#"{"currency":"\ud800"}"#,
        "\u{feff}{}",
    ];
    for body in broken {
        let reply = app.client.post_text("/v1/payments", body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), "body", "{body}");
    }
    let request = app.client.request(Method::POST, "/v1/payments");
    let request = request.header("Content-Type", "application/json");
    let reply = Reply::of(request.body(b"{\"currency\":\"\xff\"}".to_vec())).await;
    reply.assert_refused(400, "INVALID_PARAMETER");
    assert_eq!(app.client.get("/v1/payments").await.field("data"), json!([]));
}

async fn an_id_that_is_no_uuid_is_refused(app: TestApp) {
    let hyphenless = "550e8400e29b41d4a716446655440000";
    for id in ["1", "no-uuid", hyphenless, "%7B550e8400-e29b-41d4-a716-446655440000%7D"] {
        let reply = app.client.get(&format!("/v1/payments/{id}")).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), "paymentId");
        let reply = app.client.post_empty(&format!("/v1/payments/{id}/capture")).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
    }
    let reply = app.client.get("/v1/webhook-endpoints/1").await;
    reply.assert_refused(400, "INVALID_PARAMETER");
    assert_eq!(reply.string("details.field"), "endpointId");
    let unknown = "/v1/payments/550e8400-e29b-41d4-a716-446655440000";
    app.client.get(unknown).await.assert_refused(404, "PAYMENT_NOT_FOUND");
    let reply = app.client.post_empty(&format!("{unknown}/capture")).await;
    reply.assert_refused(404, "PAYMENT_NOT_FOUND");
}

async fn unknown_query_parameters_are_refused_by_their_name(app: TestApp) {
    let payment = app.client.created().await;
    for path in ["/v1/payments?expand=all", &format!("{payment}?expand=all")] {
        let reply = app.client.get(path).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.field("details"), json!({ "field": "expand", "rejectedValue": "all" }));
    }
    let reply = app.client.post(&format!("{payment}/void?force=true"), &json!({})).await;
    assert_eq!(reply.field("details.field"), "force");
    let reply = app.client.get("/v1/payments?limit=1&limit=2").await;
    assert_eq!(reply.field("details.field"), "limit");
    assert_eq!(app.client.status_of(&payment).await, "CREATED");
}

async fn null_is_the_same_as_absent(app: TestApp) {
    let body = json!({
        "amount": 1, "currency": "TRY", "orderId": null, "customerEmail": null, "metadata": null,
    });
    let reply = app.client.post("/v1/payments", &body).await;
    reply.assert_status(201);
    assert_eq!(reply.field("orderId"), Value::Null);
    let payment = app.client.authorized().await;
    let reply = app.client.post(&format!("{payment}/capture"), &json!({ "amount": null })).await;
    assert_eq!(reply.string("status"), "CAPTURED");
}

async fn an_amount_may_be_a_number_or_a_string(app: TestApp) {
    for (amount, shown) in [
        ("1500", "1500.00"),
        ("1500.0", "1500.00"),
        (r#""1500.00""#, "1500.00"),
        ("0.01", "0.01"),
        ("0.1", "0.10"),
        ("999999999999.99", "999999999999.99"),
        ("16777217.17", "16777217.17"),
    ] {
        let reply = app.client.post_text("/v1/payments", &create_with("amount", amount)).await;
        reply.assert_status(201);
        assert!(reply.text.contains(&format!("\"amount\":{shown},")), "{amount}: {}", reply.text);
    }
}

async fn every_currency_has_its_own_decimals(app: TestApp) {
    let reply = app.client.post_text("/v1/payments", &create_with("amount", "12.345")).await;
    reply.assert_refused(400, "INVALID_PARAMETER");
    for currency in ["USD", "EUR"] {
        let body = json!({ "amount": "12.30", "currency": currency });
        app.client.post("/v1/payments", &body).await.assert_status(201);
    }
}
