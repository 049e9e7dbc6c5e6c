//! What the bank is asked to do.

use serde::{Deserialize, Serialize};

/// What moves money, or takes that back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Hold the money, or ask for 3-D Secure first.
    Authorize,
    /// Hold the money, now that the customer passed 3-D Secure.
    Confirm,
    /// Take held money.
    Capture,
    /// Give up what is left of a hold.
    Void,
    /// Give taken money back.
    Refund,
    /// See to it that an order has no effect, now or later.
    Cancel,
}

/// An order, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Order {
    /// The sender's name for it.
    pub(crate) reference: String,
    /// The sender's name for the payment.
    pub(crate) payment: String,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) card_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) three_ds: Option<ThreeDsWish>,
    /// The bank's name for the challenge that the customer passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<String>,
    /// The bank's name for the hold that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authorization: Option<String>,
    /// Whether a capture gives up what is left of the hold.
    #[serde(default)]
    pub(crate) is_final: bool,
}

/// Whether the merchant wants 3-D Secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ThreeDsWish {
    Always,
    WhenRequired,
    Never,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Authorize, Self::Confirm, Self::Capture, Self::Void, Self::Refund, Self::Cancel];

    /// Its name in paths and in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Confirm => "confirm",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Cancel => "cancel",
        }
    }

    /// The operation of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }
}
