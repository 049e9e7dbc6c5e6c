//! What a provider says of an attempt by itself.

use payment_core::{
    attempt::{Attempt, AttemptState},
    id::AttemptId,
};
use payment_ports::{
    notice::Notice,
    provider::{Outcome, Provider, Query},
};

use super::{
    Open, carry_out,
    conclude::{Concluded, conclude},
    finding::Finding,
    fold::is_being_taken_back,
    load_open,
    resolve::claim_and_resolve,
};
use crate::{error::Error, ports::Ports};

/// Whether a provider can be asked what became of an attempt, so that nothing else need be believed.
pub(crate) fn can_be_asked(provider: &dyn Provider) -> bool {
    provider.capabilities().query == Query::ByOurReference
}

/// Heeds a verified notice about an attempt: asks, or where nobody can be asked, believes it.
///
/// It changes nothing of an attempt that has its end.
pub(crate) async fn hear(
    ports: &Ports,
    provider: &dyn Provider,
    attempt: AttemptId,
    notice: &Notice,
) -> Result<(), Error> {
    let Some((open, _)) = load_open(ports, attempt).await? else {
        return Ok(());
    };
    let contradiction = contradiction(&open.attempt, notice);
    if let Some(contradiction) = contradiction {
        let Attempt { provider, state, .. } = &open.attempt;
        tracing::error!(
            %attempt, %provider, %state, notice = notice.id, contradiction,
            "a provider's notice contradicts what is recorded"
        );
    }
    match &notice.said {
        _ if can_be_asked(provider) => claim_and_resolve(ports, attempt).await,
        Some(said @ (Outcome::Approved(_) | Outcome::Declined(_))) if contradiction.is_none() => {
            believe(ports, open, said).await
        }
        Some(_) | None => Ok(()),
    }
}

/// Records what was said as if the provider had answered so, where nothing else is recorded.
async fn believe(ports: &Ports, open: Open, said: &Outcome) -> Result<(), Error> {
    let has_no_end = match open.attempt.state {
        AttemptState::Intent | AttemptState::NeedsReview => true,
        AttemptState::Abandoned => !is_being_taken_back(&open.attempt),
        AttemptState::Succeeded
        | AttemptState::Declined
        | AttemptState::Challenged
        | AttemptState::FailedNotSent
        | AttemptState::Reversed => false,
    };
    if !has_no_end {
        return Ok(());
    }
    let finding = Finding::from(Ok(said.clone()));
    let concluded = match conclude(ports, open, &finding).await {
        // On the heap, since the whole engine is inside.
        Ok(Concluded::Next { next, .. }) => Box::pin(carry_out(ports, *next)).await,
        Ok(Concluded::Answer(answer)) => Ok(answer),
        Err(error) => Err(error),
    };
    match concluded {
        Ok(_) | Err(Error::ProviderNotReached { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// How the notice cannot be true if what is recorded is.
fn contradiction(attempt: &Attempt, notice: &Notice) -> Option<&'static str> {
    if notice.amount.is_some_and(|amount| amount != attempt.amount) {
        return Some("it speaks of another amount");
    }
    match (&notice.said, attempt.state) {
        (
            Some(Outcome::Approved(_)),
            AttemptState::Declined | AttemptState::Challenged | AttemptState::FailedNotSent,
        ) => Some("it says that it was approved"),
        (Some(Outcome::Declined(_)), AttemptState::Succeeded | AttemptState::Reversed) => {
            Some("it says that it was declined")
        }
        (Some(_) | None, _) => None,
    }
}
