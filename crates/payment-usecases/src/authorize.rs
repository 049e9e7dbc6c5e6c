//! Authorizing a payment: holding the customer's money.

use payment_core::{
    attempt::{Authorize as Terms, Instruction, ThreeDsPreference},
    card::{Bin, CardToken},
    id::{Mode, PaymentId},
    payment::Payment,
};

use crate::{
    answer::Answer,
    caller::Caller,
    engine::{Draft, Plan, operate, provider_of},
    error::{Error, InvalidField},
    fields,
    ports::Ports,
};

/// How a merchant wants a payment authorized, as it came.
#[derive(Debug, Clone)]
pub struct Authorize {
    /// Which payment.
    pub payment: PaymentId,
    /// The provider's stand-in for the card.
    pub card_token: CardToken,
    /// The first 6 or 8 digits of the card.
    pub card_bin: String,
    /// `ALWAYS`, `WHEN_REQUIRED` (default) or `NEVER`.
    pub three_ds_preference: Option<String>,
    /// The merchant's page for the customer after 3-D Secure.
    pub return_url: Option<String>,
    /// In how many monthly payments, 1 to 36.
    pub installments: Option<i64>,
}

/// Authorizes a payment: 200 `AUTHORIZED`, or 200 `CREATED` with a 3-D Secure URL, or 402.
///
/// # Errors
///
/// [`Error`]; nothing was held unless the answer says so.
pub async fn authorize(ports: &Ports, caller: &Caller, wish: Authorize) -> Result<Answer, Error> {
    let terms = checked(ports, caller.mode, &wish)?;
    operate(ports, caller, wish.payment, |payment| plan(ports, payment, &terms)).await
}

fn plan(ports: &Ports, payment: &Payment, terms: &Terms) -> Result<Plan, Error> {
    let provider = provider_of(ports, &ports.policy.default_provider)?;
    let currency = payment.amount.currency();
    let currencies = &provider.capabilities().currencies;
    if !currencies.is_empty() && !currencies.contains(&currency) {
        let message = format!("is not taken by {}", provider.id());
        return Err(InvalidField::new("currency", message, currency.code()).into());
    }
    Ok(Plan::Ask(Draft {
        provider: provider.id().clone(),
        routing_reason: "the default provider".to_owned(),
        amount: payment.amount,
        instruction: Instruction::Authorize(terms.clone()),
    }))
}

fn checked(ports: &Ports, mode: Mode, wish: &Authorize) -> Result<Terms, InvalidField> {
    let bin = Bin::parse(&wish.card_bin)
        .map_err(|error| InvalidField::new("cardBin", error, fields::shortened(&wish.card_bin)))?;
    let words: Vec<_> = ThreeDsPreference::ALL.iter().map(|word| word.as_str()).collect();
    let preference = wish.three_ds_preference.as_deref().unwrap_or("WHEN_REQUIRED");
    let three_ds = fields::word("threeDsPreference", preference, ThreeDsPreference::parse, &words)?;
    let return_url = wish.return_url.as_deref();
    let return_url = return_url.map(|url| fields::named_page(ports, "returnUrl", url, mode));
    let months = wish.installments.unwrap_or(1);
    let installments = u8::try_from(months).ok().filter(|months| (1..=36).contains(months));
    let installments = installments
        .ok_or_else(|| InvalidField::new("installments", "must be between 1 and 36", months))?;
    Ok(Terms {
        token: wish.card_token.clone(),
        bin,
        installments,
        three_ds,
        return_url: return_url.transpose()?.map(Into::into),
    })
}
