//! Voiding a payment: giving up what is held.

use payment_core::{
    attempt::{Instruction, Void as Terms},
    id::{EventId, PaymentId},
    payment::{Payment, Status},
    transition::Action,
};
use payment_ports::store::Change;

use crate::{
    answer::Answer,
    caller::Caller,
    engine::{Plan, authorizer, event_change, operate, refusal},
    error::Error,
    fields,
    ports::Ports,
};

/// What a merchant wants voided, as it came.
#[derive(Debug, Clone)]
pub struct Void {
    /// Which payment.
    pub payment: PaymentId,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

/// Voids a payment: 200, 202 if the outcome is not known yet, or 402.
///
/// # Errors
///
/// [`Error`]; the hold stands unless the answer says otherwise.
pub async fn void(ports: &Ports, caller: &Caller, wish: Void) -> Result<Answer, Error> {
    let reason = fields::optional_text("reason", wish.reason.as_deref(), 500)?;
    operate(ports, caller, wish.payment, |payment| match payment.status {
        Status::Created => unheld(ports, payment),
        Status::Authorized
        | Status::Captured
        | Status::PartiallyRefunded
        | Status::Refunded
        | Status::Failed
        | Status::Voided
        | Status::Expired => held(ports, payment, reason.clone()),
    })
    .await
}

/// Nothing is held yet, so no provider is concerned.
fn unheld(ports: &Ports, payment: &Payment) -> Result<Plan, Error> {
    let applied = payment.apply(Action::Void, ports.clock.now());
    let (voided, events) = applied.map_err(|rejected| refusal(rejected, payment.amount))?;
    let event = |event| event_change(EventId::from(ports.ids.uuid()), event, &voided);
    let mut changes = vec![Change::UpdatePayment(voided.clone())];
    changes.extend(events.into_iter().map(event));
    Ok(Plan::Write(changes, Answer::payment(200, &voided)))
}

fn held(ports: &Ports, payment: &Payment, reason: Option<String>) -> Result<Plan, Error> {
    let (provider, reference) = authorizer(ports, payment, "voided")?;
    let instruction = Instruction::Void(Terms { reference, reason });
    Ok(Plan::ask_authorizer(provider.as_ref(), payment.left_to_capture(), instruction))
}
