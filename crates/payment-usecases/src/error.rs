//! Why a use-case has no answer.

use std::fmt;

use payment_core::{
    id::{PaymentId, ProviderId},
    transition::Rejected,
};
use payment_ports::store::{ApplyError, StoreError};
use serde_json::Value;

/// Why a use-case has no answer; one variant for each thing a caller can do about it.
///
/// Refusals by a provider are not here: they are final [`crate::answer::Answer`]s.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A field of the request is wrong.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The merchant has no such payment in this mode.
    #[error("payment {0} was not found")]
    PaymentNotFound(PaymentId),
    /// The merchant has no such thing; the text says which.
    #[error("{0} was not found")]
    NotFound(String),
    /// The payment's state does not allow it.
    #[error("{0}")]
    IllegalState(Rejected),
    /// The webhook endpoint's state does not allow it; the text says why.
    #[error("{0}")]
    EndpointState(&'static str),
    /// Another operation of this payment is under way or in doubt.
    #[error("another operation of this payment is in progress; try again once it has ended")]
    OperationInProgress,
    /// The same `Idempotency-Key` came with another body.
    #[error("this Idempotency-Key was used with a different request")]
    IdempotencyConflict,
    /// The first request with this key is still under way.
    #[error("the first request with this Idempotency-Key is still in progress")]
    RequestInProgress,
    /// Proved that nothing moved, because the provider was not reached.
    #[error("provider {provider} could not be reached: nothing was charged, try again")]
    ProviderNotReached {
        /// Which provider.
        provider: ProviderId,
    },
    /// No provider is switched on under that name.
    #[error("provider {0} is not switched on")]
    ProviderOff(ProviderId),
    /// Not a valid pair of merchant and API key.
    #[error("X-Merchant-Id and X-API-Key do not match an active key")]
    Unauthorized,
    /// Already there.
    #[error("{0} exists already")]
    Exists(String),
    /// The database cannot be used right now.
    #[error("the gateway cannot reach its database")]
    Store(#[from] StoreError),
    /// Too many others change the same thing.
    #[error("too many requests change this at once; try again")]
    Contended,
}

/// A field of the request that is wrong; nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field} {message}")]
pub struct InvalidField {
    /// The field's name in JSON, or the header's or query parameter's.
    pub field: String,
    /// What is wrong, as the end of a sentence that begins with the field.
    pub message: String,
    /// What was sent; never card data.
    pub rejected: Value,
}

impl InvalidField {
    /// A field that is wrong, why, and what was sent.
    pub fn new(field: &str, message: impl fmt::Display, rejected: impl Into<Value>) -> Self {
        let (field, message) = (field.to_owned(), message.to_string());
        Self { field, message, rejected: rejected.into() }
    }
}

/// What a failed write means where nothing can be read back and nothing was begun.
impl From<ApplyError> for Error {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Conflict(_) => Self::Contended,
            ApplyError::Store(error) => Self::Store(error),
            ApplyError::CommitUnknown(cause) => Self::Store(StoreError::Unavailable(cause)),
        }
    }
}
