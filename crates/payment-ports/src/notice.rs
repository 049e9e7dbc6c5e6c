//! What providers tell us by themselves.

use std::fmt;

use async_trait::async_trait;
use payment_core::{id::AttemptId, money::Money, time::Timestamp};

use crate::provider::Outcome;

/// Takes the requests that a provider posts to us.
///
/// A provider without the secret that its notices are verified with has no such ability.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Whether the provider itself sent it, and not too long ago.
    ///
    /// May fetch what signatures are verified with; has no other effect.
    async fn verify(&self, post: &NoticePost, now: Timestamp) -> Result<(), Untrusted>;

    /// What a verified request says; pure, so that a stored one can be read again.
    ///
    /// # Errors
    ///
    /// [`Unread`] if it cannot be read, or is not about a payment.
    fn read(&self, post: &NoticePost) -> Result<Notice, Unread>;

    /// What the provider wants to be answered once a notice is taken.
    fn receipt(&self) -> Receipt {
        Receipt { content_type: "text/plain", body: "" }
    }
}

/// A request as it arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticePost {
    /// Names, in lower case, and values, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The bytes that are signed.
    pub body: Vec<u8>,
}

impl NoticePost {
    /// The value of a header that came once; `name` in lower case.
    ///
    /// `None` also where it came twice, since nobody knows which of them was signed.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(given, _)| given == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }
}

/// Hides what the provider says, and how it signs.
impl fmt::Debug for NoticePost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.headers.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

/// What a provider says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The provider's name for this notice, the same whenever it is sent again.
    pub id: String,
    /// What it is about.
    pub about: About,
    /// What came of it, where the notice says so.
    pub said: Option<Outcome>,
    /// The amount it speaks of, where that is signed; one that is not the attempt's is not believed.
    pub amount: Option<Money>,
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The attempt, which is our reference at the provider.
    Attempt(AttemptId),
    /// Whatever the provider calls so.
    Reference(String),
}

/// What a provider is answered, with status 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its content type.
    pub content_type: &'static str,
    /// Its body, to the byte.
    pub body: &'static str,
}

/// Why a request is not taken for the provider's. Texts are free of secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// Not signed by the provider, changed on the way, or sent too long ago.
    #[error("the notice is not the provider's: {0}")]
    Forged(String),
    /// What it is verified with cannot be had at the moment; the provider will send it again.
    #[error("the notice cannot be verified right now: {0}")]
    Unverifiable(String),
}

/// Why a verified request says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It has no form that the provider is known to use.
    #[error("the notice cannot be read: {0}")]
    Malformed(String),
    /// It is about something that this gateway has no use for.
    #[error("the notice is not about a payment")]
    NotForUs,
}
