//! The provider's own books: what truly happened to the money.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Which effect it takes back.
    pub(crate) reverses: Option<AttemptId>,
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
            reverses: attempt.reverses,
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
    pub(crate) reverses: Option<AttemptId>,
}

/// The books.
#[derive(Debug)]
pub(crate) struct Bank {
    profile: Profile,
    pub(crate) effects: Vec<Effect>,
    known: BTreeMap<AttemptId, Outcome>,
    cancelled: BTreeSet<AttemptId>,
}

impl Bank {
    pub(crate) const fn new(profile: Profile) -> Self {
        Self { profile, effects: Vec::new(), known: BTreeMap::new(), cancelled: BTreeSet::new() }
    }

    /// Takes an order that arrived; `declines` is what the issuer says to a new one.
    pub(crate) fn land(&mut self, order: &Order, declines: bool) -> CallResult {
        if self.cancelled.contains(&order.attempt) {
            return Ok(refused());
        }
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

    /// Undoes what came of a reference, and all that may still come of it.
    pub(crate) fn cancel(&mut self, attempt: AttemptId) {
        self.effects.retain(|effect| effect.attempt != attempt);
        self.known.insert(attempt, refused());
        self.cancelled.insert(attempt);
    }

    /// What the provider knows under our reference.
    pub(crate) fn query(&self, attempt: AttemptId) -> Found {
        self.known.get(&attempt).map_or(Found::Nothing, |known| Found::Outcome(known.clone()))
    }

    /// How often an attempt took effect.
    pub(crate) fn done(&self, attempt: AttemptId) -> i64 {
        count(self.effects.iter().filter(|effect| effect.attempt == attempt))
    }

    /// How often it still stands: what was taken back does not.
    pub(crate) fn live(&self, attempt: AttemptId) -> i64 {
        let undone = self.effects.iter().filter(|effect| effect.reverses == Some(attempt));
        self.done(attempt).saturating_sub(count(undone))
    }

    fn carry_out(&mut self, order: &Order, declines: bool) -> Outcome {
        // A hold that is gone is not given up again; money that was given back is, by a lax bank.
        let is_void_again = order.operation == Operation::Void
            && order.reverses.is_some_and(|hold| self.live(hold) < 1);
        if declines || is_void_again {
            return refused();
        }
        if order.wants_three_ds {
            let state = format!("state-{}", order.attempt);
            return Outcome::NeedsRedirect(Redirect { challenge: Challenge::Code, state });
        }
        let Order { attempt, payment, operation, minor, reverses, wants_three_ds: _ } = *order;
        self.effects.push(Effect { attempt, payment, operation, minor, reverses });
        let reference = format!("ref-{}", self.effects.len());
        Outcome::Approved(Approval { reference, card_last4: None })
    }
}

const fn refused() -> Outcome {
    let code = DeclineCode::CardDeclined;
    Outcome::Declined(Decline { code, provider_code: None, message: None })
}

fn count(effects: impl Iterator) -> i64 {
    i64::try_from(effects.count()).unwrap_or(i64::MAX)
}
