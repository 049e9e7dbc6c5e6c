//! Keys, and what makes two requests the same.

use payment_core::{
    attempt::ScopeHash,
    id::{MerchantId, Mode},
};
use sha2::{Digest, Sha256};

/// The value of an `Idempotency-Key` header: 1 to 255 bytes of 0x21 to 0x7E.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// A header value that is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 255 visible ASCII characters")]
pub struct InvalidKey;

impl IdempotencyKey {
    /// Reads a key, bare or as a quoted string (draft-ietf-httpapi-idempotency-key-header).
    ///
    /// # Errors
    ///
    /// [`InvalidKey`].
    pub fn parse(header: &[u8]) -> Result<Self, InvalidKey> {
        let quoted = header.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        let bare = quoted.unwrap_or(header);
        let fits = (1..=255).contains(&bare.len()) && bare.iter().all(u8::is_ascii_graphic);
        let text = if fits { str::from_utf8(bare).ok() } else { None };
        text.map(|text| Self(text.to_owned())).ok_or(InvalidKey)
    }

    /// The key, without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What recognizes a repetition of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// The merchant's key.
    pub key: IdempotencyKey,
    /// The HTTP method.
    pub method: String,
    /// The concrete path.
    pub path: String,
    /// The canonical JSON of the body; see [`super::canonical()`].
    pub body: String,
}

impl KeyedRequest {
    /// The primary key of the record: SHA-256 of merchant, mode, method, path and key.
    #[must_use]
    pub fn scope(&self, merchant: &MerchantId, mode: Mode) -> ScopeHash {
        ScopeHash(self.digest(merchant, mode, self.key.as_str()))
    }

    /// What the request asks: SHA-256 of merchant, mode, method, path and canonical body.
    #[must_use]
    pub fn fingerprint(&self, merchant: &MerchantId, mode: Mode) -> [u8; 32] {
        self.digest(merchant, mode, &self.body)
    }

    fn digest(&self, merchant: &MerchantId, mode: Mode, last: &str) -> [u8; 32] {
        let (mode, method, path) = (mode.as_str(), &self.method, &self.path);
        Sha256::digest(format!("v1\n{merchant}\n{mode}\n{method}\n{path}\n{last}")).into()
    }
}
