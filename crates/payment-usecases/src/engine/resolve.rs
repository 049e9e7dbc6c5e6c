//! Finding out what became of an attempt, by what its provider can do (the rules and their proof by
//! simulation: `docs/architecture.md`, "Attempts in doubt").

use payment_core::{
    attempt::{Attempt, AttemptState},
    id::AttemptId,
    payment::Operation,
    time::Timestamp,
};
use payment_ports::{
    provider::{Capabilities, Dedupe, Found, Outcome, Provider, ProviderError, Query},
    store::{ApplyError, Change},
};

use super::{
    call::{ask, in_time, provider_of},
    carry_out,
    conclude::{Concluded, conclude, look},
    finding::Finding,
    fold::is_being_taken_back,
    load_open,
    window::{Window, nine_tenths},
};
use crate::{error::Error, pacing::later, ports::Ports};

/// Asks what became of an attempt that was claimed, and records it if that is known now.
pub(crate) async fn resolve_attempt(ports: &Ports, attempt: AttemptId) -> Result<(), Error> {
    let Some((open, _)) = load_open(ports, attempt).await? else {
        return Ok(());
    };
    if !matches!(open.attempt.state, AttemptState::Intent | AttemptState::Abandoned) {
        return Ok(());
    }
    let finding = match provider_of(ports, &open.attempt.provider) {
        Ok(provider) => {
            Asking { ports, provider: provider.as_ref(), attempt: &open.attempt }.ask().await
        }
        // Nobody can be asked until it is switched on again, or a person was.
        Err(error) => or_a_person(ports, &open.attempt, Finding::InDoubt(error.to_string())),
    };
    let cancels_next = matches!(finding, Finding::Cancelling(_));
    let concluded = match conclude(ports, open, &finding).await {
        Ok(Concluded::Next { next, .. }) => carry_out(ports, *next).await,
        Ok(Concluded::Answer(answer)) => Ok(answer),
        Err(error) => Err(error),
    };
    if cancels_next && concluded.is_ok() {
        look(ports, attempt).await;
    }
    match concluded {
        Ok(_) | Err(Error::ProviderNotReached { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Claims an attempt that is open or watched and asks what became of it, unless somebody else
/// claimed it first.
///
/// The claim is counted, so that whoever sent the attempt knows that others may have, too.
pub(crate) async fn claim_and_resolve(ports: &Ports, attempt: AttemptId) -> Result<(), Error> {
    let Some((open, _)) = load_open(ports, attempt).await? else {
        return Ok(());
    };
    let from = open.attempt.progress();
    let is_open = matches!(from.state, AttemptState::Intent | AttemptState::Abandoned);
    if !is_open || is_being_taken_back(&open.attempt) {
        return Ok(());
    }
    let claimed = Attempt {
        checks: from.checks.saturating_add(1),
        next_check_at: Some(later(ports.clock.now(), ports.policy.lease)),
        ..open.attempt
    };
    match ports.store.apply(&[Change::UpdateAttempt { attempt: claimed, from }]).await {
        // On the heap, since the whole engine is inside.
        Ok(()) => Box::pin(resolve_attempt(ports, attempt)).await,
        Err(ApplyError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

struct Asking<'a> {
    ports: &'a Ports,
    provider: &'a dyn Provider,
    attempt: &'a Attempt,
}

/// What has been in doubt for too long is left to a person.
fn or_a_person(ports: &Ports, attempt: &Attempt, finding: Finding) -> Finding {
    let is_open = matches!(finding, Finding::InDoubt(_) | Finding::Waiting { .. });
    let limit = later(attempt.created_at, ports.policy.doubt_limit);
    if is_open && attempt.state == AttemptState::Intent && limit <= ports.clock.now() {
        return Finding::NeedsReview("nobody could tell for too long".to_owned());
    }
    finding
}

/// Whether the provider takes it back by our reference.
pub(super) const fn is_cancellable(capabilities: &Capabilities, attempt: &Attempt) -> bool {
    let operation = attempt.instruction.operation();
    capabilities.void_by_our_reference
        && matches!(operation, Operation::Authorize | Operation::Capture)
}

impl Asking<'_> {
    async fn ask(&self) -> Finding {
        if self.attempt.state == AttemptState::Abandoned {
            self.look_after().await
        } else {
            self.find_out().await
        }
    }

    /// What became of an attempt that is open.
    async fn find_out(&self) -> Finding {
        let asked_at = self.ports.clock.now();
        let finding = match self.query().await {
            Some(Ok(Found::Outcome(outcome))) => Finding::from(Ok(outcome)),
            Some(Ok(Found::Nothing)) | None => self.unknown_there(asked_at).await,
            // A question that failed proves nothing.
            Some(Err(error)) => Finding::InDoubt(error.to_string()),
        };
        or_a_person(self.ports, self.attempt, finding)
    }

    /// Whether an attempt that was given up took effect after all.
    async fn look_after(&self) -> Finding {
        if self.can_be_cancelled() {
            return self.cancel().await;
        }
        match self.query().await {
            Some(Ok(Found::Outcome(outcome))) => Finding::from(Ok(outcome)),
            Some(Err(error)) => Finding::InDoubt(error.to_string()),
            Some(Ok(Found::Nothing)) | None => {
                Finding::Waiting { cause: "it has not taken effect".to_owned(), until: None }
            }
        }
    }

    async fn query(&self) -> Option<Result<Found, ProviderError>> {
        match self.capabilities().query {
            Query::ByOurReference => {
                Some(in_time(self.ports, self.provider.query(self.attempt)).await)
            }
            Query::ByTheirReference | Query::None => None,
        }
    }

    /// The provider does not know the attempt, or cannot be asked: the attempt never arrived, or is
    /// still on its way.
    async fn unknown_there(&self, asked_at: Timestamp) -> Finding {
        let capabilities = self.capabilities();
        match capabilities.dedupe {
            Dedupe::Key { retention } if self.window().is_younger(nine_tenths(retention)) => {
                self.again().await
            }
            Dedupe::UniqueReference if capabilities.query == Query::ByOurReference => {
                self.again().await
            }
            _ if self.can_be_cancelled() => self.give_up_to_cancel(asked_at),
            Dedupe::Key { .. } | Dedupe::UniqueReference | Dedupe::None => {
                self.wait_or_give_up(asked_at)
            }
        }
    }

    /// Sends the same call with the same key. That it could not be sent this time says nothing of
    /// the times before, which may land yet.
    async fn again(&self) -> Finding {
        if !self.window().fits_the_lease(self.ports.clock.now()) {
            return Finding::InDoubt("it was not sent again in time".to_owned());
        }
        Finding::from(ask(self.ports, self.provider, self.attempt).await).of_all_calls()
    }

    /// The fastest end. It is given up before it is cancelled, so that whoever sent it cannot record
    /// a success that is being taken back.
    fn give_up_to_cancel(&self, asked_at: Timestamp) -> Finding {
        let answer_is_due = self.window().answer_is_due_at();
        if asked_at < answer_is_due {
            let cause = "whoever sent it may still be waiting for the answer".to_owned();
            return Finding::Waiting { cause, until: Some(answer_is_due) };
        }
        Finding::Cancelling("it is cancelled by our reference".to_owned())
    }

    /// Takes back whatever came of it.
    async fn cancel(&self) -> Finding {
        match in_time(self.ports, self.provider.cancel(self.attempt)).await {
            Ok(Outcome::Approved(_)) => {
                Finding::GivenUp("it was cancelled by our reference".to_owned())
            }
            Ok(Outcome::Declined(decline)) => {
                Finding::InDoubt(format!("it could not be cancelled: {}", decline.code))
            }
            Ok(Outcome::NeedsRedirect(_) | Outcome::Pending) => {
                Finding::InDoubt("it is being cancelled".to_owned())
            }
            Err(error) => Finding::InDoubt(error.to_string()),
        }
    }

    /// That the provider does not know it counts once it must have landed.
    fn wait_or_give_up(&self, asked_at: Timestamp) -> Finding {
        let window = self.window();
        let can_be_asked = self.capabilities().query == Query::ByOurReference;
        if asked_at < window.closes_at() {
            let cause = "the provider does not know the attempt yet".to_owned();
            Finding::Waiting { cause, until: Some(window.closes_at()) }
        } else if can_be_asked {
            Finding::GivenUp("the provider does not know the attempt".to_owned())
        } else {
            Finding::NeedsReview(
                "the provider cannot be asked: see whether the money moved".to_owned(),
            )
        }
    }

    fn can_be_cancelled(&self) -> bool {
        is_cancellable(self.capabilities(), self.attempt)
    }

    fn capabilities(&self) -> &Capabilities {
        self.provider.capabilities()
    }

    fn window(&self) -> Window<'_> {
        Window {
            attempt: self.attempt,
            capabilities: self.provider.capabilities(),
            policy: &self.ports.policy,
            now: self.ports.clock.now(),
        }
    }
}
