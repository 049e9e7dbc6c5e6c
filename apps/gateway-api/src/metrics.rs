//! What is measured, for Prometheus.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use payment_core::{id::ProviderId, time::Timestamp};
use payment_ports::store::Backlog;

/// How long requests took, in seconds, by method, route and status; its count is how many came.
const REQUESTS: &str = "http_server_requests_seconds";

/// From one millisecond to the longest that a provider may take.
const BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Why nothing can be measured.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The names or buckets are wrong.
    #[error("the metrics are not well-formed")]
    Build(#[from] BuildError),
    /// Something else measures already.
    #[error("metrics are already recorded by something else")]
    Installed(String),
}

/// Starts to measure, for the whole process.
///
/// # Errors
///
/// [`MetricsError::Installed`] if called twice.
pub fn install() -> Result<PrometheusHandle, MetricsError> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUESTS.to_owned()), &BUCKETS)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)
        .map_err(|error| MetricsError::Installed(error.to_string()))?;
    metrics::describe_histogram!(REQUESTS, metrics::Unit::Seconds, "Time to answer, by route");
    Ok(handle)
}

pub(crate) fn record_request(
    method: &Method,
    route: String,
    status: StatusCode,
    elapsed: Duration,
) {
    // A client may invent methods; each new one would be a new series.
    let is_known = matches!(*method, Method::GET | Method::POST | Method::DELETE);
    let method = if is_known { method.as_str() } else { "OTHER" };
    let labels =
        [("method", method.to_owned()), ("uri", route), ("status", status.as_str().to_owned())];
    metrics::histogram!(REQUESTS, &labels).record(elapsed.as_secs_f64());
}

/// Counts what came of a provider's notice.
pub(crate) fn count_notice(provider: &ProviderId, result: &'static str) {
    let labels = [("provider", provider.as_str().to_owned()), ("result", result.to_owned())];
    metrics::counter!("provider_notices_total", &labels).increment(1);
}

/// Writes down how much work waits, as read from the database just now.
pub(crate) fn record_backlog(backlog: &Backlog, now: Timestamp) {
    set("outbox_pending_count", backlog.events);
    set("outbox_oldest_age_seconds", backlog.oldest_age_seconds(now));
    set("webhook_delivery_pending", backlog.deliveries);
    set("attempts_in_doubt", backlog.attempts_in_doubt);
    set("attempts_for_review", backlog.attempts_for_review);
    set("provider_notices_pending", backlog.notices);
}

fn set(name: &'static str, value: i64) {
    // Beyond two thousand million the exact number is nobody's worry.
    let value = i32::try_from(value).unwrap_or(i32::MAX);
    metrics::gauge!(name).set(f64::from(value));
}
