//! What all requests and answers have in common: a name, headers, error bodies, logs and metrics.

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use payment_usecases::view::error::ErrorBody;
use tokio::time::Instant;
use tracing::{Instrument, Span, field};

use crate::{
    api::Api,
    correlation::{CorrelationId, X_CORRELATION_ID},
    error::{ApiError, Meaning},
    input::idempotency_key::{IDEMPOTENCY_KEY, echo},
    metrics,
    pages::{self, Language},
};

/// Headers of every answer that does not set them itself.
const DEFAULTS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Wraps every request: names it, times it, and gives errors their body.
pub(crate) async fn envelope(
    api: Data<Api>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    if request.method() == Method::HEAD {
        // The server sends no body in answer to a HEAD, whoever answers it.
        request.head_mut().method = Method::GET;
    }
    let correlation = CorrelationId::of(request.headers(), api.ports.ids.as_ref());
    request.extensions_mut().insert(correlation.clone());
    let key = (request.method() == Method::POST).then(|| echo(request.headers())).flatten();
    let span = tracing::info_span!(
        "request",
        correlation_id = %correlation.0,
        method = %request.method(),
        route = field::Empty,
        status = field::Empty,
    );
    let response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
    let mut response = span.in_scope(|| with_error_body(&api, &correlation, response));
    finish(&response, &span, started);
    add_headers(response.headers_mut(), &correlation, key);
    Ok(response)
}

fn add_headers(headers: &mut HeaderMap, correlation: &CorrelationId, key: Option<HeaderValue>) {
    for (name, value) in DEFAULTS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(&correlation.0) {
        headers.insert(X_CORRELATION_ID, value);
    }
    if let Some(key) = key {
        headers.insert(IDEMPOTENCY_KEY, key);
    }
}

/// Gives an error the body that all errors have, and logs it if it is ours.
fn with_error_body(
    api: &Api,
    correlation: &CorrelationId,
    response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let Some(failed) = response.response().error() else {
        return response;
    };
    let of_framework = ApiError::of_framework(response.status(), failed);
    let error = failed.as_error::<ApiError>().unwrap_or(&of_framework);
    let Meaning { status, code, retry_after } = error.meaning();
    if status.is_server_error() {
        tracing::error!(code, causes = error.causes(), "request failed");
    }
    let request = response.request();
    let mut answer = if request.path().starts_with("/3ds/") {
        pages::failed(status, api, Language::of(request.headers()))
    } else {
        let (message, now) = (error.to_string(), api.ports.clock.now());
        let body = ErrorBody::new(code, &message, &correlation.0, now).with(error.details());
        HttpResponse::build(status).json(body)
    };
    let headers = answer.headers_mut();
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("ApiKey"));
    }
    if let ApiError::MethodNotAllowed { allow } = error
        && let Ok(allow) = HeaderValue::from_str(allow)
    {
        headers.insert(header::ALLOW, allow);
    }
    response.into_response(answer)
}

fn finish(response: &ServiceResponse<BoxBody>, span: &Span, started: Instant) {
    let request = response.request();
    // The pattern, not the path: a path may hold what must not be logged.
    let route = request.match_pattern().unwrap_or_else(|| "unknown".to_owned());
    let status = response.status();
    let elapsed = started.elapsed();
    span.record("route", route.as_str()).record("status", status.as_u16());
    span.in_scope(|| tracing::info!(elapsed_ms = elapsed.as_millis(), "request answered"));
    metrics::record_request(request.method(), route, status, elapsed);
}

/// The name of the request that `headers` belong to.
pub(crate) fn correlation_id(extensions: &impl HttpMessage) -> String {
    extensions.extensions().get::<CorrelationId>().map_or_else(String::new, |id| id.0.clone())
}
