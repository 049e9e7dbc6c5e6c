//! Changing an endpoint that others may change too: the merchant, and the worker that disables it.

use payment_core::{id::EndpointId, time::Timestamp};
use payment_ports::{
    store::{ApplyError, Change},
    webhook::Endpoint,
};

use super::read::load;
use crate::{
    caller::Caller,
    error::Error,
    pacing::{MAX_TRIES, step_aside},
    ports::Ports,
};

/// An endpoint as it shall be.
pub(super) struct Changed {
    pub(super) endpoint: Endpoint,
    /// Whether its failures are forgotten, and what waits is looked at anew.
    pub(super) is_resumed: bool,
}

/// Changes one of the caller's endpoints; decides again when somebody else was first.
pub(super) async fn change(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
    decide: impl Fn(Endpoint, Timestamp) -> Result<Changed, Error> + Send,
) -> Result<Endpoint, Error> {
    for _ in 0..MAX_TRIES {
        let stored = load(ports, caller, id).await?;
        let now = ports.clock.now();
        let secrets = stored.secrets.at(now);
        let Changed { endpoint, is_resumed } = decide(Endpoint { secrets, ..stored }, now)?;
        let endpoint = Endpoint { version: endpoint.version.saturating_add(1), ..endpoint };
        let mut changes = vec![Change::UpdateEndpoint(endpoint.clone())];
        if is_resumed {
            changes.push(Change::ResumeQueue { endpoint: id, now });
        }
        match ports.store.apply(&changes).await {
            Ok(()) => return Ok(endpoint),
            Err(ApplyError::Conflict(_)) => step_aside(ports).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}
