//! When an endpoint that takes nothing is left alone.
//!
//! After ten failures in a row the circuit is open: nothing is sent for a minute, then one probe.
//! Each probe that fails doubles the pause, up to five minutes; one that is taken closes the
//! circuit. What waits meanwhile uses up no tries.

use std::time::Duration;

use payment_core::time::Timestamp;
use payment_ports::webhook::QueueState;

use crate::pacing::later;

/// So many failures in a row open the circuit.
const OPENS_AFTER: i32 = 10;
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How many requests may be under way: no more than could fail before the circuit opens, and only
/// one probe while it is open.
pub(super) fn room(state: &QueueState) -> usize {
    let left = OPENS_AFTER.saturating_sub(state.consecutive_failures);
    usize::try_from(left.max(1)).unwrap_or(1)
}

/// The state after a try.
pub(super) fn after(state: QueueState, is_taken: bool, now: Timestamp) -> QueueState {
    if is_taken {
        return QueueState::default();
    }
    let failures = state.consecutive_failures.saturating_add(1);
    let probes = failures.checked_sub(OPENS_AFTER).and_then(|probes| u32::try_from(probes).ok());
    let pause = probes.map(|probes| FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(probes)));
    QueueState {
        consecutive_failures: failures,
        failing_since: state.failing_since.or(Some(now)),
        not_before: pause.map(|pause| later(now, pause.min(LONGEST_PAUSE))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_from_a_minute_to_five() {
        let now = Timestamp::UNIX_EPOCH;
        let mut state = QueueState::default();
        let mut pauses = Vec::new();
        for _ in 0..14 {
            state = after(state, false, now);
            pauses.extend(state.not_before.map(|time| (time - now).num_seconds()));
        }
        assert_eq!(pauses, [60, 120, 240, 300, 300]);
        assert_eq!(state.failing_since, Some(now));
        assert_eq!(room(&state), 1);
        assert_eq!(after(state, true, now), QueueState::default());
    }
}
