//! When a delivery is tried again.

use std::time::Duration;

use payment_core::time::Timestamp;
use payment_ports::webhook::{Delivery, DeliveryStatus, RetryAfter, SendFailure};

use super::send::{Answer, Sent, is_gone, is_taken};
use crate::{pacing::later, ports::Ports};

/// The shortest wait after a receiver said, or showed, that it is overloaded.
const OVERLOAD_PAUSE: Duration = Duration::from_mins(1);
/// A receiver may ask for so many times the planned wait.
const LONGEST_WISH: u32 = 4;
/// The longest that one answer keeps other deliveries from a receiver.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// The longest wait that a receiver may ask for.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// The delivery after a try by schedule.
pub(super) fn after(ports: &Ports, delivery: &Delivery, sent: &Sent) -> Delivery {
    let scheduled_tries = delivery.scheduled_tries.saturating_add(1);
    let sent_once_more = Delivery {
        attempt_count: delivery.attempt_count.saturating_add(1),
        scheduled_tries,
        last_attempt_at: Some(sent.ended_at),
        next_retry_at: None,
        ..delivery.clone()
    };
    if is_taken(&sent.answer) {
        return Delivery { status: DeliveryStatus::Delivered, ..sent_once_more };
    }
    let tries = usize::try_from(scheduled_tries).unwrap_or(usize::MAX);
    match ports.policy.webhook_retries.delay_after(tries) {
        Some(planned) if !is_gone(&sent.answer) => {
            let pause = wait(jittered(planned, ports.ids.random()), sent);
            Delivery { next_retry_at: Some(later(sent.ended_at, pause)), ..sent_once_more }
        }
        Some(_) | None => Delivery { status: DeliveryStatus::Failed, ..sent_once_more },
    }
}

/// At least the planned wait; longer if the receiver is overloaded or asks for it.
fn wait(planned: Duration, sent: &Sent) -> Duration {
    let planned = if is_overloaded(&sent.answer) { planned.max(OVERLOAD_PAUSE) } else { planned };
    let longest = planned.saturating_mul(LONGEST_WISH).min(LONGEST_WAIT).max(planned);
    asked(&sent.answer, sent.ended_at).clamp(planned, longest)
}

/// Until when a receiver that is overloaded, or asks for it, is sent nothing at all.
pub(super) fn pause(delivery: &Delivery, sent: &Sent) -> Option<Timestamp> {
    let response = sent.answer.as_ref().ok()?;
    let wants_rest = response.status == 429 || response.retry_after.is_some();
    let longest = later(sent.ended_at, LONGEST_PAUSE);
    delivery.next_retry_at.filter(|_| wants_rest).map(|next| next.min(longest))
}

fn is_overloaded(answer: &Answer) -> bool {
    match answer {
        Ok(response) => matches!(response.status, 429 | 502 | 504),
        Err(failure) => *failure == SendFailure::Timeout,
    }
}

fn asked(answer: &Answer, now: Timestamp) -> Duration {
    match answer.as_ref().ok().and_then(|response| response.retry_after) {
        Some(RetryAfter::Wait(wait)) => wait,
        Some(RetryAfter::Until(time)) => (time - now).to_std().unwrap_or_default(),
        None => Duration::ZERO,
    }
}

/// 80 to 120 % of a wait, so that what failed together is not tried again together.
fn jittered(wait: Duration, random: [u8; 32]) -> Duration {
    let [high, low, ..] = random;
    let part = u32::from(u16::from_be_bytes([high, low]));
    // 65,535 parts of 40 %, above 80 %.
    wait.saturating_mul(4).checked_div(5).unwrap_or(wait)
        + wait.saturating_mul(2).saturating_mul(part).checked_div(5 * 65_535).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_twenty_percent_either_way() {
        let wait = Duration::from_hours(10);
        assert_eq!(jittered(wait, [0; 32]), Duration::from_hours(8));
        assert_eq!(jittered(wait, [255; 32]), Duration::from_hours(12));
        let mut middle = [0; 32];
        middle[0] = 128;
        let near = jittered(wait, middle).abs_diff(wait);
        assert!(near < Duration::from_secs(1), "{near:?}");
        assert_eq!(jittered(Duration::ZERO, [255; 32]), Duration::ZERO);
    }
}
