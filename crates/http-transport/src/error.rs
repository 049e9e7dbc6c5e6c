//! Why a request has no answer.

use std::{error::Error, iter};

use crate::guard::resolver::NotAdmitted;

/// Why a request has no answer; texts are free of addresses, headers and bodies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Proved not to have been sent: no address, no connection, no TLS, or not a request at all.
    #[error("the request was not sent: {0}")]
    NotSent(String),
    /// Not sent, because a [`crate::guard`] forbids the address; the text does not say why.
    #[error("the address may not be called")]
    Refused,
    /// It may have been sent, and its answer did not arrive whole in time.
    #[error("the answer did not arrive in time")]
    TimedOut,
    /// It may have been sent; the connection broke, or the answer is not HTTP.
    #[error("the answer is broken: {0}")]
    Broken(String),
}

/// The client cannot be made; nothing can be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct SetupError(pub(crate) String);

impl TransportError {
    /// What became of a request that was handed to reqwest.
    pub(crate) fn after_handing_over(error: reqwest::Error) -> Self {
        if sources(&error).any(<dyn Error>::is::<NotAdmitted>) {
            return Self::Refused;
        }
        // Addresses may carry secrets in their query.
        let error = error.without_url();
        // Only what fails before the connection stands is proved not to have been sent.
        if error.is_builder() || error.is_connect() {
            Self::NotSent(causes(&error))
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Broken(causes(&error))
        }
    }
}

/// The texts of an error and of all that caused it, the outermost first.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    sources(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}
