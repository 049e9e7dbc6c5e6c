//! Finding out what became of an attempt whose outcome nobody knows.

use std::time::Duration;

use payment_core::{
    attempt::{Attempt, AttemptState},
    id::AttemptId,
    time::Timestamp,
};
use payment_ports::{
    provider::{Capabilities, Dedupe, Found, Provider, Query},
    store::{ApplyError, Change, LoadedAttempt},
};

use super::{
    call::{ask, in_time, provider_of},
    carry_out,
    conclude::{Concluded, conclude},
    finding::Finding,
    fold::Open,
};
use crate::{error::Error, pacing::later, ports::Ports};

/// Asks what became of an attempt, and records it if that is known now.
pub(crate) async fn resolve_attempt(ports: &Ports, attempt: AttemptId) -> Result<(), Error> {
    let Some(found) = ports.store.load_attempt(attempt).await? else {
        return Ok(());
    };
    let open = Open { payment: found.payment, attempt: found.attempt, session: found.session };
    if open.attempt.state != AttemptState::Intent {
        return Ok(());
    }
    let provider = provider_of(ports, &open.attempt.provider)?;
    let finding = find_out(ports, provider.as_ref(), &open.attempt).await;
    let concluded = match conclude(ports, open, &finding).await {
        Ok(Concluded::Next(next)) => carry_out(ports, *next).await,
        Ok(Concluded::Answer(answer)) => Ok(answer),
        Err(error) => Err(error),
    };
    match concluded {
        Ok(_) | Err(Error::ProviderNotReached { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Claims an open attempt and asks what became of it, unless somebody else claimed it first.
///
/// The claim is counted, so that whoever sent the attempt knows that others may have, too.
pub(crate) async fn claim_and_resolve(ports: &Ports, attempt: AttemptId) -> Result<(), Error> {
    let Some(LoadedAttempt { attempt, .. }) = ports.store.load_attempt(attempt).await? else {
        return Ok(());
    };
    let from = attempt.progress();
    let claimed = Attempt {
        checks: from.checks.saturating_add(1),
        next_check_at: Some(later(ports.clock.now(), ports.policy.lease)),
        ..attempt
    };
    let id = claimed.id;
    if from.state != AttemptState::Intent {
        return Ok(());
    }
    match ports.store.apply(&[Change::UpdateAttempt { attempt: claimed, from }]).await {
        Ok(()) => resolve_attempt(ports, id).await,
        Err(ApplyError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn find_out(ports: &Ports, provider: &dyn Provider, attempt: &Attempt) -> Finding {
    match provider.capabilities().query {
        Query::ByOurReference => match in_time(ports, provider.query(attempt)).await {
            Ok(Found::Outcome(outcome)) => Finding::from(Ok(outcome)),
            Ok(Found::Nothing) => unknown_there(ports, provider, attempt).await,
            // A question that failed proves nothing.
            Err(error) => Finding::InDoubt(error.to_string()),
        },
        Query::ByTheirReference | Query::None => unknown_there(ports, provider, attempt).await,
    }
}

/// The provider does not know the attempt: it never arrived, or is still on its way.
async fn unknown_there(ports: &Ports, provider: &dyn Provider, attempt: &Attempt) -> Finding {
    let now = ports.clock.now();
    let capabilities = provider.capabilities();
    match capabilities.dedupe {
        Dedupe::Key { retention } if is_younger(attempt, nine_tenths(retention), now) => {
            again(ports, provider, attempt).await
        }
        _ if is_younger(attempt, capabilities.max_late_landing, now) => {
            Finding::InDoubt("the provider does not know the attempt yet".to_owned())
        }
        Dedupe::Key { .. } | Dedupe::UniqueReference | Dedupe::None => Finding::NeedsReview(
            "the provider does not know the attempt: see whether the money moved".to_owned(),
        ),
    }
}

/// Sends the same call with the same key. That it could not be sent this time says nothing of the
/// times before, unless the provider does not know the attempt although those must have landed.
async fn again(ports: &Ports, provider: &dyn Provider, attempt: &Attempt) -> Finding {
    let finding = Finding::from(ask(ports, provider, attempt).await);
    let is_proof = must_have_landed(ports, provider.capabilities(), attempt);
    if is_proof { finding } else { finding.of_all_calls() }
}

/// Whether the provider can be asked, and whatever was sent before must have reached it by now.
fn must_have_landed(ports: &Ports, capabilities: &Capabilities, attempt: &Attempt) -> bool {
    let landing = capabilities.max_late_landing;
    let first = ports.policy.call_timeout.saturating_add(landing);
    let checks = usize::try_from(attempt.checks).unwrap_or(0);
    let last_wait = ports.policy.doubt_checks.delay_forever(checks.saturating_sub(1));
    capabilities.query == Query::ByOurReference
        && last_wait > landing
        && !is_younger(attempt, first, ports.clock.now())
}

fn is_younger(attempt: &Attempt, age: Duration, now: Timestamp) -> bool {
    let age = chrono::Duration::from_std(age).unwrap_or(chrono::Duration::MAX);
    now.signed_duration_since(attempt.created_at) < age
}

/// Keys are trusted for nine tenths of their life, so that clocks may differ a little.
const fn nine_tenths(retention: Duration) -> Duration {
    retention.saturating_sub(Duration::from_secs(retention.as_secs() / 10))
}
