//! What a receiver checks.

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use crate::{header, mac, secret::Secret};

/// How far a webhook's time may be from now, both ways, in seconds.
pub const TOLERANCE_SECONDS: u64 = 300;

/// A webhook as it arrived; `None` is a header that is missing or not text.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// `webhook-id` or `X-Webhook-Id`.
    pub id: Option<&'a str>,
    /// `webhook-timestamp` or `X-Webhook-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `webhook-signature` or `X-Webhook-Signature`.
    pub signature: Option<&'a str>,
    /// The bytes as they arrived; a body that was parsed and written again does not verify.
    pub body: &'a [u8],
}

/// Why a webhook is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A header that must be there is not.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// The time is not a whole number of seconds.
    #[error("the timestamp is not a number of seconds")]
    InvalidTimestamp,
    /// It was sent too long ago, or is from the future: a replay, or a clock that is wrong.
    #[error("the timestamp is more than {TOLERANCE_SECONDS} seconds from now")]
    OutsideTolerance,
    /// Not signed with this secret, or changed on the way.
    #[error("no signature matches")]
    NoMatch,
}

/// Verifies the Standard Webhooks headers; `now` is in Unix seconds.
///
/// One signature that matches is enough. Versions other than `v1` are skipped, as the standard
/// demands.
///
/// # Errors
///
/// [`VerifyError`]; do not act on the webhook.
pub fn verify_standard(
    secret: &Secret,
    received: Received<'_>,
    now: i64,
) -> Result<(), VerifyError> {
    let Received { id, timestamp, signature, body } = received;
    let id = id.ok_or(VerifyError::MissingHeader(header::STANDARD_ID))?;
    let timestamp = timestamp.ok_or(VerifyError::MissingHeader(header::STANDARD_TIMESTAMP))?;
    let signatures = signature.ok_or(VerifyError::MissingHeader(header::STANDARD_SIGNATURE))?;
    check_age(timestamp, now)?;
    let expected = mac::standard(secret, id, timestamp, body);
    let is_match = |listed: &str| {
        let given = listed.strip_prefix("v1,").and_then(|given| STANDARD.decode(given).ok());
        given.is_some_and(|given| given.ct_eq(&expected).into())
    };
    if signatures.split(' ').any(is_match) { Ok(()) } else { Err(VerifyError::NoMatch) }
}

/// Verifies the seed's headers; `now` is in Unix seconds.
///
/// The secret is any text. Neither id nor time is signed in this family, so whoever has seen a
/// webhook can send it again: prefer [`verify_standard`].
///
/// # Errors
///
/// [`VerifyError`]; do not act on the webhook.
pub fn verify_seed(
    secret: &SecretString,
    received: Received<'_>,
    now: i64,
) -> Result<(), VerifyError> {
    let Received { id, timestamp, signature, body } = received;
    id.ok_or(VerifyError::MissingHeader(header::SEED_ID))?;
    let timestamp = timestamp.ok_or(VerifyError::MissingHeader(header::SEED_TIMESTAMP))?;
    let signature = signature.ok_or(VerifyError::MissingHeader(header::SEED_SIGNATURE))?;
    check_age(timestamp, now)?;
    let expected = mac::seed(secret, body);
    let is_match: bool = signature.as_bytes().ct_eq(expected.as_bytes()).into();
    if is_match { Ok(()) } else { Err(VerifyError::NoMatch) }
}

fn check_age(timestamp: &str, now: i64) -> Result<(), VerifyError> {
    let sent: i64 = timestamp.parse().or(Err(VerifyError::InvalidTimestamp))?;
    let is_near = sent.abs_diff(now) <= TOLERANCE_SECONDS;
    if is_near { Ok(()) } else { Err(VerifyError::OutsideTolerance) }
}
