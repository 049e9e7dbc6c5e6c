//! Requests that fit no route, and bodies that fit none.

use std::io;

use futures::StreamExt;
use reqwest::{Body, Method};
use serde_json::json;

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    what_is_not_served_is_not_found
    a_wrong_method_is_told_the_right_ones
    a_head_is_answered_like_a_get_without_the_body
    a_body_that_is_not_json_is_refused_by_its_type
    a_body_of_64_kib_is_read_and_a_longer_one_refused
    ten_megabytes_are_answered_cleanly
}

async fn what_is_not_served_is_not_found(app: TestApp) {
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/payments/",
        "/v2/payments",
        "/v1/payment",
        "/v1/payments/550e8400-e29b-41d4-a716-446655440000/cancel",
        "/v1//payments",
        "/V1/payments",
        "/docs/../Cargo.toml",
        "/docs/nothing.js",
        "/actuator",
        "/.env",
    ] {
        app.client.get(path).await.assert_refused(404, "NOT_FOUND");
        if !path.starts_with("/docs") {
            app.client.post(path, &json!({})).await.assert_refused(404, "NOT_FOUND");
        }
    }
}

async fn a_wrong_method_is_told_the_right_ones(app: TestApp) {
    let payment = app.client.created().await;
    for (method, path, allowed) in [
        (Method::PUT, "/v1/payments".to_owned(), "GET, HEAD, POST"),
        (Method::DELETE, "/v1/payments".to_owned(), "GET, HEAD, POST"),
        (Method::PATCH, payment.clone(), "GET, HEAD"),
        (Method::DELETE, payment.clone(), "GET, HEAD"),
        (Method::GET, format!("{payment}/capture"), "POST"),
        (Method::POST, format!("{payment}/attempts"), "GET, HEAD"),
        (Method::PUT, "/v1/webhook-endpoints/1".to_owned(), "DELETE, GET, HEAD, PATCH"),
        (Method::POST, "/actuator/health".to_owned(), "GET, HEAD"),
        (Method::GET, "/3ds/return/MOCK_PROVIDER/1".to_owned(), "POST"),
        (Method::from_bytes(b"PURGE").unwrap(), "/openapi.json".to_owned(), "GET, HEAD"),
    ] {
        let reply = Reply::of(app.client.request(method, &path)).await;
        if path.starts_with("/3ds/") {
            reply.assert_status(405);
        } else {
            reply.assert_refused(405, "METHOD_NOT_ALLOWED");
        }
        assert_eq!(reply.header("Allow"), Some(allowed), "{path}");
    }
}

async fn a_head_is_answered_like_a_get_without_the_body(app: TestApp) {
    let payment = app.client.created().await;
    for (path, status) in [(payment.as_str(), 200), ("/actuator/health", 200), ("/v1/nowhere", 404)]
    {
        let got = app.client.get(path).await;
        let reply = Reply::of(app.client.request(Method::HEAD, path)).await;
        assert_eq!((reply.status, reply.text.as_str()), (status, ""));
        assert_eq!(reply.header("Content-Type"), got.header("Content-Type"));
    }
}

async fn a_body_that_is_not_json_is_refused_by_its_type(app: TestApp) {
    let body = r#"{"amount":1,"currency":"TRY"}"#;
    for (kind, encoding) in [
        (None, None),
        (Some("text/plain"), None),
        (Some("application/x-www-form-urlencoded"), None),
        (Some("application/json; charset=iso-8859-9"), None),
        (Some("application/jsonp"), None),
        (Some("nonsense"), None),
        (Some("application/json"), Some("gzip")),
    ] {
        let mut request = app.client.request(Method::POST, "/v1/payments").body(body);
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        if let Some(encoding) = encoding {
            request = request.header("Content-Encoding", encoding);
        }
        Reply::of(request).await.assert_refused(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    assert_eq!(app.client.get("/v1/payments").await.field("data"), json!([]));
    let request = app.client.request(Method::POST, "/v1/payments").body(body);
    let request = request.header("Content-Type", "application/json");
    Reply::of(request.header("Content-Encoding", "identity")).await.assert_status(201);
    for kind in [
        "application/json",
        "Application/JSON;charset=utf-8",
        "application/json; charset=\"UTF-8\"",
    ] {
        let request = app.client.request(Method::POST, "/v1/payments").body(body);
        Reply::of(request.header("Content-Type", kind)).await.assert_status(201);
    }
}

async fn a_body_of_64_kib_is_read_and_a_longer_one_refused(app: TestApp) {
    let body = r#"{"amount":1,"currency":"TRY"}"#;
    let fits = format!("{body}{}", " ".repeat(64 * 1024 - body.len()));
    app.client.post_text("/v1/payments", &fits).await.assert_status(201);
    let reply = app.client.post_text("/v1/payments", &format!("{fits} ")).await;
    reply.assert_refused(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(app.client.get("/v1/payments").await.field("data").as_array().unwrap().len(), 1);
}

async fn ten_megabytes_are_answered_cleanly(app: TestApp) {
    let payment = app.client.authorized().await;
    for path in ["/v1/payments".to_owned(), format!("{payment}/capture")] {
        let reply = app.client.post_text(&path, &" ".repeat(10 * 1024 * 1024)).await;
        reply.assert_refused(413, "PAYLOAD_TOO_LARGE");
        let chunks = futures::stream::repeat_with(|| Ok::<_, io::Error>(vec![b' '; 65_536]));
        let request =
            app.client.request(Method::POST, &path).body(Body::wrap_stream(chunks.take(160)));
        Reply::of(request).await.assert_refused(413, "PAYLOAD_TOO_LARGE");
    }
    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
}
