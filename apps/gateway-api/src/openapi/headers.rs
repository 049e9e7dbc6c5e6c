//! The headers of a merchant's requests, and of the answers.

use std::collections::BTreeMap;

use utoipa::openapi::{
    Header, HeaderBuilder, Ref, RefOr, Required, Response,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::{ObjectBuilder, Type},
};

const CORRELATION_ID: &str = "CorrelationId";
const IDEMPOTENCY_KEY: &str = "IdempotencyKey";
const REPLAYED: &str = "IdempotentReplayed";
const RETRY_AFTER: &str = "RetryAfter";

/// The parameters, by the names that operations use.
pub(super) fn parameters() -> BTreeMap<String, RefOr<Parameter>> {
    let correlation = header("X-Correlation-Id")
        .description(Some(
            "Your name for the request, echoed and used as `traceId`: 1 to 64 letters, digits, \
             dots, underscores and hyphens. One is made if there is none, or another.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()));
    let key = header("Idempotency-Key")
        .description(Some(
            "Any text that you use for this request alone. A repetition is answered with the first \
             answer and `Idempotent-Replayed: true`, for seven days.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(255))
                .pattern(Some("^[!-~]{1,255}$"))
                .build(),
        ));
    [(CORRELATION_ID, correlation), (IDEMPOTENCY_KEY, key)]
        .into_iter()
        .map(|(name, parameter)| (name.to_owned(), RefOr::T(parameter.build())))
        .collect()
}

/// Which of them an operation has.
pub(super) fn of(is_keyed: bool) -> Vec<&'static str> {
    if is_keyed { vec![CORRELATION_ID, IDEMPOTENCY_KEY] } else { vec![CORRELATION_ID] }
}

fn header(name: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False)
}

/// The headers of answers, by the names that responses use.
pub(super) fn of_answers() -> BTreeMap<String, RefOr<Header>> {
    [
        (CORRELATION_ID, "The request's name, yours or ours."),
        (IDEMPOTENCY_KEY, "The request's key, as it came."),
        (REPLAYED, "`true` if this is the answer of an earlier request with the same key."),
        (RETRY_AFTER, "After how many seconds the request may be repeated as it is."),
    ]
    .into_iter()
    .map(|(name, description)| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let header = HeaderBuilder::new().schema(Some(text)).description(Some(description));
        (name.to_owned(), RefOr::T(header.build()))
    })
    .collect()
}

/// Adds the headers that an answer has.
pub(super) fn add(response: &mut Response, is_keyed: bool) {
    let mut add = |name: &str, component: &str| {
        let reference = Ref::new(format!("#/components/headers/{component}"));
        response.headers.insert(name.to_owned(), RefOr::Ref(reference));
    };
    add("X-Correlation-Id", CORRELATION_ID);
    if is_keyed {
        add("Idempotency-Key", IDEMPOTENCY_KEY);
        add("Idempotent-Replayed", REPLAYED);
    }
}

/// Adds the header that says when to come back.
pub(super) fn add_retry_after(response: &mut Response) {
    let reference = Ref::new(format!("#/components/headers/{RETRY_AFTER}"));
    response.headers.insert("Retry-After".to_owned(), RefOr::Ref(reference));
}
