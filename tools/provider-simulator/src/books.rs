//! What the bank knows.

use std::collections::{BTreeMap, HashMap};

use crate::{
    answer::{Answer, Status},
    card::Card,
    code::{self, Code},
    entry::Entry,
    hold::Hold,
    order::{Operation, Order},
};

/// All that the bank knows; a function of its ledger.
#[derive(Debug, Default)]
pub(crate) struct Books {
    entries: Vec<Entry>,
    /// By the bank's name for them.
    holds: BTreeMap<String, Hold>,
    by_key: HashMap<String, usize>,
    by_reference: HashMap<String, Vec<usize>>,
}

impl Books {
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) const fn holds(&self) -> &BTreeMap<String, Hold> {
        &self.holds
    }

    /// What became of an order, by its sender's name for it.
    pub(crate) fn found(&self, reference: &str) -> Option<Answer> {
        let entries = || self.of(reference).filter(|entry| entry.operation != Operation::Cancel);
        let done = entries().find(|entry| entry.is_done());
        let entry = done.or_else(|| entries().next_back());
        if self.is_cancelled(reference) {
            let entry = entry.or_else(|| self.of(reference).next_back())?;
            return Some(Answer::declined(entry.operation, &entry.order, code::CANCELLED));
        }
        entry.map(|entry| entry.answer.clone())
    }

    /// Writes a line, and does what it says.
    pub(crate) fn book(&mut self, entry: Entry) {
        if entry.is_done() {
            self.carry_out(&entry);
        }
        let number = self.entries.len();
        if let Some(key) = &entry.key {
            self.by_key.entry(key.clone()).or_insert(number);
        }
        self.by_reference.entry(entry.order.reference.clone()).or_default().push(number);
        self.entries.push(entry);
    }

    /// Whether an order was cancelled, so that nothing comes of it any more.
    pub(crate) fn is_cancelled(&self, reference: &str) -> bool {
        self.of(reference).any(|entry| entry.operation == Operation::Cancel && entry.is_done())
    }

    /// Whether an order with that reference was taken before.
    pub(crate) fn knows(&self, reference: &str) -> bool {
        self.by_reference.contains_key(reference)
    }

    /// The first order with that `Idempotency-Key`.
    pub(crate) fn first_with(&self, key: &str) -> Option<&Entry> {
        self.entries.get(*self.by_key.get(key)?)
    }

    /// All orders with that reference, oldest first.
    fn of(&self, reference: &str) -> impl DoubleEndedIterator<Item = &Entry> {
        let numbers = self.by_reference.get(reference).into_iter().flatten();
        numbers.filter_map(|number| self.entries.get(*number))
    }

    /// The card that was challenged, by the bank's name for the challenge.
    pub(crate) fn challenged(&self, challenge: &str) -> Option<Card> {
        let number = number_of(challenge)?;
        let entry = self.entries.get(number)?;
        let is_challenge = entry.answer.status == Status::Challenge;
        let card = Card::of(entry.order.card_token.as_deref()?);
        is_challenge.then_some(card)
    }

    /// The hold that an order is about, as it would be afterwards.
    pub(crate) fn changed_hold(&self, operation: Operation, order: &Order) -> Result<Hold, Code> {
        let name = order.authorization.as_deref().unwrap_or_default();
        let hold = self.holds.get(name).ok_or(code::NOT_LOCATED)?;
        if hold.currency != order.currency {
            return Err(code::WRONG_CURRENCY);
        }
        if hold.later.is_some_and(|later| later.is_declined && later.operation == operation) {
            return Err(code::CARD_DECLINED);
        }
        hold.after(operation, order.amount_minor, order.is_final)
    }

    /// The holds that an order changed, as if it had never come; `None` if it is too late for that.
    pub(crate) fn holds_without(&self, reference: &str) -> Option<BTreeMap<String, Hold>> {
        let mut changed = BTreeMap::new();
        let done = self.of(reference).rev();
        for entry in done.filter(|entry| entry.is_done()) {
            let name = entry.hold()?;
            let hold = changed.get(name).or_else(|| self.holds.get(name))?;
            let hold = hold.without(entry.operation, entry.order.amount_minor)?;
            changed.insert(name.to_owned(), hold);
        }
        Some(changed)
    }

    fn carry_out(&mut self, entry: &Entry) {
        let Entry { operation, order, .. } = entry;
        match operation {
            Operation::Authorize | Operation::Confirm => {
                if let Some(name) = entry.hold() {
                    self.holds.insert(name.to_owned(), new_hold(order));
                }
            }
            Operation::Capture | Operation::Void | Operation::Refund => {
                if let (Some(name), Ok(hold)) = (entry.hold(), self.changed_hold(*operation, order))
                {
                    self.holds.insert(name.to_owned(), hold);
                }
            }
            Operation::Cancel => {
                self.holds.extend(self.holds_without(&order.reference).unwrap_or_default());
            }
        }
    }

    /// The bank's name for what the next line says.
    pub(crate) fn next_name(&self) -> String {
        format!("BANK-{:08}", self.entries.len())
    }
}

fn number_of(name: &str) -> Option<usize> {
    name.strip_prefix("BANK-")?.parse().ok()
}

fn new_hold(order: &Order) -> Hold {
    Hold {
        payment: order.payment.clone(),
        currency: order.currency.clone(),
        authorized: order.amount_minor,
        captured: 0,
        refunded: 0,
        is_closed: false,
        is_voided: false,
        later: order.card_token.as_deref().and_then(|token| Card::of(token).later),
    }
}
