//! Nothing is left undone.

use super::{Found, Kind};
use crate::{
    evidence::Evidence,
    load::ask::{Operation, Verdict},
};

pub(super) fn check(evidence: &Evidence, found: &mut Found) {
    let backlog = evidence.backlog;
    let is_done = backlog.is_done() && backlog.for_review == 0;
    found.require(is_done, Kind::Stuck, || format!("{backlog:?}"));
    for payment in &evidence.payments {
        found.require(!payment.is_pending, Kind::Stuck, || format!("pending: {payment:?}"));
        for attempt in &payment.attempts {
            let is_open = matches!(attempt.status.as_str(), "PENDING" | "NEEDS_REVIEW");
            found.require(!is_open, Kind::Stuck, || format!("{attempt:?} of {}", payment.id));
        }
    }
    for ask in evidence.stories.iter().flat_map(|story| &story.asks) {
        // The customer may come back; the merchant's program waits for an answer.
        let is_open = ask.operation != Operation::Confirm && ask.verdict() == Verdict::Open;
        found.require(!is_open, Kind::Stuck, || format!("no final answer: {ask:?}"));
    }
}
