//! When an attempt is asked about next.

use std::time::Duration;

use payment_core::{attempt::Attempt, time::Timestamp};

use super::Context;
use crate::pacing::later;

/// The provider could not be asked: soon again, so that it is settled soon after the provider is
/// back, however long that takes.
pub(super) fn soon(attempt: &Attempt, context: &Context) -> Timestamp {
    let wait = planned(attempt, context).min(context.policy.lease);
    later(context.now, jittered(wait, context.dice))
}

/// The provider was asked and knows no end yet: ever more rarely, but not later than `until`, when
/// it must.
pub(super) fn by_plan(attempt: &Attempt, until: Option<Timestamp>, context: &Context) -> Timestamp {
    let planned = later(context.now, jittered(planned(attempt, context), context.dice));
    match until {
        Some(until) if until > context.now => planned.min(until),
        Some(_) | None => planned,
    }
}

/// The next look at an attempt that was given up at `given_up`; `None` once it was watched for long
/// enough.
pub(super) fn watch(given_up: Timestamp, context: &Context) -> Option<Timestamp> {
    let looks = (0..).map_while(|looks| context.policy.watch_checks.delay_after(looks));
    looks.map(|after| later(given_up, after)).find(|look| *look > context.now)
}

fn planned(attempt: &Attempt, context: &Context) -> Duration {
    let checks = usize::try_from(attempt.checks).unwrap_or(0);
    context.policy.doubt_checks.delay_forever(checks)
}

/// 80 to 120 % of the wait.
fn jittered(wait: Duration, dice: u8) -> Duration {
    let share = u32::from(dice).saturating_mul(400).checked_div(255).unwrap_or(0);
    wait.saturating_mul(share.saturating_add(800)).checked_div(1000).unwrap_or(wait)
}
