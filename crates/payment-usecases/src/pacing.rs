//! Time, where decisions meet rivals.

use std::time::Duration;

use payment_core::time::Timestamp;

use crate::ports::Ports;

/// How often a decision is taken again because somebody else was first.
pub(crate) const MAX_TRIES: u32 = 10;

/// Waits 2 to 50 ms, at random, so that rivals do not meet again.
pub(crate) async fn step_aside(ports: &Ports) {
    let [dice, ..] = ports.ids.random();
    let milliseconds = u64::from(dice).checked_rem(49).unwrap_or(0).saturating_add(2);
    ports.clock.sleep(Duration::from_millis(milliseconds)).await;
}

/// Waits longer each time, 50 ms to 3 s, for a database that may come back.
pub(crate) async fn back_off(ports: &Ports, tried: u32) {
    let doubled = Duration::from_millis(25).saturating_mul(2_u32.saturating_pow(tried));
    ports.clock.sleep(doubled.min(Duration::from_secs(3))).await;
    step_aside(ports).await;
}

/// A point in time, `after` later.
pub(crate) fn later(now: Timestamp, after: Duration) -> Timestamp {
    let after = chrono::Duration::from_std(after).unwrap_or_default();
    now.checked_add_signed(after).unwrap_or(now)
}
