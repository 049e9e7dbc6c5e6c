//! One request to one endpoint.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use payment_core::{pan, time::Timestamp};
use payment_ports::webhook::{
    Delivery, DeliveryAttempt, Endpoint, SendFailure, Trigger, WebhookRequest, WebhookResponse,
};

use crate::{ports::Ports, view::event::public_event_id};

/// What a receiver made of a request.
pub(crate) type Answer = Result<WebhookResponse, SendFailure>;

/// One request, and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// When it was begun.
    pub(crate) started_at: Timestamp,
    /// When it was over.
    pub(crate) ended_at: Timestamp,
    /// What the receiver made of it.
    pub(crate) answer: Answer,
}

/// Signs `body` for the endpoint and posts it, once.
pub(crate) async fn send(ports: &Ports, endpoint: &Endpoint, webhook_id: &str, body: &str) -> Sent {
    let started_at = ports.clock.now();
    let request = WebhookRequest { endpoint, webhook_id, timestamp: started_at, body };
    // A bug that one webhook meets must not keep the others waiting.
    let answer = AssertUnwindSafe(ports.webhooks.send(request)).catch_unwind().await;
    let answer = answer.unwrap_or_else(|_| {
        tracing::error!(endpoint = %endpoint.id, webhook_id, "sending a webhook panicked");
        Err(SendFailure::InternalError)
    });
    Sent { started_at, ended_at: ports.clock.now(), answer }
}

/// Posts the event of a delivery.
pub(crate) async fn send_event(ports: &Ports, endpoint: &Endpoint, delivery: &Delivery) -> Sent {
    let webhook_id = public_event_id(delivery.event.id);
    send(ports, endpoint, &webhook_id, &delivery.event.payload).await
}

/// The try of a delivery for the history.
pub(crate) fn attempt(
    ports: &Ports,
    delivery: &Delivery,
    trigger: Trigger,
    sent: &Sent,
) -> DeliveryAttempt {
    let answered = sent.answer.as_ref().ok();
    DeliveryAttempt {
        id: ports.ids.uuid(),
        delivery: delivery.id,
        number: delivery.attempt_count.saturating_add(1),
        trigger,
        started_at: sent.started_at,
        duration_ms: (sent.ended_at - sent.started_at).num_milliseconds(),
        status_code: answered.map(|response| i32::from(response.status)),
        error_class: sent.answer.as_ref().err().map(ToString::to_string),
        response_excerpt: answered.map(|said| pan::mask(&said.excerpt).into_owned()),
    }
}

/// Whether the receiver took it: any 2xx.
pub(crate) fn is_taken(answer: &Answer) -> bool {
    answer.as_ref().is_ok_and(|response| (200..300).contains(&response.status))
}

/// Whether the receiver wants to hear nothing any more: 410 Gone.
pub(crate) fn is_gone(answer: &Answer) -> bool {
    answer.as_ref().is_ok_and(|response| response.status == 410)
}
