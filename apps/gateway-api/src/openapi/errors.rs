//! The errors of a merchant's requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::headers;

/// An error as the document tells of it.
struct Refusal {
    status: &'static str,
    /// What operations call it.
    name: &'static str,
    meaning: &'static str,
    /// One example, with its details in JSON.
    code: &'static str,
    message: &'static str,
    details: &'static str,
}

const REFUSALS: [Refusal; 12] = [
    Refusal {
        status: "400",
        name: "Invalid",
        meaning: "A field, header or parameter is wrong, or holds card data (`CARD_DATA_NOT_ALLOWED`)",
        code: "INVALID_PARAMETER",
        message: "amount must be greater than 0",
        details: r#"{ "field": "amount", "rejectedValue": -100 }"#,
    },
    Refusal {
        status: "401",
        name: "Unauthorized",
        meaning: "Merchant and key do not fit",
        code: "UNAUTHORIZED",
        message: "X-Merchant-Id and X-API-Key do not match an active key",
        details: "{}",
    },
    Refusal {
        status: "402",
        name: "Declined",
        meaning: "The issuer or the provider refused",
        code: "PAYMENT_DECLINED",
        message: "The authorization was declined: INSUFFICIENT_FUNDS",
        details: r#"{ "declineCode": "INSUFFICIENT_FUNDS", "retryable": true, "customerMessage": { "tr": "Kartınızın bakiyesi bu ödeme için yeterli değil.", "en": "The balance of this card does not cover the payment." }, "provider": "MOCK_PROVIDER", "providerCode": "51" }"#,
    },
    Refusal {
        status: "404",
        name: "NotFound",
        meaning: "You have no such payment, endpoint, event, delivery or recovery in this mode",
        code: "PAYMENT_NOT_FOUND",
        message: "payment 550e8400-e29b-41d4-a716-446655440000 was not found",
        details: "{}",
    },
    Refusal {
        status: "408",
        name: "TooSlow",
        meaning: "The body took longer than 10 seconds to arrive",
        code: "REQUEST_TIMEOUT",
        message: "the body did not arrive in time",
        details: "{}",
    },
    Refusal {
        status: "409",
        name: "Conflict",
        meaning: "The payment's state does not allow it (`INVALID_PAYMENT_STATE`), another operation is under way (`OPERATION_IN_PROGRESS`), or the Idempotency-Key is in use (`REQUEST_IN_PROGRESS`) or was used for something else (`IDEMPOTENCY_CONFLICT`)",
        code: "INVALID_PAYMENT_STATE",
        message: "a payment that is CREATED cannot be captured",
        details: "{}",
    },
    Refusal {
        status: "409",
        name: "EndpointConflict",
        meaning: "The endpoint's state does not allow it (`INVALID_ENDPOINT_STATE`), or too many requests change it at once (`OPERATION_IN_PROGRESS`)",
        code: "INVALID_ENDPOINT_STATE",
        message: "there is no new secret to promote: rotate first",
        details: "{}",
    },
    Refusal {
        status: "413",
        name: "TooLarge",
        meaning: "The body is longer than 64 KiB",
        code: "PAYLOAD_TOO_LARGE",
        message: "the body must not be longer than 65536 bytes",
        details: "{}",
    },
    Refusal {
        status: "415",
        name: "NotJson",
        meaning: "The body is not declared to be JSON",
        code: "UNSUPPORTED_MEDIA_TYPE",
        message: "the body must be application/json in UTF-8, not compressed",
        details: "{}",
    },
    Refusal {
        status: "500",
        name: "Internal",
        meaning: "A mistake of ours",
        code: "INTERNAL_ERROR",
        message: "the request could not be finished",
        details: "{}",
    },
    Refusal {
        status: "502",
        name: "ProviderError",
        meaning: "The provider was not reached or refuses our account; nothing was charged",
        code: "PROVIDER_ERROR",
        message: "provider MOCK_PROVIDER could not be reached: nothing was charged, try again",
        details: r#"{ "provider": "MOCK_PROVIDER" }"#,
    },
    Refusal {
        status: "503",
        name: "Unavailable",
        meaning: "The gateway cannot work right now; try again after `Retry-After` seconds",
        code: "SERVICE_UNAVAILABLE",
        message: "the gateway cannot reach its database",
        details: "{}",
    },
];

/// The responses, by the names that operations use.
pub(super) fn responses() -> BTreeMap<String, RefOr<Response>> {
    REFUSALS
        .iter()
        .map(|refusal| {
            let example = json!({
                "errorCode": refusal.code,
                "message": refusal.message,
                "traceId": "corr-0193a7c2-5b1e-7c3d-9f00-3a1b2c4d5e6f",
                "timestamp": "2026-02-02T10:00:00Z",
                "details": serde_json::from_str::<Value>(refusal.details).unwrap_or_default(),
            });
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("ErrorBody")))
                .example(Some(example))
                .build();
            let mut response = ResponseBuilder::new()
                .description(refusal.meaning)
                .content("application/json", content)
                .build();
            headers::add(&mut response, false);
            if matches!(refusal.status, "409" | "502" | "503") {
                headers::add_retry_after(&mut response);
            }
            (refusal.name.to_owned(), RefOr::T(response))
        })
        .collect()
}

/// Status and name of the errors that an operation may end with.
pub(super) fn of(path: &str, has_body: bool) -> Vec<(&'static str, &'static str)> {
    let names_something = path.contains('{');
    let is_of_payments = path.starts_with("/v1/payments");
    REFUSALS
        .iter()
        .map(|refusal| (refusal.status, refusal.name))
        .filter(|(status, name)| match *status {
            "404" => names_something,
            "408" | "413" | "415" => has_body,
            "409" if *name == "EndpointConflict" => has_body && names_something && !is_of_payments,
            "409" => has_body && is_of_payments,
            "402" | "502" => has_body && names_something && is_of_payments,
            _ => true,
        })
        .collect()
}
