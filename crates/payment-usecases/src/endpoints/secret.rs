//! Giving an endpoint another secret.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use payment_core::id::EndpointId;
use payment_ports::webhook::{Endpoint, EndpointSecrets, NextSecret};
use secrecy::SecretString;

use super::change::{Changed, change};
use crate::{
    caller::Caller,
    error::{Error, InvalidField},
    pacing::later,
    ports::Ports,
    view::endpoint::{EndpointView, EndpointWithSecretView},
};

const HOUR: Duration = Duration::from_hours(1);

/// Gives one of the caller's endpoints another secret, beside the one that it has.
///
/// For `overlap_hours`, 1 to 168 or 24 if none, webhooks are signed with both; then the new one
/// replaces the other. The answer is the only time that the new one is shown.
///
/// # Errors
///
/// [`Error::EndpointState`] while an earlier one has not replaced its predecessor;
/// [`Error::Invalid`] names `overlapHours`; [`Error::NotFound`].
pub async fn rotate_secret(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
    overlap_hours: Option<i64>,
) -> Result<EndpointWithSecretView, Error> {
    let overlap = overlap(overlap_hours.unwrap_or(24))?;
    let secret = make(ports);
    let endpoint = change(ports, caller, id, |endpoint, now| {
        if endpoint.secrets.next.is_some() {
            let why = "the secret is being replaced already: promote the new one first";
            return Err(Error::EndpointState(why));
        }
        let next = NextSecret { secret: secret.clone(), replaces_at: later(now, overlap) };
        let current = endpoint.secrets.current.clone();
        Ok(with(endpoint, EndpointSecrets { current, next: Some(next) }))
    })
    .await?;
    Ok(EndpointWithSecretView::of(&endpoint, &secret, ports.clock.now()))
}

/// Replaces the secret of one of the caller's endpoints now, instead of at the end of the overlap.
///
/// # Errors
///
/// [`Error::EndpointState`] if nothing is to replace it; [`Error::NotFound`].
pub async fn promote_secret(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
) -> Result<EndpointView, Error> {
    let endpoint = change(ports, caller, id, |endpoint, _| {
        let Some(next) = endpoint.secrets.next.clone() else {
            let why = "there is no new secret to promote: rotate first";
            return Err(Error::EndpointState(why));
        };
        Ok(with(endpoint, EndpointSecrets { current: next.secret, next: None }))
    })
    .await?;
    Ok(EndpointView::of(&endpoint, ports.clock.now()))
}

/// A new secret.
pub(super) fn make(ports: &Ports) -> SecretString {
    format!("whsec_{}", BASE64_STANDARD.encode(ports.ids.random())).into()
}

fn with(endpoint: Endpoint, secrets: EndpointSecrets) -> Changed {
    Changed { endpoint: Endpoint { secrets, ..endpoint }, is_resumed: false }
}

fn overlap(hours: i64) -> Result<Duration, InvalidField> {
    let known = u32::try_from(hours).ok().filter(|hours| (1..=168).contains(hours));
    let hours = known
        .ok_or_else(|| InvalidField::new("overlapHours", "must be between 1 and 168", hours))?;
    Ok(HOUR.saturating_mul(hours))
}
