//! Where merchants receive events, and how that goes.

use payment_core::{
    event::EventKind,
    id::{EndpointId, MerchantId, Mode},
    time::Timestamp,
};
use secrecy::SecretString;

/// Where a merchant receives events.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its id, a UUIDv7.
    pub id: EndpointId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Of which payments it hears.
    pub mode: Mode,
    /// Where events are posted.
    pub url: String,
    /// The merchant's note.
    pub description: Option<String>,
    /// What its webhooks are signed with.
    pub secrets: EndpointSecrets,
    /// Which events it hears of; empty is all.
    pub event_kinds: Vec<EventKind>,
    /// Whether an event waits until those before it of the same payment were taken or given up.
    /// Otherwise only first tries are in order.
    pub is_ordered: bool,
    /// At most so many requests a second; `None` is as many as it takes.
    pub rate_per_second: Option<u16>,
    /// Why and since when it is told nothing; `None` is enabled.
    pub disabled: Option<Disabled>,
    /// How many events it had itself: the sequence of the last one.
    pub event_count: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes from 1.
    pub version: i64,
}

impl Endpoint {
    /// Whether it is told of new events of that kind.
    #[must_use]
    pub fn hears(&self, kind: EventKind) -> bool {
        self.disabled.is_none() && self.wants(kind)
    }

    /// Whether its merchant chose events of that kind.
    #[must_use]
    pub fn wants(&self, kind: EventKind) -> bool {
        self.event_kinds.is_empty() || self.event_kinds.contains(&kind)
    }
}

/// The secrets of an endpoint, each `whsec_` and the base64 of 32 random bytes.
#[derive(Debug, Clone)]
pub struct EndpointSecrets {
    /// The one that the receiver knows.
    pub current: SecretString,
    /// The one that replaces it.
    pub next: Option<NextSecret>,
}

/// A secret that is about to replace another; meanwhile webhooks are signed with both.
#[derive(Debug, Clone)]
pub struct NextSecret {
    /// The secret.
    pub secret: SecretString,
    /// When it replaces the other by itself.
    pub replaces_at: Timestamp,
}

impl EndpointSecrets {
    /// The secrets at that time: one whose time has come has replaced the other.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        match &self.next {
            Some(next) if next.replaces_at <= now => {
                Self { current: next.secret.clone(), next: None }
            }
            Some(_) | None => self.clone(),
        }
    }
}

/// Why and since when an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disabled {
    /// Why.
    pub reason: DisabledReason,
    /// Since when.
    pub at: Timestamp,
}

/// Why an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisabledReason {
    /// The merchant wanted it so.
    Merchant,
    /// It took nothing for too long.
    Failing,
    /// It answered 410 Gone.
    Gone,
}

impl DisabledReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Merchant, Self::Failing, Self::Gone];

    /// The word that the API and the stores use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merchant => "MERCHANT",
            Self::Failing => "FAILING",
            Self::Gone => "GONE",
        }
    }
}

/// How it goes with what an endpoint is sent; written by the worker that has claimed its queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueState {
    /// How many tries failed since the last one that was taken.
    pub consecutive_failures: i32,
    /// When the first of them failed.
    pub failing_since: Option<Timestamp>,
    /// Nothing is sent before this time: a broken circuit, or the endpoint's rate.
    pub not_before: Option<Timestamp>,
}

/// The deliveries of one endpoint, which this worker alone sends until its lease ends.
#[derive(Debug, Clone)]
pub struct ClaimedQueue {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// How it went so far.
    pub state: QueueState,
    /// Counts how often deliveries were added; one that is added during a claim is not missed.
    pub additions: i64,
    /// When the claim ends by itself, as the store has it: which claim this is.
    pub until: Timestamp,
}
