//! The JSON of attempts.

use payment_core::{
    attempt::{Attempt, AttemptState},
    id::PaymentId,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::time_text;

/// All attempts of a payment, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptsView {
    /// Whose attempts they are.
    #[schema(format = Uuid)]
    pub payment_id: String,
    /// The attempts.
    pub attempts: Vec<AttemptView>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// Its id: our reference at the provider.
    pub id: String,
    /// `AUTHORIZE`, `CAPTURE`, `VOID` or `REFUND`.
    pub operation_type: String,
    /// Who was asked.
    pub provider_name: String,
    /// `PENDING`, `SUCCESS`, `DECLINED`, `REQUIRES_3DS`, `FAILED`, `ABANDONED`, `REVERSED` or
    /// `NEEDS_REVIEW`.
    pub status: String,
    /// The provider's name for what it did.
    pub provider_reference: Option<String>,
    /// The attempt that it takes back, which had been given up and took effect late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverses: Option<String>,
    /// Our word for a refusal.
    pub error_code: Option<String>,
    /// The provider's text of a refusal, or what went wrong.
    pub error_message: Option<String>,
    /// The provider's word for a refusal.
    pub provider_code: Option<String>,
    /// How long it took until its end was known, in milliseconds.
    pub latency_ms: Option<i64>,
    /// When it began, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl AttemptsView {
    /// The attempts as the merchant sees them.
    #[must_use]
    pub fn of(payment: PaymentId, attempts: &[Attempt]) -> Self {
        let attempts = attempts.iter().map(AttemptView::of).collect();
        Self { payment_id: payment.to_string(), attempts }
    }
}

impl AttemptView {
    /// One attempt as the merchant sees it.
    #[must_use]
    pub fn of(attempt: &Attempt) -> Self {
        let decline = attempt.decline.as_ref();
        let said = decline.and_then(|decline| decline.message.clone());
        let latency = attempt.finished_at.map(|end| end - attempt.created_at);
        Self {
            id: attempt.id.to_string(),
            operation_type: attempt.instruction.operation().to_string(),
            provider_name: attempt.provider.to_string(),
            status: status_word(attempt.state).to_owned(),
            provider_reference: attempt.provider_reference.clone(),
            reverses: attempt.reverses.map(|reversed| reversed.to_string()),
            error_code: decline.map(|decline| decline.code.to_string()),
            error_message: said.or_else(|| attempt.error.clone()),
            provider_code: decline.and_then(|decline| decline.provider_code.clone()),
            latency_ms: latency.map(|latency| latency.num_milliseconds()),
            created_at: time_text(attempt.created_at),
        }
    }
}

/// The seed's words for how an attempt ended, completed in the same manner.
pub(super) const fn status_word(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Intent => "PENDING",
        AttemptState::Succeeded => "SUCCESS",
        AttemptState::Declined => "DECLINED",
        AttemptState::Challenged => "REQUIRES_3DS",
        AttemptState::FailedNotSent => "FAILED",
        AttemptState::Abandoned => "ABANDONED",
        AttemptState::Reversed => "REVERSED",
        AttemptState::NeedsReview => "NEEDS_REVIEW",
    }
}
