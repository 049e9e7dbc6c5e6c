//! Judging what the customer's browser brought back.

use payment_core::{
    attempt::{Attempt, AttemptState},
    decline::{Decline, DeclineCode},
    id::{EventId, ProviderId, ThreeDsSessionId},
    three_ds::{Challenge, SessionRefused, ThreeDsSession, ThreeDsStatus},
    transition::Action,
};
use payment_ports::{
    provider::{Authentication, BrowserAnswer, Provider},
    store::{Change, LoadedSession},
};

use super::{
    confirm::confirm,
    show::{Shown, challenge, ended, found, not_found, over, won},
};
use crate::{
    engine::{commit, event_change, in_time, provider_of, readable},
    error::Error,
    pacing::{MAX_TRIES, step_aside},
    ports::Ports,
};

/// Takes what a browser brought back. Only the first right answer authorizes the payment; every
/// later one is shown what came of it. `provider` is named where the bank's post names it.
///
/// # Errors
///
/// [`Error::NotFound`] if there is no such session at that provider.
pub async fn answer(
    ports: &Ports,
    session: ThreeDsSessionId,
    provider: Option<&ProviderId>,
    answer: &BrowserAnswer,
) -> Result<Shown, Error> {
    for _ in 0..MAX_TRIES {
        let found = found(ports, session).await?;
        if provider.is_some_and(|provider| *provider != found.attempt.provider) {
            return Err(not_found());
        }
        let is_open = found.session.status == ThreeDsStatus::Pending
            && ports.clock.now() < found.session.expires_at;
        if !is_open {
            return ended(ports, found).await;
        }
        if let Some(shown) = judge(ports, found, answer).await? {
            return Ok(shown);
        }
        step_aside(ports).await;
    }
    // What keeps the payment busy may come to nothing, and then the customer is needed again.
    Ok(Shown::TryAgain)
}

/// One look at the answer; `None` if somebody else changed the session meanwhile.
async fn judge(
    ports: &Ports,
    found: LoadedSession,
    answer: &BrowserAnswer,
) -> Result<Option<Shown>, Error> {
    // A form without a code is no wrong code.
    if found.session.challenge == Challenge::Code && is_blank(answer) {
        return Ok(Some(challenge(ports, &found, false)));
    }
    let provider = provider_of(ports, &found.attempt.provider)?;
    match authenticate(ports, provider.as_ref(), &found.session, answer).await {
        Some(Authentication::Verified { proof }) => confirm(ports, found, proof).await,
        Some(Authentication::WrongCode) => wrong_code(ports, found).await,
        Some(Authentication::Failed(decline)) => {
            let failed = found.session.fail(ports.clock.now());
            fail(ports, found, failed, decline).await
        }
        None => Ok(Some(Shown::TryAgain)),
    }
}

fn is_blank(answer: &BrowserAnswer) -> bool {
    answer.fields.get("code").is_none_or(|code| code.trim().is_empty())
}

/// The provider's judgement; `None` if it gave none. No money moves either way.
async fn authenticate(
    ports: &Ports,
    provider: &dyn Provider,
    session: &ThreeDsSession,
    answer: &BrowserAnswer,
) -> Option<Authentication> {
    match in_time(ports, provider.three_ds()?.authenticate(session, answer)).await {
        Ok(authentication) => Some(authentication),
        Err(error) => {
            let error = readable(&error.to_string());
            tracing::warn!(provider = %provider.id(), error, "3-D Secure could not be judged");
            None
        }
    }
}

async fn wrong_code(ports: &Ports, found: LoadedSession) -> Result<Option<Shown>, Error> {
    let max_attempts = ports.policy.three_ds_max_attempts;
    let after = found.session.wrong_code(max_attempts, ports.clock.now());
    if let Ok(session) = &after
        && session.status == ThreeDsStatus::Pending
    {
        let changes = [Change::UpdateSession(session.clone())];
        let found = LoadedSession { session: session.clone(), ..found };
        return Ok(won(commit(ports, &changes).await)?.then(|| challenge(ports, &found, true)));
    }
    let decline = Decline {
        code: DeclineCode::ThreeDsFailed,
        provider_code: None,
        message: Some("too many wrong codes".to_owned()),
    };
    fail(ports, found, after, decline).await
}

/// The customer did not pass: the session and the payment fail together.
async fn fail(
    ports: &Ports,
    found: LoadedSession,
    session: Result<ThreeDsSession, SessionRefused>,
    decline: Decline,
) -> Result<Option<Shown>, Error> {
    let Ok(session) = session else {
        return Ok(None);
    };
    let now = ports.clock.now();
    let mut changes = vec![Change::UpdateSession(session.clone())];
    let mut payment = found.payment;
    let newest = ports.store.sessions(payment.id).await?.pop();
    let is_newest = newest.is_some_and(|newest| newest.id == session.id);
    // A payment that went another way meanwhile, or has a newer challenge, keeps its state.
    if let Ok((failed, events)) = payment.apply(Action::AuthorizeDeclined, now)
        && is_newest
    {
        payment = failed;
        let from = found.attempt.progress();
        let attempt = Attempt {
            state: AttemptState::Declined,
            decline: Some(decline),
            finished_at: Some(now),
            ..found.attempt
        };
        changes.push(Change::UpdatePayment(payment.clone()));
        changes.push(Change::UpdateAttempt { attempt, from });
        let id = || EventId::from(ports.ids.uuid());
        changes.extend(events.into_iter().map(|event| event_change(id(), event, &payment)));
    }
    Ok(won(commit(ports, &changes).await)?.then(|| over(payment, session)))
}
