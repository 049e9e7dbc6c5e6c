//! What the bank still holds against what the gateway may still take.

use std::collections::HashMap;

use super::{Found, Kind};
use crate::evidence::{Evidence, books::Payment};

pub(super) fn check(evidence: &Evidence, found: &mut Found) {
    let mut held: HashMap<&str, i64> = HashMap::new();
    for hold in &evidence.holds {
        *held.entry(&hold.payment).or_default() += hold.left;
    }
    for payment in evidence.payments.iter().filter(|payment| !has_late_capture(payment)) {
        let left = held.get(payment.id.as_str()).copied().unwrap_or_default();
        let expected =
            if payment.status == "AUTHORIZED" { payment.minor - payment.captured } else { 0 };
        let about = || format!("{left} are held, not {expected}, of {payment:?}");
        found.require(left == expected, Kind::WrongAmount, about);
    }
}

/// A capture that was taken back with a refund does not bring its hold back.
fn has_late_capture(payment: &Payment) -> bool {
    let is_reversed = |status: &str| status == "REVERSED";
    let mut attempts = payment.attempts.iter();
    attempts.any(|attempt| attempt.operation == "CAPTURE" && is_reversed(&attempt.status))
}
