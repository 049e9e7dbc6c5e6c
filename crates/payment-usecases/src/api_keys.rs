//! API keys: made, hashed and checked.
//!
//! A key reads `sk_test_` or `sk_live_`, 12 characters that find its row, 32 secret characters and
//! a checksum of 6. Only an HMAC of it is stored; its 190 random bits need no slow hash.

use hmac::{Hmac, KeyInit, Mac};
use payment_core::id::{MerchantId, Mode};
use payment_ports::store::{ApiKey, ApplyError, Change};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{error::Error, ports::Ports};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 12;
const SECRET_LENGTH: usize = 32;
const CHECKSUM_LENGTH: usize = 6;

/// Makes a new key for a merchant; this is the only time that it can be read.
///
/// # Errors
///
/// [`Error::NotFound`] if there is no such merchant.
pub async fn issue(
    ports: &Ports,
    merchant: &MerchantId,
    mode: Mode,
) -> Result<SecretString, Error> {
    if ports.store.merchant(merchant).await?.is_none() {
        return Err(Error::NotFound(format!("merchant {merchant}")));
    }
    let mut characters = String::new();
    while characters.len() < ID_LENGTH + SECRET_LENGTH {
        characters.extend(base62(&ports.ids.random()));
    }
    let key = key_text(mode, &characters);
    store(ports, merchant, mode, &key).await?;
    Ok(key)
}

/// Makes the key that follows from `seed`, unless it was made before; the same seed always gives
/// the same key.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn adopt(
    ports: &Ports,
    merchant: &MerchantId,
    mode: Mode,
    seed: &[u8; 32],
) -> Result<SecretString, Error> {
    let mut characters = String::new();
    for round in 0_u8..=u8::MAX {
        let bytes = keyed_hash(seed, &[b"api key", [round].as_slice()].concat());
        characters.extend(base62(&bytes));
        if characters.len() >= ID_LENGTH + SECRET_LENGTH {
            break;
        }
    }
    let key = key_text(mode, &characters);
    match store(ports, merchant, mode, &key).await {
        Ok(()) | Err(Error::Exists(_)) => Ok(key),
        Err(error) => Err(error),
    }
}

/// Whose key it is, and which payments it sees. All failures look alike.
///
/// # Errors
///
/// [`Error::Unauthorized`], or [`Error::Store`] if nobody can tell.
pub async fn authenticate(
    ports: &Ports,
    merchant: &str,
    key: &str,
) -> Result<(MerchantId, Mode), Error> {
    let (mode, id) = parts(key).ok_or(Error::Unauthorized)?;
    let found = ports.store.api_key(id).await?;
    let hash = hash(ports, key);
    // A key that is not there costs the same comparison as one that is.
    let expected = found.as_ref().map_or([0; 32], |found| found.hash);
    let is_right: bool = hash.ct_eq(&expected).into();
    let now = ports.clock.now();
    found
        .filter(|found| is_right && found.mode == mode && found.merchant.as_str() == merchant)
        .filter(|found| found.revoked_at.is_none_or(|revoked_at| now < revoked_at))
        .map(|found| (found.merchant, found.mode))
        .ok_or(Error::Unauthorized)
}

async fn store(
    ports: &Ports,
    merchant: &MerchantId,
    mode: Mode,
    key: &SecretString,
) -> Result<(), Error> {
    let text = key.expose_secret();
    let (_, id) = parts(text).ok_or(Error::Unauthorized)?;
    let row = ApiKey {
        id: id.to_owned(),
        merchant: merchant.clone(),
        mode,
        hash: hash(ports, text),
        last4: text.chars().skip(text.len().saturating_sub(4)).collect(),
        created_at: ports.clock.now(),
        revoked_at: None,
    };
    match ports.store.apply(&[Change::InsertApiKey(row)]).await {
        Ok(()) => Ok(()),
        Err(ApplyError::Conflict(_)) => Err(Error::Exists("the API key".to_owned())),
        Err(error) => Err(error.into()),
    }
}

fn hash(ports: &Ports, key: &str) -> [u8; 32] {
    keyed_hash(ports.policy.api_key_pepper.expose_secret().as_bytes(), key.as_bytes())
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
fn keyed_hash(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length fits");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The mode and the public id of a key whose form and checksum are right.
fn parts(key: &str) -> Option<(Mode, &str)> {
    let live = key.strip_prefix("sk_live_").map(|rest| (Mode::Live, rest));
    let (mode, rest) =
        live.or_else(|| key.strip_prefix("sk_test_").map(|rest| (Mode::Test, rest)))?;
    let length = ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH;
    let is_formed = rest.len() == length && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (body, sum) = key.split_at_checked(key.len().checked_sub(CHECKSUM_LENGTH)?)?;
    if is_formed && checksum(body) == sum { Some((mode, rest.get(..ID_LENGTH)?)) } else { None }
}

fn key_text(mode: Mode, characters: &str) -> SecretString {
    let random: String = characters.chars().take(ID_LENGTH + SECRET_LENGTH).collect();
    let body = format!("sk_{}_{random}", mode.as_str());
    let sum = checksum(&body);
    format!("{body}{sum}").into()
}

/// CRC-32 in base 62, so that a scanner or a typo is told from a key without a look into the
/// database.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = Vec::new();
    for _ in 0..CHECKSUM_LENGTH {
        digits.push(letter(rest % 62));
        rest /= 62;
    }
    digits.into_iter().rev().collect()
}

/// One character from each byte that can give one without a bias.
fn base62(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().filter(|byte| **byte < 248).map(|byte| letter(u32::from(*byte) % 62))
}

fn letter(index: u32) -> char {
    let index = usize::try_from(index).unwrap_or(0);
    ALPHABET.get(index).copied().map_or('0', char::from)
}
