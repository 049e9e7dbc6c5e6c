//! Secrets at rest: AES-256-GCM, bound to the row and column that they belong to.
//!
//! A sealed text is `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64. The key id is
//! derived from the key, so that a key can be replaced while old rows stay readable.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use payment_core::id::Mode;
use payment_ports::store::StoreError;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::random;

const VERSION: &str = "v1";

/// 32 bytes that secrets are encrypted with; hidden in `Debug`.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<[u8; 32]>);

impl EncryptionKey {
    /// A key from its bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A name for the key that tells nothing of it.
    fn id(&self) -> String {
        let digest = Sha256::new()
            .chain_update(b"payment-store key id")
            .chain_update(self.0.as_slice())
            .finalize();
        hex::encode(digest.get(..4).unwrap_or_default())
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey(…)")
    }
}

/// Where a sealed text belongs; it opens nowhere else.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Table and column, such as `payments.customer_email`.
    pub(crate) column: &'static str,
    /// The row's id.
    pub(crate) row: &'a (dyn fmt::Display + Sync),
    /// The row's mode, where it has one.
    pub(crate) mode: Option<Mode>,
}

impl Place<'_> {
    fn associated_data(&self) -> String {
        format!("{}|{}|{}", self.column, self.row, self.mode.map_or("", Mode::as_str))
    }

    fn corrupt(&self, why: &str) -> StoreError {
        StoreError::Corrupt(format!("{} {why}", self.column))
    }
}

/// Seals with one key, and opens with that one and those before it.
pub(crate) struct Cipher {
    current: NamedKey,
    previous: Vec<NamedKey>,
}

struct NamedKey {
    id: String,
    aead: Aes256Gcm,
}

impl NamedKey {
    fn new(key: &EncryptionKey) -> Self {
        Self { id: key.id(), aead: Aes256Gcm::new((&*key.0).into()) }
    }
}

impl Cipher {
    pub(crate) fn new(current: &EncryptionKey, previous: &[EncryptionKey]) -> Self {
        let previous = previous.iter().map(NamedKey::new).collect();
        Self { current: NamedKey::new(current), previous }
    }

    /// Encrypts a text for one place.
    pub(crate) fn seal(&self, place: Place<'_>, plain: &str) -> Result<String, StoreError> {
        let nonce: [u8; 12] = random::bytes()?;
        let aad = place.associated_data();
        let payload = Payload { msg: plain.as_bytes(), aad: aad.as_bytes() };
        let sealed = self.current.aead.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.or(Err(place.corrupt("is too long to be encrypted")))?;
        let (nonce, sealed) = (STANDARD.encode(nonce), STANDARD.encode(sealed));
        Ok(format!("{VERSION}.{}.{nonce}.{sealed}", self.current.id))
    }

    /// Decrypts a text that was sealed for the same place.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &str) -> Result<String, StoreError> {
        let malformed = || place.corrupt("is not an encrypted text");
        let parts: Vec<&str> = sealed.split('.').collect();
        let [VERSION, id, nonce, sealed] = parts.as_slice() else { return Err(malformed()) };
        let key = std::iter::once(&self.current).chain(&self.previous).find(|key| key.id == *id);
        let why = || format!("is encrypted with the key {id}, which is not configured");
        let key = key.ok_or_else(|| place.corrupt(&why()))?;
        let nonce = STANDARD.decode(nonce).or(Err(malformed()))?;
        let nonce: [u8; 12] = nonce.try_into().or(Err(malformed()))?;
        let sealed = STANDARD.decode(sealed).or(Err(malformed()))?;
        let aad = place.associated_data();
        let payload = Payload { msg: &sealed, aad: aad.as_bytes() };
        let plain = key.aead.decrypt(&Nonce::from(nonce), payload);
        let plain = plain.or(Err(place.corrupt("was changed, or belongs to another row")))?;
        String::from_utf8(plain).or(Err(malformed()))
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cipher").field("key", &self.current.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> =
        Place { column: "payments.customer_email", row: &"row", mode: Some(Mode::Test) };

    fn cipher(byte: u8) -> Cipher {
        Cipher::new(&EncryptionKey::new([byte; 32]), &[])
    }

    #[test]
    fn what_was_sealed_opens_in_its_place() {
        for plain in ["", "müşteri@örnek.com.tr", &"x".repeat(100_000)] {
            let sealed = cipher(1).seal(PLACE, plain).unwrap();
            assert_eq!(cipher(1).open(PLACE, &sealed).unwrap(), plain);
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let cipher = cipher(1);
        assert_ne!(cipher.seal(PLACE, "a").unwrap(), cipher.seal(PLACE, "a").unwrap());
    }

    #[test]
    fn a_sealed_text_names_its_version_and_its_key() {
        let sealed = cipher(1).seal(PLACE, "a").unwrap();
        let parts: Vec<&str> = sealed.split('.').collect();
        assert_eq!(parts[..2], ["v1", EncryptionKey::new([1; 32]).id().as_str()]);
        assert_eq!(parts.len(), 4);
    }

    #[test]
    fn a_change_of_any_character_is_noticed() {
        let sealed = cipher(1).seal(PLACE, "canary").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            let refused = cipher(1).open(PLACE, &changed);
            assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{changed}");
        }
    }

    #[test]
    fn a_sealed_text_opens_in_no_other_place() {
        let sealed = cipher(1).seal(PLACE, "canary").unwrap();
        for other in [
            Place { column: "payments.description", ..PLACE },
            Place { row: &"other row", ..PLACE },
            Place { mode: Some(Mode::Live), ..PLACE },
            Place { mode: None, ..PLACE },
        ] {
            assert!(cipher(1).open(other, &sealed).is_err());
        }
    }

    #[test]
    fn another_key_is_refused_by_name() {
        let sealed = cipher(1).seal(PLACE, "canary").unwrap();
        let key = EncryptionKey::new([1; 32]).id();
        let why = format!(
            "payments.customer_email is encrypted with the key {key}, which is not configured"
        );
        assert_eq!(cipher(2).open(PLACE, &sealed), Err(StoreError::Corrupt(why)));
    }

    #[test]
    fn keys_are_hidden_in_debug() {
        let key = EncryptionKey::new([65; 32]);
        assert_eq!(format!("{key:?}"), "EncryptionKey(…)");
        assert!(!format!("{:?}", Cipher::new(&key, &[])).contains("65, 65"));
    }
}
