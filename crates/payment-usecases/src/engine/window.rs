//! How long an attempt may still take effect, and how long it may be sent again.

use std::time::Duration;

use payment_core::{attempt::Attempt, time::Timestamp};
use payment_ports::provider::{Capabilities, Dedupe};

use crate::{pacing::later, ports::Policy};

/// What time has made of an attempt.
pub(super) struct Window<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) capabilities: &'a Capabilities,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

impl Window<'_> {
    /// From when on nothing that was sent can take effect any more.
    ///
    /// It was first sent within a call timeout after it was recorded, and sent again, if at all,
    /// before nine tenths of the key's life were over; the last byte left within another call
    /// timeout.
    pub(super) fn closes_at(&self) -> Timestamp {
        let last_sent = match self.capabilities.dedupe {
            Dedupe::Key { retention } => nine_tenths(retention).max(self.policy.call_timeout),
            Dedupe::UniqueReference | Dedupe::None => self.policy.call_timeout,
        };
        let travelling =
            self.policy.call_timeout.saturating_add(self.capabilities.max_late_landing);
        later(self.attempt.created_at, last_sent.saturating_add(travelling))
    }

    /// Whether the attempt is younger than that.
    pub(super) fn is_younger(&self, age: Duration) -> bool {
        self.now < later(self.attempt.created_at, age)
    }

    /// Whether a call that begins now ends before somebody else may claim the attempt.
    pub(super) fn fits_the_lease(&self, now: Timestamp) -> bool {
        let end = later(now, self.policy.call_timeout);
        self.attempt.next_check_at.is_some_and(|lease_ends| end <= lease_ends)
    }

    /// When nobody waits any longer for the answer to the first call.
    pub(super) fn answer_is_due_at(&self) -> Timestamp {
        later(self.attempt.created_at, self.policy.call_timeout.saturating_mul(2))
    }
}

/// Keys are trusted for nine tenths of their life, so that clocks may differ a little.
pub(super) const fn nine_tenths(retention: Duration) -> Duration {
    retention.saturating_sub(Duration::from_secs(retention.as_secs() / 10))
}
