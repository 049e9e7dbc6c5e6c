//! The JSON of everything that happened to a payment.

use payment_core::{attempt::Attempt, id::PaymentId, three_ds::ThreeDsSession};
use payment_ports::webhook::OutboxEvent;
use serde::Serialize;
use utoipa::ToSchema;

use super::{attempt::status_word, error::time_text, event::public_event_id};

/// Everything that happened to a payment, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineView {
    /// Whose timeline it is.
    #[schema(format = Uuid)]
    pub payment_id: String,
    /// What happened, oldest first.
    pub entries: Vec<TimelineEntry>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// When, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub at: String,
    /// `EVENT`, `ATTEMPT` or `THREE_DS`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, such as `PaymentCaptured`, or the attempt's operation.
    pub name: String,
    /// How it stands: the attempt's or session's status.
    pub status: Option<String>,
    /// The event's, attempt's or payment's id.
    pub reference: String,
    /// Counts the payment's events from 1.
    pub sequence: Option<i64>,
    /// Who was asked.
    pub provider: Option<String>,
    /// Why this provider was asked.
    pub routing_reason: Option<String>,
    /// Our word for a refusal.
    pub error_code: Option<String>,
}

impl TimelineView {
    /// Merges events, attempts and 3-D Secure sessions by time.
    #[must_use]
    pub fn of(
        payment: PaymentId,
        events: &[OutboxEvent],
        attempts: &[Attempt],
        sessions: &[ThreeDsSession],
    ) -> Self {
        // At one time an attempt or a challenge comes before the event that it caused.
        let mut dated: Vec<_> = attempts
            .iter()
            .map(|attempt| (attempt.created_at, 0, TimelineEntry::attempt(attempt)))
            .chain(sessions.iter().map(|s| (s.created_at, 1, TimelineEntry::session(s))))
            .chain(events.iter().map(|event| (event.created_at, 2, TimelineEntry::event(event))))
            .collect();
        dated.sort_by_key(|(at, rank, entry)| (*at, *rank, entry.sequence));
        let entries = dated.into_iter().map(|(_, _, entry)| entry).collect();
        Self { payment_id: payment.to_string(), entries }
    }
}

impl TimelineEntry {
    fn event(event: &OutboxEvent) -> Self {
        let name = event.kind.to_string();
        let entry =
            Self::new("EVENT", time_text(event.created_at), name, public_event_id(event.id));
        Self { sequence: Some(event.sequence), ..entry }
    }

    fn attempt(attempt: &Attempt) -> Self {
        let name = attempt.instruction.operation().to_string();
        let entry =
            Self::new("ATTEMPT", time_text(attempt.created_at), name, attempt.id.to_string());
        Self {
            status: Some(status_word(attempt.state).to_owned()),
            provider: Some(attempt.provider.to_string()),
            routing_reason: Some(attempt.routing_reason.clone()),
            error_code: attempt.decline.as_ref().map(|decline| decline.code.to_string()),
            ..entry
        }
    }

    fn session(session: &ThreeDsSession) -> Self {
        let name = "CHALLENGE".to_owned();
        let entry =
            Self::new("THREE_DS", time_text(session.created_at), name, session.attempt.to_string());
        Self { status: Some(session.status.to_string()), ..entry }
    }

    fn new(kind: &str, at: String, name: String, reference: String) -> Self {
        Self {
            at,
            kind: kind.to_owned(),
            name,
            status: None,
            reference,
            sequence: None,
            provider: None,
            routing_reason: None,
            error_code: None,
        }
    }
}
