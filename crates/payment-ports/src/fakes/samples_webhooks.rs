//! Valid webhooks to begin a test with.

use chrono::TimeDelta;
use payment_core::{event::EventKind, payment::Payment};

use super::{FakeClock, Samples};
use crate::webhook::{
    Aggregate, Delivery, DeliveryAttempt, DeliveryStatus, Endpoint, EndpointSecrets, OutboxEvent,
    Recovery, Trigger,
};

impl Samples {
    /// The creation of a payment, told as its event number `sequence`.
    #[must_use]
    pub fn event(&self, payment: &Payment, sequence: i64) -> OutboxEvent {
        OutboxEvent {
            id: self.uuid().into(),
            merchant: payment.merchant.clone(),
            mode: payment.mode,
            aggregate: Aggregate::Payment(payment.id),
            sequence,
            kind: EventKind::PaymentCreated,
            payload: format!(r#"{{"sequence":{sequence}}}"#),
            created_at: self.now(),
        }
    }

    /// An endpoint that hears of everything.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        let id = self.uuid();
        Endpoint {
            id: id.into(),
            merchant: self.merchant.clone(),
            mode: self.mode,
            url: format!("https://shop.example/hooks/{id}"),
            description: None,
            secrets: EndpointSecrets {
                current: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
                next: None,
            },
            event_kinds: Vec::new(),
            is_ordered: false,
            rate_per_second: None,
            disabled: None,
            event_count: 0,
            created_at: self.now(),
            version: 1,
        }
    }

    /// A delivery that is due as soon as it exists.
    #[must_use]
    pub fn delivery(&self, endpoint: &Endpoint, event: &OutboxEvent) -> Delivery {
        Delivery {
            id: self.uuid().into(),
            endpoint: endpoint.id,
            event: event.clone(),
            status: DeliveryStatus::Pending,
            trigger: Trigger::Automatic,
            attempt_count: 0,
            scheduled_tries: 0,
            last_attempt_at: None,
            next_retry_at: Some(self.now()),
        }
    }

    /// A recovery that has looked at nothing yet, and whose time has no end.
    #[must_use]
    pub fn recovery(&self, endpoint: &Endpoint) -> Recovery {
        Recovery {
            id: self.uuid().into(),
            endpoint: endpoint.id,
            merchant: endpoint.merchant.clone(),
            mode: endpoint.mode,
            since: FakeClock::START,
            until: FakeClock::START + TimeDelta::days(365),
            position: None,
            examined: 0,
            queued: 0,
            created_at: self.now(),
            completed_at: None,
            version: 1,
        }
    }

    /// The first try of a delivery, which was answered with 200.
    #[must_use]
    pub fn delivery_attempt(&self, delivery: &Delivery) -> DeliveryAttempt {
        DeliveryAttempt {
            id: self.uuid(),
            delivery: delivery.id,
            number: 1,
            trigger: Trigger::Automatic,
            started_at: self.now(),
            duration_ms: 12,
            status_code: Some(200),
            error_class: None,
            response_excerpt: Some("ok".to_owned()),
        }
    }
}
