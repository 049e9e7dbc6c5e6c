//! Time.

use std::time::Duration;

use async_trait::async_trait;
use payment_core::time::Timestamp;

/// Tells the time, and lets it pass.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now, UTC, in whole microseconds.
    fn now(&self) -> Timestamp;

    /// Returns once `duration` has passed.
    async fn sleep(&self, duration: Duration);
}
