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

/// Why an attempt is asked about now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Its next check was due.
    Schedule,
    /// Somebody wants to know, at whatever time.
    Somebody,
}

/// Asks what became of an attempt that was claimed, and records it if that is known now.
pub(crate) async fn resolve_attempt(
    ports: &Ports,
    attempt: AttemptId,
    prompt: Prompt,
) -> Result<(), Error> {
    let Some((open, _)) = load_open(ports, attempt).await? else {
        return Ok(());
    };
    let provider = provider_of(ports, &open.attempt.provider)?;
    let asking = Asking { ports, provider: provider.as_ref(), attempt: &open.attempt, prompt };
    let finding = match open.attempt.state {
        AttemptState::Intent => asking.find_out().await,
        AttemptState::Abandoned => asking.look_after().await,
        AttemptState::Succeeded
        | AttemptState::Declined
        | AttemptState::Challenged
        | AttemptState::FailedNotSent
        | AttemptState::Reversed
        | AttemptState::NeedsReview => return Ok(()),
    };
    let cancels_next = open.attempt.state == AttemptState::Intent
        && matches!(finding, Finding::GivenUp(_))
        && asking.can_be_cancelled();
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
        Ok(()) => Box::pin(resolve_attempt(ports, attempt, Prompt::Somebody)).await,
        Err(ApplyError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

struct Asking<'a> {
    ports: &'a Ports,
    provider: &'a dyn Provider,
    attempt: &'a Attempt,
    prompt: Prompt,
}

impl Asking<'_> {
    /// What became of an attempt that is open.
    async fn find_out(&self) -> Finding {
        let asked_at = self.ports.clock.now();
        let finding = match self.query().await {
            Some(Ok(Found::Outcome(outcome))) => Finding::from(Ok(outcome)),
            Some(Ok(Found::Nothing)) | None => self.unknown_there(asked_at).await,
            // A question that failed proves nothing.
            Some(Err(error)) => Finding::InDoubt(error.to_string()),
        };
        let is_open = matches!(finding, Finding::InDoubt(_) | Finding::Waiting { .. });
        if is_open && self.window().is_hopeless(asked_at) {
            return Finding::NeedsReview("the provider could not tell for too long".to_owned());
        }
        finding
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
    /// the times before, unless the provider does not know the attempt although those must have
    /// landed.
    async fn again(&self) -> Finding {
        if !self.window().fits_the_lease(self.ports.clock.now()) {
            return Finding::InDoubt("it was not sent again in time".to_owned());
        }
        let is_proof = self.prompt == Prompt::Schedule
            && self.capabilities().query == Query::ByOurReference
            && self.window().must_have_landed(self.ports.clock.now());
        let finding = Finding::from(ask(self.ports, self.provider, self.attempt).await);
        if is_proof && let Finding::NotSent(cause) | Finding::Misconfigured(cause) = &finding {
            // Watched, since clocks can err.
            return Finding::GivenUp(cause.clone());
        }
        finding.of_all_calls()
    }

    /// The fastest end. It is given up before it is cancelled, so that whoever sent it cannot record
    /// a success that is being taken back.
    fn give_up_to_cancel(&self, asked_at: Timestamp) -> Finding {
        let answer_is_due = later(self.attempt.created_at, self.ports.policy.call_timeout);
        if asked_at < answer_is_due {
            let cause = "whoever sent it may still be waiting for the answer".to_owned();
            return Finding::Waiting { cause, until: Some(answer_is_due) };
        }
        Finding::GivenUp("it is cancelled by our reference".to_owned())
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
        self.capabilities().void_by_our_reference
            && matches!(
                self.attempt.instruction.operation(),
                Operation::Authorize | Operation::Capture
            )
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
