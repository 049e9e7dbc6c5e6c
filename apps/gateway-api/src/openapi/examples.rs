//! One example of each operation; a test sends them.

use serde_json::Value;
use utoipa::openapi::{Content, RefOr, path::Operation};

/// By operation id: `request`, where there is a body, and `response` with its `status`.
pub(super) fn all() -> Value {
    serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
}

/// Adds the example of one operation.
pub(super) fn add(operation: &mut Operation, examples: &Value) {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    let Some(example) = examples.get(id) else { return };
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            set(content, example.get("request"));
        }
    }
    let status = example.get("status").and_then(Value::as_str).unwrap_or_default();
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
        for content in response.content.values_mut() {
            set(content, example.get("response"));
        }
    }
}

fn set(content: &mut RefOr<Content>, example: Option<&Value>) {
    if let RefOr::T(content) = content {
        content.example = example.cloned();
    }
}
