//! What went wrong, in HTTP's terms.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use gateway_runtime::logging::causes;
use payment_core::pan::mask;
use payment_ports::{notice::Untrusted, store::StoreError};
use payment_usecases::{
    error::{Error, InvalidField},
    inbox::NotTaken,
};
use serde_json::{Value, json};

/// Why a request has no answer of its own.
///
/// The body is written by the [envelope](crate::envelope), which knows the request's name and the
/// time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The use-case refused.
    #[error(transparent)]
    UseCase(#[from] Error),
    /// A field, header or parameter is wrong.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The body cannot be read at all; the text says why.
    #[error("{0}")]
    Malformed(String),
    /// A card number or security code where none may be; never repeated.
    #[error("{place} must not contain card data: send a card token instead")]
    CardData {
        /// Which field, header or parameter.
        place: String,
    },
    /// Nothing is served under that path.
    #[error("there is nothing at this path")]
    NoRoute,
    /// The path is served, but not for that method.
    #[error("this path takes only {allow}")]
    MethodNotAllowed {
        /// The methods that are.
        allow: String,
    },
    /// The body took too long to arrive.
    #[error("the body did not arrive in time")]
    BodyTimeout,
    /// The body is longer than anything that is expected.
    #[error("the body must not be longer than {max} bytes")]
    PayloadTooLarge {
        /// The limit.
        max: usize,
    },
    /// The body is not JSON.
    #[error("the body must be application/json in UTF-8, not compressed")]
    UnsupportedMediaType,
    /// A provider's notice was not taken.
    #[error(transparent)]
    Notice(#[from] NotTaken),
    /// A provider's notice came from where that provider does not send from.
    #[error("notices of this provider are not accepted from this address")]
    SourceRefused,
    /// A use-case panicked.
    #[error("the request could not be finished")]
    Crashed(String),
}

/// What a merchant's program sees of an error.
#[derive(Debug)]
pub(crate) struct Meaning {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    /// After how many seconds the request may be repeated as it is, where that can help.
    pub(crate) retry_after: Option<&'static str>,
}

impl ApiError {
    /// What the framework's own errors mean; our own code raises none of them.
    pub(crate) fn of_framework(status: StatusCode, error: &dyn fmt::Display) -> Self {
        if status.is_client_error() {
            Self::Malformed("the request is not well-formed".to_owned())
        } else {
            Self::Crashed(error.to_string())
        }
    }

    /// The one place that knows which error has which status and code.
    pub(crate) fn meaning(&self) -> Meaning {
        match self {
            Self::Invalid(_) | Self::Malformed(_) => {
                of(StatusCode::BAD_REQUEST, "INVALID_PARAMETER")
            }
            Self::CardData { .. } => of(StatusCode::BAD_REQUEST, "CARD_DATA_NOT_ALLOWED"),
            Self::NoRoute => of(StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::MethodNotAllowed { .. } => {
                of(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED")
            }
            Self::BodyTimeout => of(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"),
            Self::PayloadTooLarge { .. } => of(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
            Self::UnsupportedMediaType => {
                of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE")
            }
            Self::Crashed(_) => of(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
            Self::SourceRefused => of(StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::Notice(refused) => meaning_of_notice(refused),
            Self::UseCase(error) => meaning_of(error),
        }
    }

    /// The details for the merchant's program.
    pub(crate) fn details(&self) -> Value {
        match self {
            Self::Invalid(wrong) | Self::UseCase(Error::Invalid(wrong)) => {
                json!({ "field": wrong.field, "rejectedValue": wrong.rejected })
            }
            Self::Malformed(_) => json!({ "field": "body" }),
            Self::CardData { place } => json!({ "field": place }),
            Self::UseCase(Error::IdempotencyConflict) => json!({ "reason": "PAYLOAD_MISMATCH" }),
            Self::UseCase(
                Error::ProviderNotReached { provider } | Error::ProviderOff(provider),
            ) => {
                json!({ "provider": provider.as_str() })
            }
            Self::UseCase(
                Error::PaymentNotFound(_)
                | Error::NotFound(_)
                | Error::IllegalState(_)
                | Error::EndpointState(_)
                | Error::OperationInProgress
                | Error::RequestInProgress
                | Error::Unauthorized
                | Error::Exists(_)
                | Error::Store(_)
                | Error::Contended,
            )
            | Self::NoRoute
            | Self::MethodNotAllowed { .. }
            | Self::BodyTimeout
            | Self::PayloadTooLarge { .. }
            | Self::UnsupportedMediaType
            | Self::Notice(_)
            | Self::SourceRefused
            | Self::Crashed(_) => json!({}),
        }
    }

    /// The error and what caused it, for the log.
    pub(crate) fn causes(&self) -> String {
        let crash = if let Self::Crashed(crash) = self { crash } else { "" };
        mask(&format!("{}{crash}", causes(self))).into_owned()
    }
}

fn meaning_of_notice(refused: &NotTaken) -> Meaning {
    match refused {
        NotTaken::UnknownProvider(_) => of(StatusCode::NOT_FOUND, "NOT_FOUND"),
        NotTaken::Untrusted(Untrusted::Forged(_)) => of(StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
        NotTaken::Malformed(_) => of(StatusCode::BAD_REQUEST, "INVALID_PARAMETER"),
        NotTaken::NoSecret(_) => of(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
        NotTaken::Untrusted(Untrusted::Unverifiable(_)) => {
            soon(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE")
        }
        NotTaken::Failed(error) => meaning_of(error),
    }
}

fn meaning_of(error: &Error) -> Meaning {
    match error {
        Error::Invalid(_) => of(StatusCode::BAD_REQUEST, "INVALID_PARAMETER"),
        Error::Unauthorized => of(StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
        Error::PaymentNotFound(_) => of(StatusCode::NOT_FOUND, "PAYMENT_NOT_FOUND"),
        Error::NotFound(_) => of(StatusCode::NOT_FOUND, "NOT_FOUND"),
        Error::IllegalState(_) => of(StatusCode::CONFLICT, "INVALID_PAYMENT_STATE"),
        Error::EndpointState(_) => of(StatusCode::CONFLICT, "INVALID_ENDPOINT_STATE"),
        Error::Exists(_) => of(StatusCode::CONFLICT, "ALREADY_EXISTS"),
        Error::IdempotencyConflict => of(StatusCode::CONFLICT, "IDEMPOTENCY_CONFLICT"),
        Error::OperationInProgress | Error::Contended => {
            soon(StatusCode::CONFLICT, "OPERATION_IN_PROGRESS")
        }
        Error::RequestInProgress => soon(StatusCode::CONFLICT, "REQUEST_IN_PROGRESS"),
        Error::ProviderNotReached { .. } => soon(StatusCode::BAD_GATEWAY, "PROVIDER_ERROR"),
        Error::ProviderOff(_) => of(StatusCode::BAD_GATEWAY, "PROVIDER_ERROR"),
        Error::Store(StoreError::Unavailable(_)) => {
            soon(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE")
        }
        Error::Store(StoreError::Corrupt(_)) => {
            of(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR")
        }
    }
}

const fn of(status: StatusCode, code: &'static str) -> Meaning {
    Meaning { status, code, retry_after: None }
}

const fn soon(status: StatusCode, code: &'static str) -> Meaning {
    Meaning { status, code, retry_after: Some("1") }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.meaning().status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
