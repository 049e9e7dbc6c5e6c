//! The provider's own books: what truly happened to the money.

use std::collections::BTreeMap;

use payment_core::{
    attempt::Attempt,
    decline::{Decline, DeclineCode},
    id::{AttemptId, PaymentId},
    payment::Operation,
    three_ds::Challenge,
};
use payment_ports::provider::{Approval, CallResult, Found, Outcome, ProviderError, Redirect};

use crate::plan::Profile;

/// What arrives at the provider.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) attempt: AttemptId,
    pub(crate) payment: PaymentId,
    pub(crate) operation: Operation,
    pub(crate) minor: i64,
    /// Whether the issuer wants 3-D Secure first.
    pub(crate) wants_three_ds: bool,
}

impl Order {
    pub(crate) const fn of(attempt: &Attempt) -> Self {
        Self {
            attempt: attempt.id,
            payment: attempt.payment,
            operation: attempt.instruction.operation(),
            minor: attempt.amount.minor(),
            wants_three_ds: false,
        }
    }
}

/// Money that moved, or a hold that was made or given up.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    pub(crate) attempt: AttemptId,
    pub(crate) payment: PaymentId,
    pub(crate) operation: Operation,
    pub(crate) minor: i64,
}

/// The books.
#[derive(Debug)]
pub(crate) struct Bank {
    profile: Profile,
    pub(crate) effects: Vec<Effect>,
    known: BTreeMap<AttemptId, Outcome>,
}

impl Bank {
    pub(crate) const fn new(profile: Profile) -> Self {
        Self { profile, effects: Vec::new(), known: BTreeMap::new() }
    }

    /// Takes an order that arrived; `declines` is what the issuer says to a new one.
    pub(crate) fn land(&mut self, order: &Order, declines: bool) -> CallResult {
        match (self.known.get(&order.attempt), self.profile) {
            (Some(outcome), Profile::Key) => return Ok(outcome.clone()),
            (Some(_), Profile::UniqueReference) => {
                return Err(ProviderError::Unknown("duplicate reference".to_owned()));
            }
            (Some(_), Profile::Query | Profile::Cancel) | (None, _) => {}
        }
        let outcome = self.carry_out(order, declines);
        self.known.entry(order.attempt).or_insert_with(|| outcome.clone());
        Ok(outcome)
    }

    /// What the provider knows under our reference.
    pub(crate) fn query(&self, attempt: AttemptId) -> Found {
        self.known.get(&attempt).map_or(Found::Nothing, |known| Found::Outcome(known.clone()))
    }

    fn carry_out(&mut self, order: &Order, declines: bool) -> Outcome {
        if declines {
            let code = DeclineCode::CardDeclined;
            return Outcome::Declined(Decline { code, provider_code: None, message: None });
        }
        if order.wants_three_ds {
            let state = format!("state-{}", order.attempt);
            return Outcome::NeedsRedirect(Redirect { challenge: Challenge::Code, state });
        }
        let Order { attempt, payment, operation, minor, wants_three_ds: _ } = *order;
        self.effects.push(Effect { attempt, payment, operation, minor });
        let reference = format!("ref-{}", self.effects.len());
        Outcome::Approved(Approval { reference, card_last4: None })
    }
}
