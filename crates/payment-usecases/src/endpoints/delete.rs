//! Deleting an endpoint.

use payment_core::id::EndpointId;
use payment_ports::store::{ApplyError, Change, Guard};

use super::read::not_found;
use crate::{caller::Caller, error::Error, ports::Ports};

/// Deletes one of the caller's endpoints; what is on its way there is given up.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn delete(ports: &Ports, caller: &Caller, id: EndpointId) -> Result<(), Error> {
    let merchant = caller.merchant.clone();
    let change = Change::DeleteEndpoint { endpoint: id, merchant, mode: caller.mode };
    match ports.store.apply(&[change]).await {
        Ok(()) => Ok(()),
        Err(ApplyError::Conflict(Guard::Endpoint)) => Err(not_found(id)),
        Err(error) => Err(error.into()),
    }
}
