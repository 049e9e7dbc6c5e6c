//! The two ways to authenticate a body.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::secret::Secret;

/// The seed's header value: the displayed secret itself is the key, and only the body is signed.
pub(crate) fn seed(displayed: &SecretString, body: &[u8]) -> String {
    let code = hmac_sha256(displayed.expose_secret().as_bytes(), &[body]);
    format!("sha256={}", hex::encode(code))
}

/// Standard Webhooks' `v1`: the decoded secret is the key, and id and time are signed too.
pub(crate) fn standard(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    hmac_sha256(secret.key.expose_secret(), &signed)
}

fn hmac_sha256(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104)")]
    let mut code = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in message {
        code.update(part);
    }
    code.finalize().into_bytes().into()
}
