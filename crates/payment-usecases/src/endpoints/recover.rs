//! Sending an endpoint again what it did not take.

use payment_core::id::{EndpointId, RecoveryId};
use payment_ports::{store::Change, webhook::Recovery};

use super::read::load;
use crate::{
    caller::Caller,
    error::{Error, InvalidField},
    fields, pages,
    ports::Ports,
    view::recovery::RecoveryView,
};

/// Of which time an endpoint is sent all events.
#[derive(Debug, Clone, Default)]
pub struct Recover {
    /// From this time on, RFC 3339.
    pub since: String,
    /// Before this time, RFC 3339; now if none.
    pub until: Option<String>,
}

/// Begins to send one of the caller's endpoints all events of a time that it wants and has not
/// taken; a worker does it, however many they are.
///
/// # Errors
///
/// [`Error::Invalid`] names `since` or `until`; [`Error::EndpointState`] if the endpoint is
/// disabled; [`Error::NotFound`], also for another merchant's or mode's.
pub async fn recover(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
    wish: &Recover,
) -> Result<RecoveryView, Error> {
    let endpoint = load(ports, caller, id).await?;
    let now = ports.clock.now();
    let since = pages::moment("since", Some(&wish.since))?.unwrap_or(now);
    let until = pages::moment("until", wish.until.as_deref())?.unwrap_or(now);
    if until > now {
        let rejected = wish.until.as_deref().map(fields::shortened);
        return Err(InvalidField::new("until", "must not be in the future", rejected).into());
    }
    if since >= until {
        let rejected = fields::shortened(&wish.since);
        return Err(InvalidField::new("since", "must be before until", rejected).into());
    }
    if endpoint.disabled.is_some() {
        return Err(Error::EndpointState("the endpoint is disabled: enable it first"));
    }
    let recovery = Recovery {
        id: RecoveryId::from(ports.ids.uuid()),
        endpoint: id,
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        since,
        until,
        position: None,
        examined: 0,
        queued: 0,
        created_at: now,
        completed_at: None,
        version: 1,
    };
    ports.store.apply(&[Change::InsertRecovery(recovery.clone())]).await?;
    Ok(RecoveryView::of(&recovery))
}

/// The recoveries of one of the caller's endpoints, newest first.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn recoveries(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
) -> Result<Vec<RecoveryView>, Error> {
    load(ports, caller, id).await?;
    Ok(ports.store.recoveries(id).await?.iter().map(RecoveryView::of).collect())
}

/// One recovery of one of the caller's endpoints.
///
/// # Errors
///
/// [`Error::NotFound`], also for another endpoint's.
pub async fn recovery(
    ports: &Ports,
    caller: &Caller,
    endpoint: EndpointId,
    id: RecoveryId,
) -> Result<RecoveryView, Error> {
    load(ports, caller, endpoint).await?;
    let all = ports.store.recoveries(endpoint).await?;
    let found = all.iter().find(|recovery| recovery.id == id).map(RecoveryView::of);
    found.ok_or_else(|| Error::NotFound(format!("recovery {id}")))
}
