//! Refunding a payment: giving captured money back.

use payment_core::{
    attempt::{Instruction, Refund as Terms},
    id::PaymentId,
    payment::Payment,
};
use serde_json::Value;

use crate::{
    answer::Answer,
    caller::Caller,
    engine::{Plan, authorizer, operate},
    error::{Error, InvalidField},
    fields,
    ports::Ports,
    view::payment::amount as json_amount,
};

/// What a merchant wants refunded, as it came.
#[derive(Debug, Clone)]
pub struct Refund {
    /// Which payment.
    pub payment: PaymentId,
    /// How much, in major units: a JSON number or string; all that is left if none.
    pub amount: Option<Value>,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

/// Refunds a payment: 200, 202 if the outcome is not known yet, or 402.
///
/// # Errors
///
/// [`Error`]; nothing moved unless the answer says so.
pub async fn refund(ports: &Ports, caller: &Caller, wish: Refund) -> Result<Answer, Error> {
    let reason = fields::optional_text("reason", wish.reason.as_deref(), 500)?;
    operate(ports, caller, wish.payment, |payment| plan(ports, payment, &wish, reason.clone()))
        .await
}

fn plan(
    ports: &Ports,
    payment: &Payment,
    wish: &Refund,
    reason: Option<String>,
) -> Result<Plan, Error> {
    let asked = wish.amount.as_ref().map(|value| fields::amount(value, payment.amount.currency()));
    let amount = asked.transpose()?.unwrap_or_else(|| payment.left_to_refund());
    let (provider, reference) = authorizer(ports, payment, "refunded")?;
    if amount != payment.captured && !provider.capabilities().partial_refund {
        let message = format!("must be all that was captured: {} refunds only that", provider.id());
        return Err(InvalidField::new("amount", message, json_amount(amount)).into());
    }
    let instruction = Instruction::Refund(Terms { reference, reason });
    Ok(Plan::ask_authorizer(provider.as_ref(), amount, instruction))
}
