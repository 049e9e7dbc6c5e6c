//! JSON that other readers would take.

use serde_json::json;

use crate::support::{TestApp, on_every_store};

on_every_store! {
    a_duplicate_key_is_refused_by_its_name_at_any_depth
    an_object_never_becomes_a_number
    deep_nesting_is_refused
}

async fn a_duplicate_key_is_refused_by_its_name_at_any_depth(app: TestApp) {
    for (body, field) in [
        (r#"{"amount":1,"amount":2,"currency":"TRY"}"#, "amount"),
        (r#"{"amount":1,"amount":1,"currency":"TRY"}"#, "amount"),
        (r#"{"amount":1,"currency":"TRY","\u0061mount":1}"#, "amount"),
        (r#"{"amount":1,"currency":"TRY","metadata":{"a":"1","a":"1"}}"#, "metadata.a"),
        (r#"{"x":[{"y":1,"y":2}]}"#, "x[0].y"),
    ] {
        let reply = app.client.post_text("/v1/payments", body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), field, "{}", reply.text);
    }
    assert_eq!(app.client.get("/v1/payments").await.field("data"), json!([]));
}

async fn an_object_never_becomes_a_number(app: TestApp) {
    for object in [
        r#"{"$serde_json::private::Number":"100"}"#,
        r#"{"\u0024serde_json::private::Number":1.5}"#,
    ] {
        for (body, field) in [
            (format!(r#"{{"amount":{object}}}"#), "amount"),
            (format!(r#"{{"metadata":{{"a":[{object}]}}}}"#), "metadata.a[0]"),
            (object.to_owned(), "body"),
        ] {
            let reply = app.client.post_text("/v1/payments", &body).await;
            reply.assert_refused(400, "INVALID_PARAMETER");
            let message = format!("{field} must not have the key $serde_json::private::Number");
            assert_eq!(reply.string("message"), message);
        }
    }
}

async fn deep_nesting_is_refused(app: TestApp) {
    for levels in [33, 200, 10_000] {
        let body = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let reply = app.client.post_text("/v1/payments", &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert!(reply.string("message").contains("nesting"), "{}", reply.text);
    }
    let allowed = format!("{}{}", "[".repeat(32), "]".repeat(32));
    let reply = app.client.post_text("/v1/payments", &allowed).await;
    assert!(reply.string("message").contains("object"), "{}", reply.text);
}
