//! What a write or a call is, for fail points to aim at.

use payment_core::attempt::{Attempt, Instruction};
use payment_ports::store::Change;

/// One write of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Write {
    /// What it is part of.
    pub(crate) operation: &'static str,
    /// Which part.
    pub(crate) part: Part,
}

/// Which part of an operation a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Before the call.
    T1,
    /// The outcome.
    T2,
    /// Nobody knows the outcome yet.
    Doubt,
}

impl Part {
    /// The names of the points before, within and after such a write.
    pub(crate) const fn points(self) -> [&'static str; 3] {
        match self {
            Self::T1 => ["t1.before", "t1.within", "t1.committed"],
            Self::T2 => ["t2.before", "t2.within", "t2.committed"],
            Self::Doubt => ["doubt.before", "doubt.within", "doubt.committed"],
        }
    }
}

/// What the changes are; `None` if no point can aim at them.
///
/// An attempt that ends and one that follows it are one write: the end counts.
pub(crate) fn write_of(changes: &[Change]) -> Option<Write> {
    let ends = changes.iter().find_map(ended);
    ends.or_else(|| changes.iter().find_map(begun))
}

/// The operation that an attempt is part of.
pub(crate) const fn operation_of(attempt: &Attempt) -> &'static str {
    match &attempt.instruction {
        Instruction::Authorize(_) => "authorize",
        Instruction::ConfirmThreeDs(_) => "confirm",
        Instruction::Capture(_) => "capture",
        Instruction::Void(_) => "void",
        Instruction::Refund(_) => "refund",
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "few writes have points")]
fn ended(change: &Change) -> Option<Write> {
    match change {
        Change::UpdateAttempt { attempt, from } => {
            let is_over = attempt.state != from.state;
            let part = if is_over { Part::T2 } else { Part::Doubt };
            Some(Write { operation: operation_of(attempt), part })
        }
        Change::FinishEvent { .. } => Some(Write { operation: "fan_out", part: Part::T2 }),
        Change::UpdateNotice { .. } => Some(Write { operation: "notice", part: Part::T2 }),
        Change::UpdateDelivery { .. } => Some(Write { operation: "delivery", part: Part::T2 }),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "few writes have points")]
fn begun(change: &Change) -> Option<Write> {
    let operation = match change {
        Change::InsertAttempt(attempt) => operation_of(attempt),
        Change::InsertPayment(_) => "create",
        Change::InsertNotice(_) => "notice",
        _ => return None,
    };
    Some(Write { operation, part: Part::T1 })
}
