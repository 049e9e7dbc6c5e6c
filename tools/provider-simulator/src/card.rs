//! What each card token makes of a payment; see docs/test-tokens.md.

use std::time::Duration;

use crate::{
    code::{self, Code},
    order::Operation,
};

const SLOWEST_MS: u64 = 60_000;

/// A card, as its issuer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) verdict: Verdict,
    pub(crate) three_ds: ThreeDs,
    /// How the bank's answer to the authorization travels.
    pub(crate) news: News,
    /// What is special about a later operation.
    pub(crate) later: Option<Later>,
}

/// What comes of the authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Approved,
    Declined(Code),
    /// The bank takes no orders now.
    Busy,
    /// The bank does not work with this merchant.
    AccountClosed,
}

/// Whether the issuer insists on 3-D Secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThreeDs {
    NotNeeded,
    Passes,
    Fails,
}

/// How an answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    AtOnce,
    After(Duration),
    Lost,
}

/// What is special about one operation after the authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Later {
    pub(crate) operation: Operation,
    /// Otherwise it is done and its answer lost.
    pub(crate) is_declined: bool,
}

const PLAIN: Card = Card {
    verdict: Verdict::Approved,
    three_ds: ThreeDs::NotNeeded,
    news: News::AtOnce,
    later: None,
};

impl Card {
    /// The card behind a token.
    pub(crate) fn of(token: &str) -> Self {
        let Some(word) = token.strip_prefix("tok_") else {
            return declined(code::INVALID_CARD);
        };
        match word {
            "insufficient_funds" => declined(code::INSUFFICIENT_FUNDS),
            "card_expired" => declined(code::CARD_EXPIRED),
            "card_declined" => declined(code::CARD_DECLINED),
            "lost_card" => declined(code::LOST_CARD),
            "fraud" => declined(code::FRAUD),
            "unavailable" => Self { verdict: Verdict::Busy, ..PLAIN },
            "misconfigured" => Self { verdict: Verdict::AccountClosed, ..PLAIN },
            "timeout" => Self { news: News::Lost, ..PLAIN },
            "timeout_declined" => Self { news: News::Lost, ..declined(code::CARD_DECLINED) },
            "3ds" => Self { three_ds: ThreeDs::Passes, ..PLAIN },
            "3ds_fail" => Self { three_ds: ThreeDs::Fails, ..declined(code::NOT_AUTHENTICATED) },
            "3ds_timeout" => Self { three_ds: ThreeDs::Passes, news: News::Lost, ..PLAIN },
            "capture_declined" => later(Operation::Capture, true),
            "capture_timeout" => later(Operation::Capture, false),
            "void_declined" => later(Operation::Void, true),
            "void_timeout" => later(Operation::Void, false),
            "refund_declined" => later(Operation::Refund, true),
            "refund_timeout" => later(Operation::Refund, false),
            other => Self::with_argument(other),
        }
    }

    fn with_argument(word: &str) -> Self {
        if let Some(name) = word.strip_prefix("decline_") {
            return declined(code::named(name).unwrap_or(code::INVALID_CARD));
        }
        match word.strip_prefix("slow_").and_then(|ms| ms.parse().ok()) {
            Some(ms) => {
                let delay = Duration::from_millis(SLOWEST_MS.min(ms));
                Self { news: News::After(delay), ..PLAIN }
            }
            None => PLAIN,
        }
    }
}

const fn declined(code: Code) -> Card {
    Card { verdict: Verdict::Declined(code), ..PLAIN }
}

const fn later(operation: Operation, is_declined: bool) -> Card {
    Card { later: Some(Later { operation, is_declined }), ..PLAIN }
}
