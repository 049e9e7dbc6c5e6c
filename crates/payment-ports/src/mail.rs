//! Letters to merchants.

use async_trait::async_trait;
use payment_core::id::MerchantId;

/// A letter to the people behind a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom; the mailer knows the address.
    pub to: MerchantId,
    /// What it is about, in one line.
    pub subject: String,
    /// The letter, as plain text.
    pub text: String,
}

/// Why a letter was not sent; for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the letter was not sent: {0}")]
pub struct MailError(pub String);

/// Sends letters.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one letter, once. Nothing depends on its arrival.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
