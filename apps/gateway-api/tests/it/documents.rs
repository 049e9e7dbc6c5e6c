//! The document of the API, and the page to try it.

use gateway_api::openapi::Document;
use reqwest::Method;
use serde_json::Value;

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    the_document_is_served
    every_route_of_the_document_is_served_and_no_other_method
    the_page_to_try_the_api_is_complete
    the_examples_of_the_document_work
}

#[test]
fn the_committed_document_is_up_to_date() {
    let committed = include_str!("../../../../docs/openapi.json");
    let is_equal = committed.trim() == Document::new().text.trim();
    assert!(is_equal, "run: cargo run -p gateway-api -- openapi > docs/openapi.json");
}

#[test]
fn references_in_the_document_lead_somewhere() {
    let document: Value = serde_json::from_str(&Document::new().text).unwrap();
    assert_eq!(document["openapi"].as_str().unwrap().get(..3), Some("3.1"));
    let mut found = 0;
    let mut left = vec![&document];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.trim_start_matches('#');
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                    found += 1;
                }
                left.extend(fields.values());
            }
            Value::Array(items) => left.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn operations_of_merchants_tell_their_headers_and_errors() {
    let document: Value = serde_json::from_str(&Document::new().text).unwrap();
    let capture = &document["paths"]["/v1/payments/{paymentId}/capture"]["post"];
    let statuses: Vec<_> = capture["responses"].as_object().unwrap().keys().collect();
    let answers = ["200", "202", "400", "401", "402", "404", "408", "409", "413", "415"];
    assert_eq!(statuses, [&answers[..], &["500", "502", "503"]].concat());
    let parameters = capture["parameters"].to_string();
    assert!(parameters.contains("#/components/parameters/IdempotencyKey"), "{parameters}");
    assert!(parameters.contains("#/components/parameters/CorrelationId"), "{parameters}");
    let security = capture["security"].to_string();
    assert_eq!(security, r#"[{"apiKey":[],"merchantId":[]}]"#);
}

#[test]
fn what_an_event_is_about_is_told_for_every_kind() {
    let document: Value = serde_json::from_str(&Document::new().text).unwrap();
    let schemas = &document["components"]["schemas"];
    let listed = &document["paths"]["/v1/events/{eventId}"]["get"]["responses"]["200"];
    let schema = listed["content"]["application/json"]["schema"].to_string();
    assert!(schema.contains("SentEventView"), "{schema}");
    let kinds: Vec<_> = schemas["SentEventView"]["oneOf"].as_array().unwrap().iter().collect();
    let names: Vec<_> = kinds.iter().map(|kind| kind["$ref"].as_str().unwrap()).collect();
    let path = "#/components/schemas/";
    assert_eq!(names, [format!("{path}EventView"), format!("{path}EndpointDisabledView")]);
    assert!(schemas["EventData"].is_object() && schemas["DisabledEndpoint"].is_object());
}

async fn the_document_is_served(app: TestApp) {
    let reply = app.client.browse("/openapi.json").await;
    reply.assert_status(200);
    assert_eq!(reply.header("Content-Type"), Some("application/json"));
    assert_eq!(reply.text, Document::new().text);
}

async fn every_route_of_the_document_is_served_and_no_other_method(app: TestApp) {
    for (template, methods) in Document::new().paths {
        let id = "550e8400-e29b-41d4-a716-446655440000";
        let path = template
            .replace("{paymentId}", id)
            .replace("{endpointId}", id)
            .replace("{recoveryId}", id)
            .replace("{deliveryId}", id)
            .replace("{eventId}", "evt_550e8400e29b41d4a716446655440000")
            .replace("{provider}", "MOCK_PROVIDER")
            .replace("{file}", "index.css");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let reply = Reply::of(app.client.request(method.clone(), &path)).await;
            let is_served = methods.contains(&method.as_str());
            assert_eq!(reply.status != 405, is_served, "{method} {template}: {}", reply.text);
            assert!(!reply.text.contains("there is nothing at this path"), "{method} {template}");
        }
    }
}

async fn the_page_to_try_the_api_is_complete(app: TestApp) {
    let page = app.client.browse("/docs").await;
    page.assert_status(200);
    assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
    let files: Vec<_> = page.text.split('"').filter(|part| part.starts_with("docs/")).collect();
    assert_eq!(files.len(), 6);
    for file in files {
        app.client.browse(&format!("/{file}")).await.assert_status(200);
    }
    let script = app.client.browse("/docs/swagger-initializer.js").await;
    assert!(script.text.contains("openapi.json"), "{}", script.text);
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
}

async fn the_examples_of_the_document_work(app: TestApp) {
    let document: Value = serde_json::from_str(&Document::new().text).unwrap();
    let mut payment = String::new();
    for (path, method) in [
        ("/v1/payments", "post"),
        ("/v1/payments/{paymentId}/authorize", "post"),
        ("/v1/payments/{paymentId}/capture", "post"),
        ("/v1/payments/{paymentId}/refund", "post"),
        ("/v1/payments/{paymentId}/attempts", "get"),
    ] {
        let operation = &document["paths"][path][method];
        let body = &operation["requestBody"]["content"]["application/json"]["example"];
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let request = app.client.request(method, &path.replace("{paymentId}", &payment));
        let reply = if body.is_null() {
            Reply::of(request).await
        } else {
            Reply::of(request.json(body)).await
        };
        let status = reply.status.to_string();
        let answer = &operation["responses"][&status]["content"]["application/json"]["example"];
        let names =
            |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&reply.json()), names(answer), "{path}: {}", reply.text);
        assert_eq!(reply.json()["status"], answer["status"], "{path}");
        if payment.is_empty() {
            payment = reply.string("id");
        }
    }
}
