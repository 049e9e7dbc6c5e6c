//! Requests, from attempts; pure.

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use payment_core::attempt::{Attempt, Authorize, Instruction};
use payment_ports::provider::ProviderError;
use serde::Serialize;

/// A request, or why there is none.
pub type Made = Result<Request<Bytes>, ProviderError>;

/// An order, as the bank reads it.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    reference: String,
    payment: String,
    amount_minor: i64,
    currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    card_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    three_ds: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<&'a str>,
    is_final: bool,
}

/// What the customer's browser brought back.
#[derive(Serialize)]
struct Brought<'a> {
    challenge: &'a str,
    code: &'a str,
}

/// What carries an attempt out; `base` is the bank's address without a slash at its end.
///
/// # Errors
///
/// [`ProviderError::NotSent`] if `base` is no address.
pub fn order(base: &str, attempt: &Attempt) -> Made {
    let order = bare(attempt);
    let (operation, order) = match &attempt.instruction {
        Instruction::Authorize(terms) => ("authorize", with_card(order, terms)),
        Instruction::ConfirmThreeDs(passed) => {
            let (challenge, proof) = (Some(passed.state.as_str()), Some(passed.proof.as_str()));
            ("confirm", Order { challenge, proof, ..with_card(order, &passed.terms) })
        }
        Instruction::Capture(terms) => {
            let authorization = Some(terms.reference.as_str());
            ("capture", Order { authorization, is_final: terms.is_final, ..order })
        }
        Instruction::Void(terms) => {
            ("void", Order { authorization: Some(&terms.reference), ..order })
        }
        Instruction::Refund(terms) => {
            ("refund", Order { authorization: Some(&terms.reference), ..order })
        }
    };
    let key = Some(order.reference.clone());
    post(&format!("{base}/v1/{operation}"), key, &order)
}

/// What sees to it that nothing comes of an attempt, now or later.
///
/// # Errors
///
/// [`ProviderError::NotSent`] if `base` is no address.
pub fn cancel(base: &str, attempt: &Attempt) -> Made {
    post(&format!("{base}/v1/cancel"), None, &bare(attempt))
}

/// What asks about an attempt by our reference.
///
/// # Errors
///
/// [`ProviderError::NotSent`] if `base` is no address.
pub fn query(base: &str, attempt: &Attempt) -> Made {
    get(&format!("{base}/v1/operations/{}", attempt.id))
}

/// What asks whether the bank works with us.
///
/// # Errors
///
/// [`ProviderError::NotSent`] if `base` is no address.
pub fn account(base: &str) -> Made {
    get(&format!("{base}/v1/account"))
}

/// What asks whether `code` answers the challenge that the bank calls `challenge`.
///
/// # Errors
///
/// [`ProviderError::NotSent`] if `base` is no address.
pub fn challenge(base: &str, challenge: &str, code: &str) -> Made {
    post(&format!("{base}/v1/challenge"), None, &Brought { challenge, code })
}

fn bare(attempt: &Attempt) -> Order<'_> {
    Order {
        reference: attempt.id.to_string(),
        payment: attempt.payment.to_string(),
        amount_minor: attempt.amount.minor(),
        currency: attempt.amount.currency().code(),
        ..Order::default()
    }
}

fn with_card<'a>(order: Order<'a>, terms: &'a Authorize) -> Order<'a> {
    let (token, three_ds) = (terms.token.expose(), terms.three_ds.as_str());
    Order { card_token: Some(token), three_ds: Some(three_ds), ..order }
}

fn post(address: &str, key: Option<String>, body: &impl Serialize) -> Made {
    let body = serde_json::to_vec(body).map_err(|error| not_sent(&error))?;
    let mut request = Request::post(address).header(CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    request.body(Bytes::from(body)).map_err(|error| not_sent(&error))
}

fn get(address: &str) -> Made {
    Request::get(address).body(Bytes::new()).map_err(|error| not_sent(&error))
}

fn not_sent(error: &impl ToString) -> ProviderError {
    ProviderError::NotSent(error.to_string())
}
