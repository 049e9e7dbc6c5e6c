//! Authorizing a payment whose customer passed.

use payment_core::{
    attempt::{Attempt, ConfirmThreeDs, Instruction},
    transition::Rejected,
};
use payment_ports::store::{Change, LoadedSession};

use super::show::{Shown, found as load, not_found, over, won};
use crate::{
    engine::{Draft, Open, carry_out, commit, new_attempt, write_down},
    error::Error,
    ports::Ports,
};

/// The customer passed: authorize, once. This is the call that holds the money.
pub(super) async fn confirm(
    ports: &Ports,
    found: LoadedSession,
    proof: String,
) -> Result<Option<Shown>, Error> {
    let now = ports.clock.now();
    let Instruction::Authorize(terms) = found.attempt.instruction.clone() else {
        return Err(not_found());
    };
    let Ok(session) = found.session.complete(now) else {
        return Ok(None);
    };
    let draft = Draft {
        provider: found.attempt.provider.clone(),
        routing_reason: "the provider that asked for 3-D Secure".to_owned(),
        amount: found.payment.amount,
        instruction: Instruction::ConfirmThreeDs(ConfirmThreeDs {
            session: session.id,
            terms,
            state: session.provider_state.clone(),
            proof,
        }),
    };
    let correlation_id = found.attempt.correlation_id.clone();
    let attempt = Attempt { correlation_id, ..new_attempt(ports, &found.payment, draft, now) };
    let payment = match found.payment.begin(attempt.pending(), now) {
        Ok(payment) => payment,
        // Perhaps with this very session, which was read a moment before its payment.
        Err(Rejected::Busy(_)) => return Ok(None),
        Err(_) => return superseded(ports, found).await,
    };
    let changes = [
        Change::UpdateSession(session.clone()),
        Change::UpdatePayment(payment.clone()),
        Change::InsertAttempt(attempt.clone()),
    ];
    if !write_down(ports, attempt.id, &changes).await? {
        return Ok(None);
    }
    let id = session.id;
    let open = Open { session: Some(session), ..Open::new(payment, attempt) };
    // On the heap, since the whole engine is inside.
    match Box::pin(carry_out(ports, open)).await {
        Ok(_) => {
            let found = load(ports, id).await?;
            Ok(Some(over(found.payment, found.session)))
        }
        Err(Error::ProviderNotReached { .. }) => Ok(Some(Shown::TryAgain)),
        Err(error) => Err(error),
    }
}

/// The payment went another way while the customer was at the bank: nothing is authorized.
async fn superseded(ports: &Ports, found: LoadedSession) -> Result<Option<Shown>, Error> {
    let Ok(session) = found.session.fail(ports.clock.now()) else {
        return Ok(None);
    };
    let changes = [Change::UpdateSession(session.clone())];
    Ok(won(commit(ports, &changes).await)?.then(|| over(found.payment, session)))
}
