//! What must hold once all is calm: the gateway's books against the provider's.

use std::collections::BTreeMap;

use payment_core::{
    attempt::{Attempt, AttemptState, ScopeHash},
    id::AttemptId,
    payment::{Operation, Payment, Status},
    transaction::TransactionKind,
};
use payment_ports::{
    fakes::Tables,
    store::{IdempotencyRecord, NoticeProgress, RecordState},
};
use payment_usecases::view::event::public_event_id;

use crate::{
    bank::Effect,
    world::{State, Violation},
};

/// Looks at a world that has come to rest.
pub(crate) fn judge(tables: &Tables, state: &State) -> Vec<Violation> {
    let mut judge = Judge { tables, state, violations: Vec::new() };
    for payment in tables.payments.values() {
        judge.payment(payment);
    }
    judge.effects();
    judge.scopes();
    judge.deliveries();
    judge.notices();
    judge.answers();
    judge.violations
}

struct Judge<'a> {
    tables: &'a Tables,
    state: &'a State,
    violations: Vec<Violation>,
}

impl Judge<'_> {
    fn blame(&mut self, invariant: &'static str, seen: String) {
        self.violations.push(Violation { invariant, seen });
    }

    fn attempts_of(&self, payment: &Payment) -> impl Iterator<Item = &Attempt> {
        self.tables.attempts.values().filter(move |it| it.payment == payment.id)
    }

    /// I2, I4 and I7 of one payment.
    fn payment(&mut self, payment: &Payment) {
        let id = payment.id;
        if let Some(pending) = payment.pending
            && !self.is_for_review(pending.attempt)
        {
            self.blame("I4", format!("{id} waits for its {} for ever", pending.operation));
        }
        let succeeded = |operation| {
            let asked_for = self.attempts_of(payment).filter(|it| it.reverses.is_none());
            let done = asked_for.filter(|it| {
                it.state == AttemptState::Succeeded && it.instruction.operation() == operation
            });
            done.map(|it| it.amount.minor()).sum::<i64>()
        };
        let moved = |kind| {
            let all = self.tables.transactions.values();
            let of_payment = all.filter(|it| it.payment == id && it.kind == kind);
            of_payment.map(|it| it.amount.minor()).sum::<i64>()
        };
        let totals =
            (payment.authorized.minor(), payment.captured.minor(), payment.refunded.minor());
        let attempts = (
            succeeded(Operation::Authorize),
            succeeded(Operation::Capture),
            succeeded(Operation::Refund),
        );
        let ledger = (moved(TransactionKind::Capture), moved(TransactionKind::Refund));
        let was_voided = succeeded(Operation::Void) > 0;
        // What was taken of a hold before the rest was given up stays taken.
        let is_void_told = payment.status == Status::Voided || payment.captured.minor() > 0;
        let is_voided = payment.status == Status::Voided && payment.authorized.minor() > 0;
        let moved_there = self.provider_totals(payment);
        if totals != attempts
            || totals != moved_there
            || was_voided && !is_void_told
            || is_voided && !was_voided
        {
            let status = payment.status;
            self.blame("I2", format!("{id} {status} has totals {totals:?}, its attempts {attempts:?}, the provider {moved_there:?}, voided {was_voided}"));
        }
        if ledger != (totals.1, totals.2) {
            self.blame("I7", format!("{id} has totals {totals:?}, its ledger {ledger:?}"));
        }
    }

    /// What the provider holds, took and gave back, less what was taken back, and what only a person
    /// can settle.
    fn provider_totals(&self, payment: &Payment) -> (i64, i64, i64) {
        let counts = |effect: &&Effect| {
            effect.reverses.is_none()
                && self.state.bank.live(effect.attempt) > 0
                && !self.is_for_review(effect.attempt)
        };
        let total = |operation| {
            let of_payment = self.state.bank.effects.iter().filter(|it| it.payment == payment.id);
            let counted = of_payment.filter(|it| it.operation == operation).filter(counts);
            counted.map(|it| it.minor).sum::<i64>()
        };
        (total(Operation::Authorize), total(Operation::Capture), total(Operation::Refund))
    }

    /// I4: every notice that was taken was heeded.
    fn notices(&mut self) {
        let tables = self.tables;
        for notice in tables.inbox.values() {
            if !matches!(notice.progress, NoticeProgress::Processed { .. }) {
                self.blame("I4", format!("{} was never heeded", notice.event_id));
            }
        }
    }

    fn is_for_review(&self, attempt: AttemptId) -> bool {
        let found = self.tables.attempts.get(&attempt);
        found.is_some_and(|it| it.state == AttemptState::NeedsReview)
    }

    /// I1 and I2: every attempt has the effect that its state says, once.
    fn effects(&mut self) {
        for effect in &self.state.bank.effects {
            if !self.tables.attempts.contains_key(&effect.attempt) {
                self.blame("I2", format!("the provider did {effect:?}, which nobody remembers"));
            }
        }
        for attempt in self.tables.attempts.values() {
            self.attempt(attempt);
        }
    }

    fn attempt(&mut self, attempt: &Attempt) {
        let Attempt { id, state, .. } = attempt;
        let operation = attempt.instruction.operation();
        let done = self.state.bank.done(*id);
        let live = self.state.bank.live(*id);
        if done > 1 || live < 0 {
            let undone = done.saturating_sub(live);
            self.blame("I1", format!("{operation} {id} was done {done} times, undone {undone}"));
        }
        let should_be = match state {
            AttemptState::Succeeded => 1..=1,
            AttemptState::Declined
            | AttemptState::Challenged
            | AttemptState::FailedNotSent
            | AttemptState::Abandoned
            | AttemptState::Reversed => 0..=0,
            AttemptState::NeedsReview => 0..=1,
            AttemptState::Intent => {
                self.blame("I4", format!("{operation} {id} is still open"));
                0..=1
            }
        };
        if !should_be.contains(&live) {
            self.blame("I2", format!("{operation} {id} is {state}, and stands {live} times"));
        }
    }

    /// I1: what one key asks is done once.
    fn scopes(&mut self) {
        let mut done: BTreeMap<([u8; 32], Operation), i64> = BTreeMap::new();
        for attempt in self.tables.attempts.values() {
            if let Some(ScopeHash(scope)) = attempt.idempotency {
                let count = done.entry((scope, attempt.instruction.operation())).or_default();
                *count = count.saturating_add(self.state.bank.live(attempt.id));
            }
        }
        for ((_, operation), count) in done {
            if count > 1 {
                self.blame("I1", format!("one key had {count} effects of {operation}"));
            }
        }
    }

    /// I5: every event reached every endpoint.
    fn deliveries(&mut self) {
        for row in self.tables.events.values() {
            let name = public_event_id(row.event.id);
            for endpoint in self.tables.endpoints.keys() {
                if !self.state.received.contains(&(*endpoint, name.clone())) {
                    let (kind, of) = (row.event.kind, row.event.aggregate);
                    self.blame("I5", format!("{kind} of {of:?} was never delivered"));
                }
            }
        }
    }

    /// I6: what clients heard is what is kept, and every key has its end.
    fn answers(&mut self) {
        for heard in &self.state.heard {
            let record = self.tables.records.get(&heard.scope);
            let kept = record.and_then(|record| match &record.state {
                RecordState::Done { answer, .. } => Some((answer.status, answer.body.as_str())),
                RecordState::InProgress(_) => None,
            });
            if kept != Some((heard.status, heard.body.as_str())) {
                self.violations.push(Violation {
                    invariant: "I6",
                    seen: format!("heard {} {}, kept {kept:?}", heard.status, heard.body),
                });
            }
        }
        for record in self.tables.records.values() {
            let pending = record.payment.and_then(|id| self.tables.payments.get(&id)?.pending);
            let is_for_review = pending.is_some_and(|pending| self.is_for_review(pending.attempt));
            if matches!(record.state, RecordState::InProgress(_)) && !is_for_review {
                self.blame("I6", format!("key {} never got its answer", record.key));
            }
            self.answer_is_true(record);
        }
    }

    /// I6: 200 means that the provider did it, everything else that it did not.
    fn answer_is_true(&mut self, record: &IdempotencyRecord) {
        let RecordState::Done { answer, .. } = &record.state else { return };
        let of_key =
            self.tables.attempts.values().filter(|it| it.idempotency == Some(record.scope));
        // An automatic capture decides for the authorization before it.
        let Some(last) = of_key.max_by_key(|it| it.id) else { return };
        let said = answer.status == 200;
        let done = matches!(last.state, AttemptState::Succeeded | AttemptState::Challenged);
        let was_challenge = answer.body.contains("threeDsUrl");
        // A void or refund that took effect after it was given up is a fact, and nobody is charged.
        let is_late = self.state.watch.given_up.contains(&last.id)
            && matches!(last.instruction.operation(), Operation::Void | Operation::Refund);
        if said != done && !was_challenge && !is_late {
            let (key, status, state) = (&record.key, answer.status, last.state);
            self.blame("I6", format!("key {key} was told {status}, and its attempt is {state}"));
        }
    }
}
