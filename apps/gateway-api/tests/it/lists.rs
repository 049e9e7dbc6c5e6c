//! Listing payments.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    pages_tell_every_payment_once_newest_first
    filters_choose_payments
    wrong_filters_are_refused_with_their_name
}

fn ids(reply: &Reply) -> Vec<String> {
    let data = reply.field("data");
    let ids = data.as_array().unwrap().iter().map(|payment| payment["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

async fn pages_tell_every_payment_once_newest_first(app: TestApp) {
    let mut created = Vec::new();
    for _ in 0..25 {
        let payment = app.client.created().await;
        created.push(payment.rsplit('/').next().unwrap().to_owned());
    }
    created.reverse();
    assert_eq!(ids(&app.client.get("/v1/payments").await), created[..20]);
    let mut told = Vec::new();
    let mut path = "/v1/payments?limit=10".to_owned();
    loop {
        let page = app.client.get(&path).await;
        page.assert_status(200);
        told.extend(ids(&page));
        let next = page.field("nextCursor");
        let Some(cursor) = next.as_str() else {
            assert_eq!(next, Value::Null);
            break;
        };
        path = format!("/v1/payments?limit=10&cursor={cursor}");
    }
    assert_eq!(told, created);
    let whole = app.client.get("/v1/payments?limit=100").await;
    assert_eq!((ids(&whole), whole.field("nextCursor")), (created, Value::Null));
}

async fn filters_choose_payments(app: TestApp) {
    let captured = app.client.captured().await;
    app.clock.jump(TimeDelta::hours(1));
    let body = json!({ "amount": 1, "currency": "TRY", "orderId": "ORDER 2/ö" });
    let created =
        format!("/v1/payments/{}", app.client.post("/v1/payments", &body).await.string("id"));
    for (query, expected) in [
        ("status=CAPTURED", vec![&captured]),
        ("status=CREATED", vec![&created]),
        ("status=FAILED", vec![]),
        ("orderId=ORDER+2%2F%C3%B6", vec![&created]),
        ("orderId=ORDER-12345", vec![&captured]),
        ("provider=MOCK_PROVIDER", vec![&captured]),
        ("provider=STRIPE", vec![]),
        ("createdFrom=2026-01-01T00:30:00Z", vec![&created]),
        ("createdTo=2026-01-01T00:30:00Z", vec![&captured]),
        ("createdTo=2026-01-01T03:30:00%2B03:00", vec![&captured]),
        (
            "createdFrom=2026-01-01T00:00:00Z&createdTo=2026-01-02T00:00:00Z&status=CREATED",
            vec![&created],
        ),
    ] {
        let reply = app.client.get(&format!("/v1/payments?{query}")).await;
        reply.assert_status(200);
        let paths: Vec<_> = ids(&reply).iter().map(|id| format!("/v1/payments/{id}")).collect();
        assert_eq!(paths.iter().collect::<Vec<_>>(), expected, "{query}");
    }
}

async fn wrong_filters_are_refused_with_their_name(app: TestApp) {
    for (name, value) in [
        ("status", "PAID"),
        ("provider", "mock"),
        ("createdFrom", "yesterday"),
        ("createdTo", "2026-02-02"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "ten"),
        ("limit", "-1"),
        ("limit", ""),
        ("cursor", "nonsense"),
        ("cursor", ""),
    ] {
        let reply = app.client.get(&format!("/v1/payments?{name}={value}")).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        let details = json!({ "field": name, "rejectedValue": value });
        assert_eq!(reply.field("details"), details);
        let message = reply.string("message");
        let verbs = ["is", "must"];
        assert!(verbs.iter().any(|v| message.starts_with(&format!("{name} {v} "))), "{message}");
    }
}
