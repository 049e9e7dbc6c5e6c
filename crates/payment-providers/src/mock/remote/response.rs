//! What the bank's answers mean; pure.
//!
//! Only an answer that is whole, well formed and about the very order counts. All else leaves the
//! outcome unknown, unless the bank says in its own words that it did nothing.

use http::{Response, StatusCode};
use http_transport::response::Body;
use payment_core::{
    attempt::{Attempt, Instruction},
    card::LastFour,
    decline::{Decline, DeclineCode},
    pan,
    three_ds::Challenge,
};
use payment_ports::provider::{
    Approval, Authentication, CallResult, Found, Outcome, ProviderError, Redirect,
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::mock::decline::code_of;

/// The most that is kept of the bank's words, in characters.
const LONGEST_TEXT: usize = 200;

/// What came of an order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    reference: String,
    amount_minor: i64,
    currency: String,
    status: String,
    bank_reference: Option<String>,
    card_last4: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

/// What was not taken, in the bank's own words.
#[derive(Deserialize)]
struct Refused {
    error: Refusal,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: String,
    /// Whether it did something all the same.
    processed: bool,
}

/// What the bank makes of a code.
#[derive(Deserialize)]
struct Verdict {
    status: String,
    proof: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

/// What an answer says of the attempt that was sent, or of its cancellation.
///
/// # Errors
///
/// [`ProviderError::Unknown`] unless the bank said in its own words that it did nothing.
pub fn outcome(attempt: &Attempt, response: &Response<Body>) -> CallResult {
    match response.status() {
        StatusCode::OK => said(attempt, parse(response)?),
        _ => Err(not_taken(response)),
    }
}

/// What an answer says of an attempt that was asked about.
///
/// # Errors
///
/// [`ProviderError`]; nothing is known.
pub fn found(attempt: &Attempt, response: &Response<Body>) -> Result<Found, ProviderError> {
    let is_unknown_there = response.status() == StatusCode::NOT_FOUND
        && parse(response).is_ok_and(|Refused { error }| error.code == "not_found");
    if is_unknown_there {
        Ok(Found::Nothing)
    } else {
        outcome(attempt, response).map(Found::Outcome)
    }
}

/// What an answer says of the code that a customer entered.
///
/// # Errors
///
/// [`ProviderError`]; no money is concerned.
pub fn authentication(response: &Response<Body>) -> Result<Authentication, ProviderError> {
    if response.status() != StatusCode::OK {
        return Err(not_taken(response));
    }
    let Verdict { status, proof, code, message } = parse(response)?;
    match (&*status, proof) {
        ("verified", Some(proof)) => Ok(Authentication::Verified { proof }),
        ("wrong_code", _) => Ok(Authentication::WrongCode),
        ("failed", _) => Ok(Authentication::Failed(decline(code, message))),
        _ => Err(unknown("the bank's verdict is not understood")),
    }
}

/// Whether the bank works with us.
///
/// # Errors
///
/// [`ProviderError`] says why not.
pub fn account(response: &Response<Body>) -> Result<(), ProviderError> {
    match response.status() {
        StatusCode::OK => Ok(()),
        _ => Err(not_taken(response)),
    }
}

/// An answer about another order, or another amount, says nothing of this one.
fn said(attempt: &Attempt, answer: Answer) -> CallResult {
    let amount = attempt.amount;
    if answer.reference != attempt.id.to_string() {
        return Err(unknown("the bank answered about another reference"));
    }
    if (answer.amount_minor, &*answer.currency) != (amount.minor(), amount.currency().code()) {
        return Err(unknown("the bank answered about another amount"));
    }
    match (&*answer.status, answer.bank_reference) {
        ("approved", Some(reference)) => {
            let card_last4 = answer.card_last4.and_then(|digits| LastFour::parse(&digits).ok());
            Ok(Outcome::Approved(Approval { reference, card_last4 }))
        }
        ("declined", _) => Ok(Outcome::Declined(decline(answer.code, answer.message))),
        ("challenge", Some(state)) if matches!(attempt.instruction, Instruction::Authorize(_)) => {
            Ok(Outcome::NeedsRedirect(Redirect { challenge: Challenge::Code, state }))
        }
        ("pending", _) => Ok(Outcome::Pending),
        ("duplicate", _) => Err(unknown("the bank knows the reference already")),
        _ => Err(unknown("the bank's answer is not understood")),
    }
}

/// What became of a request that has no answer of the kind that was hoped for.
fn not_taken(response: &Response<Body>) -> ProviderError {
    let status = response.status();
    let Some(Refusal { code, message, .. }) = refused_unread(response) else {
        return unknown(&format!("the bank answered with status {status}"));
    };
    let text = shown(&format!("{code}: {message}"));
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::UNPROCESSABLE_ENTITY => ProviderError::Misconfigured(text),
        StatusCode::TOO_MANY_REQUESTS => ProviderError::NotSent(text),
        _ => ProviderError::Unknown(text),
    }
}

/// The bank's word that it did nothing; servers between it and us do not speak like that.
fn refused_unread(response: &Response<Body>) -> Option<Refusal> {
    let Refused { error } = parse(response).ok()?;
    (!error.processed).then_some(error)
}

fn parse<T: DeserializeOwned>(response: &Response<Body>) -> Result<T, ProviderError> {
    let Body { bytes, is_truncated } = response.body();
    if *is_truncated {
        return Err(unknown("the bank's answer is too long"));
    }
    // The parser's own words may repeat what it read.
    serde_json::from_slice(bytes).or(Err(unknown("the bank's answer is not understood")))
}

/// A code that nobody knows is a refusal all the same, and not one to try elsewhere with.
pub(super) fn decline(code: Option<String>, message: Option<String>) -> Decline {
    let known = code.as_deref().and_then(code_of);
    Decline {
        code: known.unwrap_or(DeclineCode::CardDeclined),
        provider_code: code.map(|code| shown(&code)),
        message: message.map(|message| shown(&message)),
    }
}

/// The bank's words, as far as they may be kept: short, and without card numbers.
fn shown(text: &str) -> String {
    pan::mask(text).chars().take(LONGEST_TEXT).collect()
}

fn unknown(why: &str) -> ProviderError {
    ProviderError::Unknown(why.to_owned())
}
