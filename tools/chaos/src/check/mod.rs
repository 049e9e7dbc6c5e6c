//! Whether the promise was kept: pure functions of the evidence.

mod answers;
mod asks;
mod events;
mod holds;
mod money;
mod rest;
mod reversals;
pub mod sabotage;
pub mod speed;

use std::fmt;

use crate::evidence::Evidence;

/// What must never be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The bank did twice what was wanted once.
    DoubleCharge,
    /// The bank did what the gateway's books do not know, or the other way round.
    LostCharge,
    /// The amounts differ.
    WrongAmount,
    /// Something is not settled.
    Stuck,
    /// The merchant was not told of an event.
    LostEvent,
    /// Events are missing, or do not fit what happened.
    WrongEvents,
    /// Two deliveries of one event differ.
    DifferentDuplicate,
    /// An answer that is never right here.
    WrongAnswer,
    /// A payment that nobody asked for, or one request that made two, or two that made one.
    WrongPayments,
    /// Two final answers to one key.
    TwoAnswers,
}

/// One breach of the promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which kind.
    pub kind: Kind,
    /// What exactly.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}

/// Every breach that the evidence shows.
#[must_use]
pub fn violations(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Found::default();
    money::check(evidence, &mut found);
    asks::check(evidence, &mut found);
    events::check(evidence, &mut found);
    answers::check(evidence, &mut found);
    rest::check(evidence, &mut found);
    found.0
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, kind: Kind, what: String) {
        self.0.push(Violation { kind, what });
    }

    fn require(&mut self, holds: bool, kind: Kind, what: impl FnOnce() -> String) {
        if !holds {
            self.add(kind, what());
        }
    }
}
