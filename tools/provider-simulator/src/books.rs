//! What the bank knows, and what it makes of an order.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    answer::{Answer, Refusal, Status},
    card::{Card, ThreeDs, Verdict},
    code::{self, Code},
    hold::Hold,
    order::{Operation, Order, ThreeDsWish},
    profile::Profile,
};

/// One line of the ledger: an order, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// In milliseconds since 1970.
    pub(crate) at: u64,
    pub(crate) operation: Operation,
    /// The `Idempotency-Key`.
    pub(crate) key: Option<String>,
    pub(crate) order: Order,
    pub(crate) answer: Answer,
    /// Whether the sender was gone when it took effect.
    pub(crate) is_late: bool,
}

/// All that the bank knows; a function of its ledger.
#[derive(Debug, Default)]
pub(crate) struct Books {
    entries: Vec<Entry>,
    /// By the bank's name for them.
    holds: BTreeMap<String, Hold>,
    by_key: HashMap<String, usize>,
    by_reference: HashMap<String, Vec<usize>>,
}

/// What the bank makes of an order that it may know already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It is new, and this comes of it.
    New(Answer),
    /// It is not, and nothing comes of it.
    Known(Answer),
    /// It is not taken.
    Refused(Refusal),
}

impl Books {
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) const fn holds(&self) -> &BTreeMap<String, Hold> {
        &self.holds
    }

    /// What comes of an order; changes nothing.
    pub(crate) fn judge(
        &self,
        profile: Profile,
        operation: Operation,
        key: Option<&str>,
        order: &Order,
    ) -> Judged {
        if order.amount_minor <= 0 {
            return Judged::Refused(Refusal::Invalid("amountMinor must be above 0".to_owned()));
        }
        if operation == Operation::Cancel {
            return self.cancellation(profile, order);
        }
        let first = key.and_then(|key| self.entries.get(*self.by_key.get(key)?));
        match (profile, first) {
            (Profile::Key, Some(first)) if first.order != *order => {
                Judged::Refused(Refusal::KeyReused)
            }
            (Profile::Key, Some(first)) => Judged::Known(first.answer.clone()),
            (Profile::UniqueReference, _) if self.knows(&order.reference) => {
                Judged::Known(Answer::duplicate(operation, order))
            }
            (_, _) if self.is_cancelled(&order.reference) => {
                Judged::New(Answer::declined(operation, order, code::CANCELLED))
            }
            (_, _) => match self.outcome(operation, order) {
                Ok(answer) => Judged::New(answer),
                Err(refusal) => Judged::Refused(refusal),
            },
        }
    }

    /// What became of an order, by its sender's name for it.
    pub(crate) fn found(&self, reference: &str) -> Option<Answer> {
        let entries = || self.of(reference).filter(|entry| entry.operation != Operation::Cancel);
        let done = entries().find(|entry| entry.answer.status == Status::Approved);
        let entry = done.or_else(|| entries().next_back());
        if self.is_cancelled(reference) {
            let entry = entry.or_else(|| self.of(reference).next_back())?;
            return Some(Answer::declined(entry.operation, &entry.order, code::CANCELLED));
        }
        entry.map(|entry| entry.answer.clone())
    }

    /// Writes a line, and does what it says.
    pub(crate) fn book(&mut self, entry: Entry) {
        if entry.answer.status == Status::Approved {
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
        self.of(reference).any(|entry| {
            entry.operation == Operation::Cancel && entry.answer.status == Status::Approved
        })
    }

    fn knows(&self, reference: &str) -> bool {
        self.by_reference.contains_key(reference)
    }

    fn of(&self, reference: &str) -> impl DoubleEndedIterator<Item = &Entry> {
        let numbers = self.by_reference.get(reference).into_iter().flatten();
        numbers.filter_map(|number| self.entries.get(*number))
    }

    fn outcome(&self, operation: Operation, order: &Order) -> Result<Answer, Refusal> {
        match operation {
            Operation::Authorize => self.authorization(order),
            Operation::Confirm => self.confirmation(order),
            Operation::Capture | Operation::Void | Operation::Refund | Operation::Cancel => {
                let judged = self.changed_hold(operation, order);
                Ok(match judged {
                    Ok(_) => Answer::approved(operation, order, self.next_name()),
                    Err(code) => Answer::declined(operation, order, code),
                })
            }
        }
    }

    fn authorization(&self, order: &Order) -> Result<Answer, Refusal> {
        let card = card_of(order)?;
        let is_wanted = order.three_ds == Some(ThreeDsWish::Always);
        let is_approved = card.verdict == Verdict::Approved;
        let is_challenged = card.three_ds != ThreeDs::NotNeeded || is_wanted && is_approved;
        let operation = Operation::Authorize;
        match order.three_ds {
            _ if !is_challenged => self.hold(operation, order, card),
            Some(ThreeDsWish::Never) => {
                Ok(Answer::declined(operation, order, code::AUTHENTICATION_REQUIRED))
            }
            Some(ThreeDsWish::Always | ThreeDsWish::WhenRequired) | None => {
                Ok(Answer::challenge(operation, order, self.next_name()))
            }
        }
    }

    fn confirmation(&self, order: &Order) -> Result<Answer, Refusal> {
        let card = card_of(order)?;
        let challenge = order.challenge.as_deref().unwrap_or_default();
        let is_proved = order.proof.as_deref() == Some(&*proof(challenge));
        if is_proved && self.challenged(challenge).is_some() {
            self.hold(Operation::Confirm, order, card)
        } else {
            Ok(Answer::declined(Operation::Confirm, order, code::NOT_AUTHENTICATED))
        }
    }

    /// The card that was challenged, by the bank's name for the challenge.
    pub(crate) fn challenged(&self, challenge: &str) -> Option<Card> {
        let number = number_of(challenge)?;
        let entry = self.entries.get(number)?;
        let is_challenge = entry.answer.status == Status::Challenge;
        let card = Card::of(entry.order.card_token.as_deref()?);
        is_challenge.then_some(card)
    }

    fn hold(&self, operation: Operation, order: &Order, card: Card) -> Result<Answer, Refusal> {
        match card.verdict {
            Verdict::Approved => {
                let approved = Answer::approved(operation, order, self.next_name());
                Ok(Answer { card_last4: Some("4242".to_owned()), ..approved })
            }
            Verdict::Declined(code) => Ok(Answer::declined(operation, order, code)),
            Verdict::Busy => Err(Refusal::Busy),
            Verdict::AccountClosed => Err(Refusal::AccountClosed),
        }
    }

    /// The hold that an order is about, as it would be afterwards.
    fn changed_hold(&self, operation: Operation, order: &Order) -> Result<Hold, Code> {
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

    fn cancellation(&self, profile: Profile, order: &Order) -> Judged {
        let operation = Operation::Cancel;
        if profile != Profile::Cancel {
            let message = "this bank does not cancel by reference".to_owned();
            return Judged::Refused(Refusal::Invalid(message));
        }
        if self.is_cancelled(&order.reference) {
            return Judged::Known(Answer::approved(operation, order, self.next_name()));
        }
        Judged::New(match self.holds_without(&order.reference) {
            Some(_) => Answer::approved(operation, order, self.next_name()),
            None => Answer::declined(operation, order, code::TOO_LATE),
        })
    }

    /// The holds that an order changed, as if it had never come; `None` if it is too late for that.
    fn holds_without(&self, reference: &str) -> Option<BTreeMap<String, Hold>> {
        let mut changed = BTreeMap::new();
        let done = self.of(reference).rev();
        for entry in done.filter(|entry| entry.answer.status == Status::Approved) {
            let name = hold_name(entry)?;
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
                if let Some(name) = hold_name(entry) {
                    self.holds.insert(name.to_owned(), new_hold(order));
                }
            }
            Operation::Capture | Operation::Void | Operation::Refund => {
                if let (Some(name), Ok(hold)) =
                    (hold_name(entry), self.changed_hold(*operation, order))
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
    fn next_name(&self) -> String {
        format!("BANK-{:08}", self.entries.len())
    }
}

/// What proves that the customer passed a challenge.
pub(crate) fn proof(challenge: &str) -> String {
    format!("PASSED-{challenge}")
}

fn number_of(name: &str) -> Option<usize> {
    name.strip_prefix("BANK-")?.parse().ok()
}

/// The bank's name for the hold that a line made or changed.
fn hold_name(entry: &Entry) -> Option<&str> {
    match entry.operation {
        Operation::Authorize | Operation::Confirm => entry.answer.bank_reference.as_deref(),
        Operation::Capture | Operation::Void | Operation::Refund | Operation::Cancel => {
            entry.order.authorization.as_deref()
        }
    }
}

fn card_of(order: &Order) -> Result<Card, Refusal> {
    let missing = || Refusal::Invalid("cardToken is missing".to_owned());
    order.card_token.as_deref().map(Card::of).ok_or_else(missing)
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
