//! Everything that is known afterwards: plain values, so that they can be judged, and tampered with.

pub mod books;
pub mod ledger;

use crate::{load::story::Story, world::receiver::Deliveries};
use books::{Backlog, Payment};
use ledger::{Effect, Hold};

/// Everything that is known afterwards.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// What merchants asked, and were answered.
    pub stories: Vec<Story>,
    /// The gateway's books.
    pub payments: Vec<Payment>,
    /// What the gateway says is left to do.
    pub backlog: Backlog,
    /// The bank's ledger.
    pub effects: Vec<Effect>,
    /// What the bank still holds.
    pub holds: Vec<Hold>,
    /// What the merchant's endpoint was told.
    pub deliveries: Deliveries,
    /// From when to when the bank was away, in milliseconds since 1970.
    pub outages: Vec<(i64, i64)>,
}

impl Evidence {
    /// How many attempts were taken back after they took effect too late.
    #[must_use]
    pub fn reversals(&self) -> usize {
        let attempts = self.payments.iter().flat_map(|payment| &payment.attempts);
        attempts.filter(|attempt| attempt.status == "REVERSED").count()
    }
}
