//! What is known of an attempt.

use payment_core::{decline::Decline, pan, time::Timestamp};
use payment_ports::provider::{Approval, CallResult, Outcome, ProviderError, Redirect};

/// What is known of an attempt now.
#[derive(Debug, Clone)]
pub(crate) enum Finding {
    /// The provider did it.
    Approved(Approval),
    /// The provider refused.
    Declined(Decline),
    /// The provider wants 3-D Secure first.
    Challenged(Redirect),
    /// Proved that nothing was processed.
    NotSent(String),
    /// The provider will not work with our account; nothing was processed.
    Misconfigured(String),
    /// Nobody knows yet, and the last question was not answered.
    InDoubt(String),
    /// The provider was asked, and knows no end yet.
    Waiting {
        /// Why, for people.
        cause: String,
        /// When it must know one, if that is known.
        until: Option<Timestamp>,
    },
    /// It never arrived, or was cancelled: nobody waits for it any longer.
    GivenUp(String),
    /// Nobody waits for it any longer, and whatever comes of it is cancelled next.
    Cancelling(String),
    /// Nobody will know without a person's help.
    NeedsReview(String),
}

impl Finding {
    /// What it says of the attempt where other calls may have been sent for it, too: that nothing
    /// was sent is known of one call only.
    pub(crate) fn of_all_calls(self) -> Self {
        match self {
            Self::NotSent(cause) | Self::Misconfigured(cause) => Self::InDoubt(cause),
            Self::Approved(_)
            | Self::Declined(_)
            | Self::Challenged(_)
            | Self::InDoubt(_)
            | Self::Waiting { .. }
            | Self::GivenUp(_)
            | Self::Cancelling(_)
            | Self::NeedsReview(_) => self,
        }
    }

    /// Whether the provider said what became of the attempt.
    pub(crate) const fn is_definite(&self) -> bool {
        matches!(self, Self::Approved(_) | Self::Declined(_) | Self::Challenged(_))
    }
}

/// What the provider words itself is made fit to be kept and shown.
impl From<CallResult> for Finding {
    fn from(result: CallResult) -> Self {
        match result {
            Ok(Outcome::Approved(Approval { reference, card_last4 })) => {
                Self::Approved(Approval { reference: readable(&reference), card_last4 })
            }
            Ok(Outcome::Declined(Decline { code, provider_code, message })) => {
                let [provider_code, message] =
                    [provider_code, message].map(|text| text.map(|text| readable(&text)));
                Self::Declined(Decline { code, provider_code, message })
            }
            Ok(Outcome::NeedsRedirect(redirect)) => Self::Challenged(redirect),
            Ok(Outcome::Pending) => {
                Self::Waiting { cause: "the provider is still working".to_owned(), until: None }
            }
            Err(ProviderError::NotSent(cause)) => Self::NotSent(readable(&cause)),
            Err(ProviderError::Unknown(cause)) => Self::InDoubt(readable(&cause)),
            Err(ProviderError::Misconfigured(cause)) => Self::Misconfigured(readable(&cause)),
        }
    }
}

/// The text without card numbers, and without characters that a database may refuse.
pub(crate) fn readable(text: &str) -> String {
    pan::mask(text).chars().filter(|c| !c.is_control()).collect()
}
