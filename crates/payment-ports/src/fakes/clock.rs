//! Time that passes only when a test lets it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use payment_core::time::Timestamp;
use tokio::time::Instant;

use crate::clock::Clock;

/// The wall clock of a test whose tokio time is paused: it moves as that time does.
///
/// Make it inside the test; it begins at [`FakeClock::START`].
#[derive(Debug)]
pub struct FakeClock {
    started: Instant,
    jumped_micros: AtomicI64,
}

impl FakeClock {
    /// When every fake clock begins: 2026-01-01T00:00:00Z.
    pub const START: Timestamp = match DateTime::from_timestamp_micros(1_767_225_600_000_000) {
        Some(start) => start,
        None => DateTime::UNIX_EPOCH,
    };

    /// A clock that shows [`FakeClock::START`].
    #[must_use]
    pub fn new() -> Self {
        Self { started: Instant::now(), jumped_micros: AtomicI64::new(0) }
    }

    /// Sets the wall clock forward, or back, as an administrator would; nothing else notices.
    pub fn jump(&self, by: TimeDelta) {
        let micros = by.num_microseconds().unwrap_or_default();
        self.jumped_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        let jumped = self.jumped_micros.load(Ordering::Relaxed);
        Self::START + TimeDelta::microseconds(passed.saturating_add(jumped))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
