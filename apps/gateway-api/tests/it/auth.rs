//! Who may call.

use reqwest::Method;
use serde_json::json;

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    all_wrong_keys_are_refused_alike
    another_merchants_payment_is_not_there
    a_live_key_does_not_see_test_payments
    nothing_is_told_to_callers_without_a_key
}

async fn all_wrong_keys_are_refused_alike(app: TestApp) {
    let other = app.client_of("OTHER").await;
    let key = app.client.key.clone();
    let mut chars = key.chars();
    let last = chars.next_back().unwrap();
    let nearly = format!("{}{}", chars.as_str(), if last == 'a' { 'b' } else { 'a' });
    let wrong = [
        (None, None),
        (Some("SHOP"), None),
        (None, Some(key.as_str())),
        (Some("SHOP"), Some("")),
        (Some("SHOP"), Some("sk_test_nonsense")),
        (Some("SHOP"), Some(nearly.as_str())),
        (Some("SHOP"), Some(other.key.as_str())),
        (Some("OTHER"), Some(key.as_str())),
        (Some("NOBODY"), Some(key.as_str())),
        (Some("shop"), Some(key.as_str())),
        (Some("\u{e7}"), Some(key.as_str())),
    ];
    let mut messages = Vec::new();
    for (merchant, key) in wrong {
        let mut request = app.client.bare(Method::GET, "/v1/payments");
        if let Some(merchant) = merchant {
            request = request.header("X-Merchant-Id", merchant);
        }
        if let Some(key) = key {
            request = request.header("X-API-Key", key);
        }
        let reply = Reply::of(request).await;
        reply.assert_refused(401, "UNAUTHORIZED");
        assert!(reply.headers.contains_key("WWW-Authenticate"));
        messages.push((reply.string("message"), reply.field("details")));
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
}

async fn another_merchants_payment_is_not_there(app: TestApp) {
    let other = app.client_of("OTHER").await;
    let payment = app.client.authorized().await;

    other.get(&payment).await.assert_refused(404, "PAYMENT_NOT_FOUND");
    for path in ["attempts", "transactions", "timeline"] {
        let reply = other.get(&format!("{payment}/{path}")).await;
        reply.assert_refused(404, "PAYMENT_NOT_FOUND");
    }
    other.authorize(&payment, "tok_visa").await.assert_refused(404, "PAYMENT_NOT_FOUND");
    for operation in ["capture", "void", "refund"] {
        let reply = other.post(&format!("{payment}/{operation}"), &json!({})).await;
        reply.assert_refused(404, "PAYMENT_NOT_FOUND");
    }
    assert_eq!(other.get("/v1/payments").await.field("data"), json!([]));
    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
}

async fn a_live_key_does_not_see_test_payments(app: TestApp) {
    let live = app.live_client().await;
    let payment = app.client.authorized().await;

    live.get(&payment).await.assert_refused(404, "PAYMENT_NOT_FOUND");
    let reply = live.post_empty(&format!("{payment}/capture")).await;
    reply.assert_refused(404, "PAYMENT_NOT_FOUND");
    assert_eq!(live.get("/v1/payments").await.field("data"), json!([]));
    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
}

async fn nothing_is_told_to_callers_without_a_key(app: TestApp) {
    let payment = app.client.created().await;
    for (method, path, body) in [
        (Method::GET, payment.clone(), ""),
        (Method::GET, "/v1/payments/no-uuid".to_owned(), ""),
        (Method::GET, "/v1/payments?unknown=1".to_owned(), ""),
        (Method::POST, "/v1/payments".to_owned(), "{broken"),
        (Method::POST, "/v1/payments".to_owned(), r#"{"cvv":"123"}"#),
        (Method::DELETE, "/v1/webhook-endpoints/no-uuid".to_owned(), ""),
    ] {
        let request = app.client.bare(method, &path).body(body.to_owned());
        Reply::of(request).await.assert_refused(401, "UNAUTHORIZED");
    }
}
