//! The secret that a merchant and the gateway share.

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

const PREFIX: &str = "whsec_";

/// A displayed secret, and the key that it encodes; both are hidden in `Debug`.
#[derive(Debug, Clone)]
pub struct Secret {
    pub(crate) text: SecretString,
    pub(crate) key: SecretSlice<u8>,
}

/// The secrets that are valid now: two while one replaces the other.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The one that every receiver knows.
    pub current: Secret,
    /// The one that is about to replace it.
    pub next: Option<Secret>,
}

/// Text that is not a webhook secret; the text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret must be `whsec_` and the base64 of 24 to 64 bytes")]
pub struct InvalidSecret;

impl Secret {
    /// Reads a displayed secret.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`] for anything but `whsec_` and the padded base64 of 24 to 64 bytes.
    pub fn parse(displayed: &SecretString) -> Result<Self, InvalidSecret> {
        let encoded = displayed.expose_secret().strip_prefix(PREFIX).ok_or(InvalidSecret)?;
        let key = STANDARD.decode(encoded).or(Err(InvalidSecret))?;
        if (24..=64).contains(&key.len()) {
            Ok(Self { text: displayed.clone(), key: key.into() })
        } else {
            Err(InvalidSecret)
        }
    }
}

/// A new secret, as it is displayed once, from 32 random bytes.
#[must_use]
pub fn generate_secret(random: [u8; 32]) -> SecretString {
    format!("{PREFIX}{}", STANDARD.encode(random)).into()
}
