//! What must hold of every single write; it knows the writes and nothing of who makes them.

use std::collections::{BTreeMap, BTreeSet};

use payment_core::{
    attempt::{Attempt, AttemptState},
    event::EventKind,
    id::{AttemptId, PaymentId},
    payment::{Operation, Payment, Status},
};
use payment_ports::store::Change;

use crate::world::Violation;

/// Remembers what was written last, and what was wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    payments: BTreeMap<PaymentId, Standing>,
    attempts: BTreeMap<AttemptId, AttemptState>,
    /// What was given up for a while; it may have taken effect since.
    pub(crate) given_up: BTreeSet<AttemptId>,
    pub(crate) violations: Vec<Violation>,
}

/// What is compared of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    status: Status,
    authorized: i64,
    captured: i64,
    refunded: i64,
    events: i64,
}

impl Standing {
    const fn of(payment: &Payment) -> Self {
        Self {
            status: payment.status,
            authorized: payment.authorized.minor(),
            captured: payment.captured.minor(),
            refunded: payment.refunded.minor(),
            events: payment.event_count,
        }
    }

    /// What happened between `before` and this, if anything that is worth an event.
    fn event_since(self, before: Option<Self>) -> Option<EventKind> {
        let Some(before) = before else { return Some(EventKind::PaymentCreated) };
        if self.captured != before.captured {
            return Some(EventKind::PaymentCaptured);
        }
        if self.refunded != before.refunded {
            return Some(EventKind::PaymentRefunded);
        }
        if self.status == before.status {
            return None;
        }
        match self.status {
            Status::Created | Status::PartiallyRefunded | Status::Refunded => None,
            Status::Authorized => Some(EventKind::PaymentAuthorized),
            Status::Failed => Some(EventKind::PaymentFailed),
            Status::Expired => Some(EventKind::PaymentExpired),
            // Giving up what is left of a hold leaves what was taken from it.
            Status::Voided | Status::Captured => Some(EventKind::PaymentVoided),
        }
    }
}

impl Watch {
    /// Looks at one write as a whole.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only some writes say something here")]
    pub(crate) fn observe(&mut self, changes: &[Change]) {
        let mut touched: BTreeMap<PaymentId, Option<Standing>> = BTreeMap::new();
        let mut events: BTreeMap<PaymentId, Vec<(i64, EventKind)>> = BTreeMap::new();
        for change in changes {
            match change {
                Change::InsertPayment(payment) | Change::UpdatePayment(payment) => {
                    self.totals(payment);
                    let before = self.payments.insert(payment.id, Standing::of(payment));
                    touched.entry(payment.id).or_insert(before);
                }
                Change::InsertEvent(event) => {
                    let Some(payment) = event.aggregate.payment() else { continue };
                    events.entry(payment).or_default().push((event.sequence, event.kind));
                }
                Change::InsertAttempt(attempt) => {
                    self.attempts.insert(attempt.id, attempt.state);
                }
                Change::UpdateAttempt { attempt, from: _ } => self.attempt(attempt),
                _ => {}
            }
        }
        for (id, before) in touched {
            let events = events.remove(&id).unwrap_or_default();
            self.one_event_per_change(id, before, &events);
        }
        for (id, events) in events {
            self.blame("I5", format!("events {events:?} of {id}, which did not change"));
        }
    }

    pub(crate) fn blame(&mut self, invariant: &'static str, seen: String) {
        self.violations.push(Violation { invariant, seen });
    }

    /// I3, with what is reserved.
    fn totals(&mut self, payment: &Payment) {
        let reserved = |operation| {
            let pending = payment.pending.filter(|pending| pending.operation == operation);
            pending.map_or(0, |pending| pending.amount.minor())
        };
        let captured = payment.captured.minor().saturating_add(reserved(Operation::Capture));
        let refunded = payment.refunded.minor().saturating_add(reserved(Operation::Refund));
        let authorized = payment.authorized.minor();
        let holds = 0 <= refunded
            && refunded <= payment.captured.minor()
            && captured <= authorized
            && authorized <= payment.amount.minor();
        if !holds {
            self.blame("I3", format!("authorized {authorized}, captured with reserve {captured}, refunded with reserve {refunded}"));
        }
    }

    /// I8.
    fn attempt(&mut self, attempt: &Attempt) {
        let before = self.attempts.insert(attempt.id, attempt.state);
        if attempt.state == AttemptState::Abandoned {
            self.given_up.insert(attempt.id);
        }
        let is_final = before.is_some_and(|state| match state {
            AttemptState::Succeeded
            | AttemptState::Declined
            | AttemptState::FailedNotSent
            | AttemptState::Reversed => true,
            AttemptState::Abandoned => !matches!(
                attempt.state,
                AttemptState::Abandoned
                    | AttemptState::Reversed
                    | AttemptState::Succeeded
                    | AttemptState::NeedsReview
            ),
            AttemptState::Challenged => attempt.state != AttemptState::Declined,
            AttemptState::Intent | AttemptState::NeedsReview => false,
        });
        if is_final {
            let (id, now) = (attempt.id, attempt.state);
            self.blame("I8", format!("attempt {id} was {before:?} and became {now}"));
        }
    }

    /// I5: one event for each change, none without one, and no gap.
    fn one_event_per_change(
        &mut self,
        id: PaymentId,
        before: Option<Standing>,
        events: &[(i64, EventKind)],
    ) {
        let Some(after) = self.payments.get(&id).copied() else { return };
        let kinds: Vec<_> = events.iter().map(|(_, kind)| *kind).collect();
        let is_expected = after.event_since(before).map_or_else(
            || {
                // What changes neither status nor totals may still be worth telling, once.
                let news = [EventKind::PaymentOperationFailed, EventKind::PaymentReversed];
                kinds.len() <= 1 && kinds.iter().all(|kind| news.contains(kind))
            },
            |expected| kinds == [expected],
        );
        let first = before.map_or(1, |before| before.events.saturating_add(1));
        let is_in_order = events.iter().map(|(sequence, _)| *sequence).eq(first..=after.events);
        if !is_expected || !is_in_order {
            self.blame("I5", format!("{id}: {before:?} became {after:?} with events {events:?}"));
        }
    }
}
