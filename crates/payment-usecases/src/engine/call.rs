//! The call itself: no database is involved, and no decision is taken.

use std::sync::Arc;

use futures::future::{Either, select};
use payment_core::{
    attempt::{Attempt, Instruction},
    id::ProviderId,
    payment::Payment,
    transition::Rejected,
};
use payment_ports::provider::{CallResult, Provider, ProviderError};

use crate::{error::Error, ports::Ports};

/// The provider of that name, if it is switched on.
pub(crate) fn provider_of<'a>(
    ports: &'a Ports,
    id: &ProviderId,
) -> Result<&'a Arc<dyn Provider>, Error> {
    ports.providers.get(id).ok_or_else(|| Error::ProviderOff(id.clone()))
}

/// The provider that authorized the payment, and its name for the authorization.
pub(crate) fn authorizer<'a>(
    ports: &'a Ports,
    payment: &Payment,
    action: &'static str,
) -> Result<(&'a Arc<dyn Provider>, String), Error> {
    match (&payment.provider, &payment.provider_reference) {
        (Some(provider), Some(reference)) => Ok((provider_of(ports, provider)?, reference.clone())),
        _ if payment.pending.is_some() => Err(Error::OperationInProgress),
        _ => Err(Error::IllegalState(Rejected::IllegalState { status: payment.status, action })),
    }
}

/// Asks the attempt's provider, for as long as the policy allows.
pub(super) async fn ask(ports: &Ports, provider: &dyn Provider, attempt: &Attempt) -> CallResult {
    in_time(ports, send(provider, attempt)).await
}

/// Waits for a provider for as long as the policy allows.
pub(crate) async fn in_time<T>(
    ports: &Ports,
    call: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let timeout = ports.clock.sleep(ports.policy.call_timeout);
    futures::pin_mut!(call);
    match select(call, timeout).await {
        Either::Left((result, _)) => result,
        Either::Right(((), _)) => Err(ProviderError::Unknown("no answer in time".to_owned())),
    }
}

async fn send(provider: &dyn Provider, attempt: &Attempt) -> CallResult {
    match &attempt.instruction {
        Instruction::Authorize(terms) => provider.authorize(attempt, terms).await,
        Instruction::ConfirmThreeDs(proof) => match provider.three_ds() {
            Some(three_ds) => three_ds.confirm(attempt, proof).await,
            None => Err(ProviderError::Misconfigured("3-D Secure is switched off".to_owned())),
        },
        Instruction::Capture(terms) => provider.capture(attempt, terms).await,
        Instruction::Void(terms) => provider.void(attempt, terms).await,
        Instruction::Refund(terms) => provider.refund(attempt, terms).await,
    }
}
