//! How long it took to settle what was in doubt.

use crate::evidence::{Evidence, books::Attempt};

/// What takes longer to have its end recorded was in doubt, in milliseconds.
const USUAL_MS: i64 = 1000;

/// How long it took to settle attempts in doubt since the bank could be reached, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Speed {
    /// How many there were.
    pub in_doubt: usize,
    /// Half of them took at most that long.
    pub p50_ms: i64,
    /// All but one of a hundred took at most that long.
    pub p99_ms: i64,
    /// None took longer.
    pub max_ms: i64,
}

/// Measures all attempts that were in doubt.
#[must_use]
pub fn speed(evidence: &Evidence) -> Speed {
    let attempts = evidence.payments.iter().flat_map(|payment| &payment.attempts);
    let times = attempts.filter_map(|attempt| since_reachable(attempt, &evidence.outages));
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    let at = |percent: usize| {
        let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times.get(rank).copied().unwrap_or_default()
    };
    Speed { in_doubt: times.len(), p50_ms: at(50), p99_ms: at(99), max_ms: at(100) }
}

/// `None` if it was not in doubt.
fn since_reachable(attempt: &Attempt, outages: &[(i64, i64)]) -> Option<i64> {
    let took = attempt.took_ms.filter(|took| *took > USUAL_MS)?;
    let (began, ended) = (attempt.began_ms, attempt.began_ms + took);
    let returns =
        outages.iter().map(|(_, back)| *back).filter(|back| (began..ended).contains(back));
    Some(ended - returns.max().unwrap_or(began))
}
