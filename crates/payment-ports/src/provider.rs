//! Payment providers.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, Authorize, Capture, ConfirmThreeDs, Refund, Void},
    card::LastFour,
    currency::Currency,
    decline::Decline,
    id::ProviderId,
    three_ds::{Challenge, ThreeDsSession},
};

use crate::notice::Notices;

/// Moves money with one provider.
///
/// The attempt's id is our reference at the provider and, where it has one, the idempotency key:
/// asking twice with one attempt must not move money twice if [`Capabilities::dedupe`] says so.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The provider's name, as stored with every payment.
    fn id(&self) -> &ProviderId;

    /// What the provider can do, and how it may be asked again.
    fn capabilities(&self) -> &Capabilities;

    /// Holds the money, or asks for 3-D Secure first.
    async fn authorize(&self, attempt: &Attempt, terms: &Authorize) -> CallResult;

    /// Takes held money.
    async fn capture(&self, attempt: &Attempt, terms: &Capture) -> CallResult;

    /// Gives up a hold.
    async fn void(&self, attempt: &Attempt, terms: &Void) -> CallResult;

    /// Gives taken money back.
    async fn refund(&self, attempt: &Attempt, terms: &Refund) -> CallResult;

    /// Takes back whatever came of an attempt, and whatever may still come of it, by our reference.
    ///
    /// Approved means: nothing of it stands, whether it ever arrived or not. Only where
    /// [`Capabilities::void_by_our_reference`] says that the provider can.
    async fn cancel(&self, attempt: &Attempt) -> CallResult {
        Err(ProviderError::Misconfigured(format!("cannot cancel {} by our reference", attempt.id)))
    }

    /// What became of an attempt, asked by our reference; moves no money.
    async fn query(&self, attempt: &Attempt) -> Result<Found, ProviderError>;

    /// Whether the credentials work; moves no money.
    async fn check_credentials(&self) -> Result<(), ProviderError>;

    /// The provider's 3-D Secure, where it has one.
    fn three_ds(&self) -> Option<&dyn ThreeDs> {
        None
    }

    /// How the provider's notices are taken, where it sends any and we can tell that they are its.
    fn notices(&self) -> Option<&dyn Notices> {
        None
    }
}

/// The second half of 3-D Secure; the first is [`Provider::authorize`].
#[async_trait]
pub trait ThreeDs: Send + Sync {
    /// Judges what the customer's browser brought back; moves no money.
    async fn authenticate(
        &self,
        session: &ThreeDsSession,
        answer: &BrowserAnswer,
    ) -> Result<Authentication, ProviderError>;

    /// Holds the money, now that the customer passed.
    async fn confirm(&self, attempt: &Attempt, proof: &ConfirmThreeDs) -> CallResult;
}

/// What comes of a call that may move money.
pub type CallResult = Result<Outcome, ProviderError>;

/// The fields that the customer's browser posted.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BrowserAnswer {
    /// Field names and values.
    pub fields: BTreeMap<String, String>,
}

/// Hides the values: they may prove who the customer is.
impl fmt::Debug for BrowserAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.fields.keys()).finish()
    }
}

/// Whether the customer proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// Yes; the provider wants `proof` back when the authorization is confirmed.
    Verified {
        /// In the provider's own form.
        proof: String,
    },
    /// Not with this code; they may try again.
    WrongCode,
    /// No, and there is no second try.
    Failed(Decline),
}

/// What a provider answered. A refusal is an outcome, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It did what was asked.
    Approved(Approval),
    /// It refused.
    Declined(Decline),
    /// It wants the customer to pass 3-D Secure first; no money moved.
    NeedsRedirect(Redirect),
    /// It is still working; ask again.
    Pending,
}

/// What a provider said of what it did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approval {
    /// The provider's name for what it did.
    pub reference: String,
    /// The last digits of the card, where it told them.
    pub card_last4: Option<LastFour>,
}

/// How the customer is sent to 3-D Secure.
#[derive(Clone, PartialEq, Eq)]
pub struct Redirect {
    /// What the browser is shown.
    pub challenge: Challenge,
    /// What the provider wants back when the authorization is confirmed.
    pub state: String,
}

/// Hides the state: it is the provider's.
impl fmt::Debug for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirect").field("challenge", &self.challenge).finish_non_exhaustive()
    }
}

/// What a provider knows of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It knows it, and this came of it.
    Outcome(Outcome),
    /// It does not know it: it never arrived, or has not arrived yet.
    Nothing,
}

/// Why a provider gave no outcome. Messages are for people and free of card data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Proved not to have been processed: nothing was sent, or it was refused unread.
    #[error("the provider was not reached: {0}")]
    NotSent(String),
    /// Sent, and nobody knows what came of it. Never try elsewhere, never call it failed.
    #[error("the provider's answer is unknown: {0}")]
    Unknown(String),
    /// The provider will not work with our account or settings; nothing moved.
    #[error("the provider refuses our account or settings: {0}")]
    Misconfigured(String),
}

/// What a provider can do, and how it may be asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub struct Capabilities {
    /// What it does with a call that is sent twice.
    pub dedupe: Dedupe,
    /// How it is asked about an attempt.
    pub query: Query,
    /// Whether [`Provider::cancel`] takes an authorization or a capture back by our reference.
    pub void_by_our_reference: bool,
    /// Whether one authorization may be captured in parts.
    pub multi_capture: bool,
    /// Whether one capture may be refunded in parts.
    pub partial_refund: bool,
    /// The currencies it takes; empty is all.
    pub currencies: Vec<Currency>,
    /// How long after it was sent a call may still take effect.
    pub max_late_landing: Duration,
    /// Whether it tells us of changes by itself.
    pub webhooks: bool,
}

/// What a provider does with a call that is sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dedupe {
    /// It repeats its first answer for a key, for as long as it keeps the key.
    Key {
        /// How long it keeps keys.
        retention: Duration,
    },
    /// It refuses a reference that it knows, which its adapter answers as
    /// [`ProviderError::Unknown`]: what came of the first call is for a query to say.
    UniqueReference,
    /// It does it twice.
    None,
}

/// How a provider is asked about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    /// By our attempt id.
    ByOurReference,
    /// Only by a name that it gave us in its answer.
    ByTheirReference,
    /// Not at all.
    None,
}

/// The providers that are switched on.
#[derive(Clone, Default)]
pub struct Providers(BTreeMap<ProviderId, Arc<dyn Provider>>);

impl Providers {
    /// The provider of that name, if it is switched on.
    #[must_use]
    pub fn get(&self, id: &ProviderId) -> Option<&Arc<dyn Provider>> {
        self.0.get(id)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.0.values()
    }
}

impl FromIterator<Arc<dyn Provider>> for Providers {
    fn from_iter<T: IntoIterator<Item = Arc<dyn Provider>>>(providers: T) -> Self {
        Self(providers.into_iter().map(|provider| (provider.id().clone(), provider)).collect())
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
