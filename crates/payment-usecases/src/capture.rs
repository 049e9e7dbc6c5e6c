//! Capturing a payment: taking money that is held.

use payment_core::{
    attempt::{Capture as Terms, Instruction},
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
};

/// What a merchant wants captured, as it came.
#[derive(Debug, Clone)]
pub struct Capture {
    /// Which payment.
    pub payment: PaymentId,
    /// How much, in major units: a JSON number or string; all that is left if none.
    pub amount: Option<Value>,
    /// Whether what is left of the hold is given up; the default is that it is.
    pub final_capture: Option<bool>,
}

/// Captures a payment: 200, 202 if the outcome is not known yet, or 402.
///
/// # Errors
///
/// [`Error`]; nothing moved unless the answer says so.
pub async fn capture(ports: &Ports, caller: &Caller, wish: Capture) -> Result<Answer, Error> {
    operate(ports, caller, wish.payment, |payment| plan(ports, payment, &wish)).await
}

fn plan(ports: &Ports, payment: &Payment, wish: &Capture) -> Result<Plan, Error> {
    let asked = wish.amount.as_ref().map(|value| fields::amount(value, payment.amount.currency()));
    let amount = asked.transpose()?.unwrap_or_else(|| payment.left_to_capture());
    let is_final = wish.final_capture.unwrap_or(true);
    let (provider, reference) = authorizer(ports, payment, "captured")?;
    if !is_final && !provider.capabilities().multi_capture {
        let message = format!("must be true: {} captures only once", provider.id());
        return Err(InvalidField::new("finalCapture", message, false).into());
    }
    let instruction = Instruction::Capture(Terms { reference, is_final, is_automatic: false });
    Ok(Plan::ask_authorizer(provider.as_ref(), amount, instruction))
}
