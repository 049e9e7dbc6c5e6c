//! What the merchant is told, in the form in which it is repeated.

use payment_core::{
    attempt::{Attempt, AttemptState},
    decline::{Decline, Severity},
    payment::{Operation, Payment},
};
use payment_ports::store::StoredAnswer;
use serde::Serialize;
use serde_json::json;

use crate::view::{error::ErrorBody, payment::PaymentView};

/// An HTTP status and a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
    /// Whether it repeats the answer of an earlier request with the same key.
    pub is_replay: bool,
}

impl Answer {
    /// A fresh answer.
    #[must_use]
    pub fn new(status: u16, body: &impl Serialize) -> Self {
        Self { status, body: json_text(body), is_replay: false }
    }

    /// The payment as it is after a successful operation.
    #[must_use]
    pub fn payment(status: u16, payment: &Payment) -> Self {
        Self::new(status, &PaymentView::of(payment))
    }

    /// The refusal of an operation by the provider: 402 `PAYMENT_DECLINED`.
    #[must_use]
    pub fn declined(payment: &Payment, attempt: &Attempt, decline: &Decline) -> Self {
        let message = decline.code.customer_message();
        let details = json!({
            "declineCode": decline.code.as_str(),
            "retryable": decline.code.severity() == Severity::Soft,
            "customerMessage": { "tr": message.tr, "en": message.en },
            "provider": attempt.provider.as_str(),
            "providerCode": decline.provider_code,
            "paymentId": payment.id.to_string(),
            "status": payment.status.as_str(),
        });
        let text = format!("The {} was declined: {}", noun(attempt), decline.code);
        let (trace, at) = (&attempt.correlation_id, payment.updated_at);
        Self::new(402, &ErrorBody::new("PAYMENT_DECLINED", &text, trace, at).with(details))
    }

    /// A definite failure at or before the provider, or none that ever came about: 502
    /// `PROVIDER_ERROR`.
    #[must_use]
    pub fn provider_error(payment: &Payment, attempt: &Attempt) -> Self {
        let details = json!({
            "provider": attempt.provider.as_str(),
            "paymentId": payment.id.to_string(),
            "status": payment.status.as_str(),
        });
        let text = match attempt.state {
            AttemptState::Abandoned | AttemptState::Reversed => given_up(attempt),
            AttemptState::Intent
            | AttemptState::Succeeded
            | AttemptState::Declined
            | AttemptState::Challenged
            | AttemptState::FailedNotSent
            | AttemptState::NeedsReview => {
                "The provider refuses our account or settings; nothing was charged"
            }
        };
        let (trace, at) = (&attempt.correlation_id, payment.updated_at);
        Self::new(502, &ErrorBody::new("PROVIDER_ERROR", text, trace, at).with(details))
    }
}

impl From<StoredAnswer> for Answer {
    fn from(stored: StoredAnswer) -> Self {
        Self { status: stored.status, body: stored.body, is_replay: true }
    }
}

impl From<&Answer> for StoredAnswer {
    fn from(answer: &Answer) -> Self {
        Self { status: answer.status, body: answer.body.clone() }
    }
}

const fn given_up(attempt: &Attempt) -> &'static str {
    match attempt.instruction.operation() {
        Operation::Authorize | Operation::Capture => {
            "The provider does not know the operation, so it was given up; should it take effect \
             late, it is taken back, and a webhook says so"
        }
        Operation::Void | Operation::Refund => {
            "The provider does not know the operation, so it was given up; should it take effect \
             late, it counts, and a webhook says so: look at the payment before you try again"
        }
    }
}

const fn noun(attempt: &Attempt) -> &'static str {
    match attempt.instruction.operation() {
        Operation::Authorize => "authorization",
        Operation::Capture => "capture",
        Operation::Void => "void",
        Operation::Refund => "refund",
    }
}

/// JSON text of a value that is made of texts, numbers, lists and maps with text keys.
#[expect(
    clippy::expect_used,
    reason = "views have no map with other keys and no failing Serialize"
)]
pub(crate) fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("views serialize")
}
