//! Reading endpoints.

use payment_core::id::EndpointId;
use payment_ports::webhook::Endpoint;

use crate::{caller::Caller, error::Error, ports::Ports, view::endpoint::EndpointView};

/// The caller's endpoints, oldest first.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn list(ports: &Ports, caller: &Caller) -> Result<Vec<EndpointView>, Error> {
    let endpoints = ports.store.endpoints(&caller.merchant, caller.mode).await?;
    let now = ports.clock.now();
    Ok(endpoints.iter().map(|endpoint| EndpointView::of(endpoint, now)).collect())
}

/// One of the caller's endpoints.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn get(ports: &Ports, caller: &Caller, id: EndpointId) -> Result<EndpointView, Error> {
    Ok(EndpointView::of(&load(ports, caller, id).await?, ports.clock.now()))
}

/// One of the caller's endpoints, as it is stored.
pub(crate) async fn load(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
) -> Result<Endpoint, Error> {
    let found = ports.store.endpoint(&caller.merchant, caller.mode, id).await?;
    found.ok_or_else(|| not_found(id))
}

pub(super) fn not_found(id: EndpointId) -> Error {
    Error::NotFound(format!("webhook endpoint {id}"))
}
