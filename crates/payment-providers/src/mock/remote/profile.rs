//! Which abilities the simulator plays.

use std::time::Duration;

use payment_ports::provider::{Capabilities, Dedupe, Query};

/// What the simulator does with an order that it knows already; it must be started with the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Repeats its first answer for a key.
    #[default]
    Key,
    /// Refuses a reference that it knows, in words that are no decline.
    UniqueReference,
    /// Does it again; it can only be asked.
    Query,
    /// Does it again; it can be asked, and cancels by our reference.
    Cancel,
}

impl Profile {
    /// What [`Profile::parse`] reads, for people.
    pub const EXPECTED: &str = "key, unique-reference, query or cancel";

    /// Reads the word that settings use; `None` for any other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "key" => Some(Self::Key),
            "unique-reference" => Some(Self::UniqueReference),
            "query" => Some(Self::Query),
            "cancel" => Some(Self::Cancel),
            _ => None,
        }
    }

    /// What the engine is told of it.
    #[must_use]
    pub const fn capabilities(self, max_late_landing: Duration) -> Capabilities {
        let dedupe = match self {
            Self::Key => Dedupe::Key { retention: Duration::from_hours(24) },
            Self::UniqueReference => Dedupe::UniqueReference,
            Self::Query | Self::Cancel => Dedupe::None,
        };
        Capabilities {
            dedupe,
            query: Query::ByOurReference,
            void_by_our_reference: matches!(self, Self::Cancel),
            multi_capture: true,
            partial_refund: true,
            currencies: Vec::new(),
            max_late_landing,
            webhooks: false,
        }
    }
}
