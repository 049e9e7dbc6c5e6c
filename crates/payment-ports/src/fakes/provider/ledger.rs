//! What a provider was asked, what it did, and what it remembers.

use std::collections::{BTreeMap, BTreeSet};

use payment_core::{
    attempt::Attempt,
    card::LastFour,
    decline::{Decline, DeclineCode},
    id::AttemptId,
};
use tokio::time::Instant;

use super::{Answer, Call};
use crate::provider::{Approval, CallResult, Dedupe, Found, Outcome, ProviderError, Redirect};

/// The provider's own books.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    calls: Vec<(Call, Attempt)>,
    entries: BTreeMap<AttemptId, Entry>,
    cancelled: BTreeSet<AttemptId>,
}

/// What became of an attempt that arrived.
#[derive(Debug)]
struct Entry {
    call: Call,
    minor: i64,
    effects: u32,
    outcome: Outcome,
    since: Instant,
}

impl Ledger {
    /// Takes a call, and answers as the script has it.
    pub(super) fn take(
        &mut self,
        call: Call,
        attempt: &Attempt,
        answer: Answer,
        dedupe: Dedupe,
    ) -> CallResult {
        self.calls.push((call, attempt.clone()));
        if call == Call::Cancel && answer == Answer::Approve {
            return self.cancel(attempt);
        }
        let is_answer_lost = answer == Answer::UnknownWithEffect;
        let outcome = outcome(answer, attempt)?;
        let outcome = self.arrive(call, attempt, outcome, dedupe)?;
        if is_answer_lost { Err(unknown()) } else { Ok(outcome) }
    }

    /// The last call for an attempt arrives only now, or what was pending ends.
    pub(super) fn land(&mut self, attempt: AttemptId, answer: Answer, dedupe: Dedupe) {
        let last = self.calls.iter().rev().find(|(_, it)| it.id == attempt).cloned();
        let Some((call, attempt)) = last else { return };
        let Ok(outcome) = outcome(answer, &attempt) else { return };
        if self.find(attempt.id) == Found::Outcome(Outcome::Pending) {
            self.record(call, &attempt, outcome);
        } else {
            // Nobody waits for the answer any more.
            drop(self.arrive(call, &attempt, outcome, dedupe));
        }
    }

    /// Takes back what came of an attempt, and whatever may still come of it.
    fn cancel(&mut self, attempt: &Attempt) -> CallResult {
        self.cancelled.insert(attempt.id);
        if let Some(entry) = self.entries.get_mut(&attempt.id) {
            entry.effects = 0;
            entry.outcome = declined(DeclineCode::CardDeclined);
        }
        outcome(Answer::Approve, attempt)
    }

    /// Answers what is known of an attempt.
    pub(super) fn find(&self, attempt: AttemptId) -> Found {
        let entry = self.entries.get(&attempt);
        entry.map_or(Found::Nothing, |entry| Found::Outcome(entry.outcome.clone()))
    }

    pub(super) fn calls(&self) -> &[(Call, Attempt)] {
        &self.calls
    }

    /// Every effect with its minor units, as often as it was done.
    pub(super) fn effects(&self, call: Call) -> impl Iterator<Item = (AttemptId, u32, i64)> {
        let entries = self.entries.iter().filter(move |(_, entry)| entry.call == call);
        entries.map(|(&id, entry)| (id, entry.effects, entry.minor))
    }

    fn arrive(
        &mut self,
        call: Call,
        attempt: &Attempt,
        outcome: Outcome,
        dedupe: Dedupe,
    ) -> CallResult {
        if self.cancelled.contains(&attempt.id) {
            return Ok(declined(DeclineCode::CardDeclined));
        }
        match (self.entries.get(&attempt.id), dedupe) {
            (Some(known), Dedupe::Key { retention }) if known.since.elapsed() < retention => {
                Ok(known.outcome.clone())
            }
            (Some(_), Dedupe::UniqueReference) => {
                Err(ProviderError::Unknown("the reference is taken".to_owned()))
            }
            (Some(_), Dedupe::Key { .. } | Dedupe::None) | (None, _) => {
                self.record(call, attempt, outcome.clone());
                Ok(outcome)
            }
        }
    }

    fn record(&mut self, call: Call, attempt: &Attempt, outcome: Outcome) {
        let before = self.entries.get(&attempt.id).map_or(0, |entry| entry.effects);
        let effects = before + u32::from(matches!(outcome, Outcome::Approved(_)));
        let (minor, since) = (attempt.amount.minor(), Instant::now());
        self.entries.insert(attempt.id, Entry { call, minor, effects, outcome, since });
    }
}

/// What the provider makes of a call that reaches it, or why it does not.
fn outcome(answer: Answer, attempt: &Attempt) -> CallResult {
    match answer {
        Answer::Approve | Answer::UnknownWithEffect => Ok(Outcome::Approved(Approval {
            reference: format!("ref-{}", attempt.id),
            card_last4: LastFour::parse("4242").ok(),
        })),
        Answer::Decline(code) => Ok(declined(code)),
        Answer::NeedThreeDs(challenge) => {
            let state = format!("state-{}", attempt.id);
            Ok(Outcome::NeedsRedirect(Redirect { challenge, state }))
        }
        Answer::Pending => Ok(Outcome::Pending),
        Answer::NotSent => Err(ProviderError::NotSent("connection refused".to_owned())),
        Answer::UnknownWithoutEffect => Err(unknown()),
        Answer::Misconfigured => Err(ProviderError::Misconfigured("unknown key".to_owned())),
    }
}

fn declined(code: DeclineCode) -> Outcome {
    Outcome::Declined(Decline {
        code,
        provider_code: Some(code.as_str().to_lowercase()),
        message: Some("the test refused".to_owned()),
    })
}

fn unknown() -> ProviderError {
    ProviderError::Unknown("the connection broke".to_owned())
}
