//! What the bank makes of an order; changes nothing.

use crate::{
    answer::{Answer, Refusal},
    books::Books,
    card::{Card, ThreeDs, Verdict},
    code,
    order::{Operation, Order, ThreeDsWish},
    profile::Profile,
};

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
    /// What comes of an order, and whether it is taken at all.
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
        let first = key.and_then(|key| self.first_with(key));
        match (profile, first) {
            (Profile::Key, Some(first)) => {
                if (first.operation, &first.order) == (operation, order) {
                    Judged::Known(first.answer.clone())
                } else {
                    Judged::Refused(Refusal::KeyReused)
                }
            }
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
}

/// What proves that the customer passed a challenge.
pub(crate) fn proof(challenge: &str) -> String {
    format!("PASSED-{challenge}")
}

fn card_of(order: &Order) -> Result<Card, Refusal> {
    let missing = || Refusal::Invalid("cardToken is missing".to_owned());
    order.card_token.as_deref().map(Card::of).ok_or_else(missing)
}
