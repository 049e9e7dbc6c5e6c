//! What was given up, took effect late and was taken back: it must really have been taken back.

use std::collections::{HashMap, HashSet};

use super::{Found, Kind};
use crate::evidence::{
    books::{Attempt, Payment},
    ledger::Effect,
};

pub(super) fn check(
    payment: &Payment,
    effects: &HashMap<&str, Vec<&Effect>>,
    cancelled: &HashSet<&str>,
    found: &mut Found,
) {
    for attempt in payment.attempts.iter().filter(|attempt| attempt.status == "REVERSED") {
        let is_back = cancelled.contains(attempt.id.as_str())
            || payment.attempts.iter().filter(|other| takes_back(other, attempt)).count() == 1
                && is_undone(payment, attempt, effects);
        let about = || format!("{attempt:?} was not taken back in {payment:?}");
        found.require(is_back, Kind::DoubleCharge, about);
    }
}

/// Whether the bank cancelled it, or what it takes back, so that it has no effect of its own.
pub(super) fn is_cancelled(attempt: &Attempt, cancelled: &HashSet<&str>) -> bool {
    let is_reversal_of = |id: &String| cancelled.contains(id.as_str());
    let is_over = attempt.status == "REVERSED" && cancelled.contains(attempt.id.as_str());
    is_over || attempt.reverses.as_ref().is_some_and(is_reversal_of)
}

fn takes_back(reversal: &Attempt, attempt: &Attempt) -> bool {
    reversal.status == "SUCCESS" && reversal.reverses.as_ref() == Some(&attempt.id)
}

/// Whether the bank did the opposite, once and of the same amount.
fn is_undone(payment: &Payment, attempt: &Attempt, effects: &HashMap<&str, Vec<&Effect>>) -> bool {
    let of = |attempt: &Attempt| match effects.get(attempt.id.as_str()).map(Vec::as_slice) {
        Some([effect]) => Some(*effect),
        Some(_) | None => None,
    };
    let opposite = if attempt.operation == "AUTHORIZE" { "VOID" } else { "REFUND" };
    let reversal = payment.attempts.iter().find(|other| takes_back(other, attempt));
    match (of(attempt), reversal.and_then(of)) {
        (Some(done), Some(undone)) => undone.operation == opposite && undone.minor == done.minor,
        (_, _) => false,
    }
}
