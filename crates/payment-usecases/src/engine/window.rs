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
    /// The last byte left within the call timeout of the last time it was sent: the first time
    /// where it is never sent again, else before nine tenths of the key's life are over.
    pub(super) fn closes_at(&self) -> Timestamp {
        let last_sent = match self.capabilities.dedupe {
            Dedupe::Key { retention } => nine_tenths(retention),
            Dedupe::UniqueReference | Dedupe::None => Duration::ZERO,
        };
        let travelling =
            self.policy.call_timeout.saturating_add(self.capabilities.max_late_landing);
        later(self.attempt.created_at, last_sent.saturating_add(travelling))
    }

    /// Whether the attempt is younger than that.
    pub(super) fn is_younger(&self, age: Duration) -> bool {
        self.now < later(self.attempt.created_at, age)
    }

    /// Whether nobody but a person can be expected to find out.
    pub(super) fn is_hopeless(&self, asked_at: Timestamp) -> bool {
        asked_at >= later(self.attempt.created_at, self.policy.doubt_limit)
    }

    /// Whether a call that begins now ends before somebody else may claim the attempt.
    pub(super) fn fits_the_lease(&self, now: Timestamp) -> bool {
        let end = later(now, self.policy.call_timeout);
        self.attempt.next_check_at.is_some_and(|lease_ends| end <= lease_ends)
    }

    /// Whether whatever was sent before the check that is due now has landed.
    ///
    /// The check before this one was at least the shortest wait ago, and sent nothing later than a
    /// call timeout after it began.
    pub(super) fn must_have_landed(&self, now: Timestamp) -> bool {
        let landing = self.capabilities.max_late_landing;
        let first =
            later(self.attempt.created_at, self.policy.call_timeout.saturating_add(landing));
        let checks = usize::try_from(self.attempt.checks).unwrap_or(0);
        let planned = self.policy.doubt_checks.delay_forever(checks.saturating_sub(1));
        let after_an_answer = planned.min(self.policy.lease).saturating_mul(4) / 5;
        let after_a_crash = self.policy.lease.saturating_sub(self.policy.call_timeout);
        now >= first && after_an_answer.min(after_a_crash) > landing
    }
}

/// Keys are trusted for nine tenths of their life, so that clocks may differ a little.
pub(super) const fn nine_tenths(retention: Duration) -> Duration {
    retention.saturating_sub(Duration::from_secs(retention.as_secs() / 10))
}
