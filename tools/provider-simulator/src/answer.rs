//! What the bank answers.

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::{
    code::Code,
    order::{Operation, Order},
};

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    pub(crate) reference: String,
    pub(crate) operation: Operation,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    /// The bank's name for what it did, or for the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bank_reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) card_last4: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Approved,
    Declined,
    /// The customer must pass 3-D Secure first.
    Challenge,
    /// The reference was used before; nothing is said of what came of it.
    Duplicate,
}

/// An order that was not taken; nothing moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Come back later.
    Busy,
    /// The bank does not work with this merchant.
    AccountClosed,
    /// The key was used before, with another order.
    KeyReused,
    /// Nobody knows that reference, or that path.
    NotFound,
    /// The order makes no sense.
    Invalid(String),
}

impl Answer {
    pub(crate) fn approved(operation: Operation, order: &Order, bank_reference: String) -> Self {
        let bank_reference = Some(bank_reference);
        Self { bank_reference, ..Self::bare(operation, order, Status::Approved) }
    }

    pub(crate) fn challenge(operation: Operation, order: &Order, bank_reference: String) -> Self {
        let bank_reference = Some(bank_reference);
        Self { bank_reference, ..Self::bare(operation, order, Status::Challenge) }
    }

    pub(crate) fn declined(operation: Operation, order: &Order, code: Code) -> Self {
        let (code, message) = (Some(code.code.to_owned()), Some(code.message.to_owned()));
        Self { code, message, ..Self::bare(operation, order, Status::Declined) }
    }

    pub(crate) fn duplicate(operation: Operation, order: &Order) -> Self {
        Self::bare(operation, order, Status::Duplicate)
    }

    fn bare(operation: Operation, order: &Order, status: Status) -> Self {
        Self {
            reference: order.reference.clone(),
            operation,
            amount_minor: order.amount_minor,
            currency: order.currency.clone(),
            status,
            bank_reference: None,
            card_last4: None,
            code: None,
            message: None,
        }
    }
}

impl Refusal {
    pub(crate) const fn http(&self) -> StatusCode {
        match self {
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::AccountClosed => StatusCode::FORBIDDEN,
            Self::KeyReused => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::AccountClosed => "account_closed",
            Self::KeyReused => "key_reused",
            Self::NotFound => "not_found",
            Self::Invalid(_) => "invalid_order",
        }
    }

    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Busy => "no orders are taken now",
            Self::AccountClosed => "the account is closed",
            Self::KeyReused => "the key was used with another order",
            Self::NotFound => "nobody knows it",
            Self::Invalid(message) => message,
        }
    }
}
