//! When an endpoint is told nothing any more.

use payment_core::{event::EventKind, id::EventId, time::Timestamp};
use payment_ports::{
    mail::Mail,
    webhook::{Aggregate, Disabled, DisabledReason, Endpoint, OutboxEvent, QueueState},
};

use crate::{
    answer::json_text,
    pacing::later,
    ports::{Policy, Ports},
    view::endpoint_event::EndpointDisabledView,
};

/// Why an endpoint in that state must be told nothing any more; `None` if it may be told.
pub(super) fn reason(
    state: &QueueState,
    is_gone: bool,
    policy: &Policy,
    now: Timestamp,
) -> Option<DisabledReason> {
    let since = state.failing_since;
    let is_failing = since.is_some_and(|time| later(time, policy.webhook_disable_after) <= now);
    match (is_gone, is_failing) {
        (true, _) => Some(DisabledReason::Gone),
        (false, true) => Some(DisabledReason::Failing),
        (false, false) => None,
    }
}

/// The endpoint, told nothing from now on, and the event that says so.
pub(super) fn disable(
    endpoint: &Endpoint,
    id: EventId,
    disabled: Disabled,
    failing_since: Option<Timestamp>,
) -> (Endpoint, OutboxEvent) {
    let endpoint = Endpoint {
        disabled: Some(disabled),
        event_count: endpoint.event_count.saturating_add(1),
        version: endpoint.version.saturating_add(1),
        ..endpoint.clone()
    };
    let event = OutboxEvent {
        id,
        merchant: endpoint.merchant.clone(),
        mode: endpoint.mode,
        aggregate: Aggregate::Endpoint(endpoint.id),
        sequence: endpoint.event_count,
        kind: EventKind::WebhookEndpointDisabled,
        payload: json_text(&EndpointDisabledView::of(id, &endpoint, disabled, failing_since)),
        created_at: disabled.at,
    };
    (endpoint, event)
}

/// Tells the people behind the merchant; the event tells their programs.
pub(super) async fn write_to_merchant(ports: &Ports, endpoint: &Endpoint) {
    let Endpoint { id, url, merchant, disabled, .. } = endpoint;
    let cause = match disabled.map(|disabled| disabled.reason) {
        Some(DisabledReason::Gone) => "answered 410 Gone",
        Some(DisabledReason::Failing | DisabledReason::Merchant) | None => {
            "has taken no webhook for too long"
        }
    };
    let text = format!(
        "Your webhook endpoint {id} at {url} {cause}, so nothing is sent there any more.\n\n\
         Once it works again, enable it with PATCH /v1/webhook-endpoints/{id} and \
         {{\"enabled\": true}}. What was on its way is then sent; what happened meanwhile is sent \
         again with POST /v1/webhook-endpoints/{id}/recover.\n"
    );
    let subject = format!("Webhook endpoint {id} was disabled");
    let mail = Mail { to: merchant.clone(), subject, text };
    if let Err(error) = ports.mailer.send(&mail).await {
        tracing::error!(%merchant, endpoint = %id, %error, "a merchant was not written to");
    }
}
