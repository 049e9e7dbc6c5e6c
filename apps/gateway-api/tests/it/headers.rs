//! What every answer carries.

use reqwest::Method;
use serde_json::json;

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    a_well_formed_correlation_id_is_sent_back
    another_correlation_id_is_replaced
    the_correlation_id_is_the_trace_id_of_errors
    every_answer_is_private_and_safe_to_open
}

async fn a_well_formed_correlation_id_is_sent_back(app: TestApp) {
    for id in ["a", "corr-1234", "A.b_c-9", &"x".repeat(64)] {
        let request = app.client.request(Method::GET, "/v1/payments");
        let reply = Reply::of(request.header("X-Correlation-Id", id)).await;
        assert_eq!(reply.header("X-Correlation-Id"), Some(id));
    }
}

async fn another_correlation_id_is_replaced(app: TestApp) {
    let mut seen = Vec::new();
    for id in ["", "with space", "new\tline", "{json}", "ö", &"x".repeat(65)] {
        let request = app.client.request(Method::GET, "/v1/payments");
        let reply = Reply::of(request.header("X-Correlation-Id", id)).await;
        reply.assert_status(200);
        let made = reply.header("X-Correlation-Id").unwrap().to_owned();
        assert!(made.starts_with("corr-"), "{made}");
        assert!(!seen.contains(&made));
        seen.push(made);
    }
}

async fn the_correlation_id_is_the_trace_id_of_errors(app: TestApp) {
    let payment = app.client.created().await;
    let decline = json!({ "cardToken": "tok_card_declined", "cardBin": "454678" });
    for (path, body) in [
        ("/v1/payments".to_owned(), json!({})),
        ("/v1/nowhere".to_owned(), json!({})),
        (format!("{payment}/authorize"), decline),
    ] {
        let request = app.client.request(Method::POST, &path).json(&body);
        let reply = Reply::of(request.header("X-Correlation-Id", "my-trace")).await;
        assert_eq!(reply.string("traceId"), "my-trace", "{path}");
    }
}

async fn every_answer_is_private_and_safe_to_open(app: TestApp) {
    for path in ["/v1/payments", "/v1/nowhere", "/actuator/health", "/openapi.json"] {
        let reply = app.client.get(path).await;
        assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(reply.header("Cache-Control"), Some("no-store"));
        assert_eq!(reply.header("X-Frame-Options"), Some("DENY"));
        assert_eq!(reply.header("Referrer-Policy"), Some("no-referrer"));
        let policy = reply.header("Content-Security-Policy");
        assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"));
        assert_eq!(reply.header("Set-Cookie"), None);
    }
}
