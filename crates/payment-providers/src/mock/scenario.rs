//! What each card token makes of a payment.

use std::time::Duration;

use payment_core::{card::CardToken, decline::DeclineCode, payment::Operation};

/// The longest that `tok_slow_<ms>` makes a caller wait.
const SLOWEST: Duration = Duration::from_mins(1);

/// Tokens, without `tok_`, that say how the authorization goes.
const AUTHORIZATIONS: [(&str, Scenario); 11] = [
    ("insufficient_funds", Scenario::Declined(DeclineCode::InsufficientFunds)),
    ("card_expired", Scenario::Declined(DeclineCode::CardExpired)),
    ("card_declined", Scenario::Declined(DeclineCode::CardDeclined)),
    ("lost_card", Scenario::Declined(DeclineCode::LostOrStolen)),
    ("fraud", Scenario::Declined(DeclineCode::FraudSuspected)),
    ("unavailable", Scenario::Unavailable),
    ("misconfigured", Scenario::Misconfigured),
    ("timeout", Scenario::Timeout),
    ("timeout_declined", Scenario::TimeoutDeclined),
    ("3ds", Scenario::ThreeDs),
    ("3ds_timeout", Scenario::ThreeDsTimeout),
];

/// Tokens, without `tok_`, that say how a later call goes; references carry their words.
const REMEMBERED: [(&str, Scenario); 7] = [
    ("3ds_fail", Scenario::ThreeDsFail),
    ("capture_declined", Scenario::LaterDeclined(Operation::Capture)),
    ("capture_timeout", Scenario::LaterTimeout(Operation::Capture)),
    ("void_declined", Scenario::LaterDeclined(Operation::Void)),
    ("void_timeout", Scenario::LaterTimeout(Operation::Void)),
    ("refund_declined", Scenario::LaterDeclined(Operation::Refund)),
    ("refund_timeout", Scenario::LaterTimeout(Operation::Refund)),
];

/// What a card token makes of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    /// Everything is approved.
    Approved,
    /// The authorization is approved after a while.
    Slow(Duration),
    /// The authorization is declined.
    Declined(DeclineCode),
    /// The authorization never leaves.
    Unavailable,
    /// The authorization is refused for our account.
    Misconfigured,
    /// The authorization is approved, and the answer lost.
    Timeout,
    /// The authorization is declined, and the answer lost.
    TimeoutDeclined,
    /// The customer is challenged, and may pass.
    ThreeDs,
    /// The customer is challenged, and cannot pass.
    ThreeDsFail,
    /// The customer may pass; then the authorization is approved, and the answer lost.
    ThreeDsTimeout,
    /// That operation is declined.
    LaterDeclined(Operation),
    /// That operation is done, and the answer lost.
    LaterTimeout(Operation),
}

impl Scenario {
    /// The scenario that a card token asks for.
    pub(super) fn of(token: &CardToken) -> Self {
        let Some(word) = token.expose().strip_prefix("tok_") else {
            return Self::Declined(DeclineCode::InvalidCard);
        };
        let mut named = AUTHORIZATIONS.iter().chain(&REMEMBERED);
        if let Some((_, scenario)) = named.find(|(name, _)| *name == word) {
            return *scenario;
        }
        if let Some(code) = word.strip_prefix("decline_") {
            // A misspelt code must not look like a card that works.
            let code = DeclineCode::parse(&code.to_ascii_uppercase());
            return Self::Declined(code.unwrap_or(DeclineCode::InvalidCard));
        }
        match word.strip_prefix("slow_").and_then(|ms| ms.parse().ok()) {
            Some(ms) => Self::Slow(SLOWEST.min(Duration::from_millis(ms))),
            None => Self::Approved,
        }
    }

    /// The word that references carry, where a later call depends on it.
    pub(super) fn word(self) -> Option<&'static str> {
        let mut remembered = REMEMBERED.iter();
        remembered.find(|(_, scenario)| *scenario == self).map(|(word, _)| *word)
    }

    /// Reads a word that a reference carries.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        REMEMBERED.iter().find(|(name, _)| *name == word).map(|(_, scenario)| *scenario)
    }

    /// Whether the issuer insists on 3-D Secure.
    pub(super) const fn insists_on_three_ds(self) -> bool {
        matches!(self, Self::ThreeDs | Self::ThreeDsFail | Self::ThreeDsTimeout)
    }
}
