//! `security.*`.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use payment_store::EncryptionKey;
use secrecy::SecretString;

use super::{
    model::{Environment, Security},
    reader::Reader,
};

pub(super) const ENCRYPTION_KEY: &str = "security.encryption-key";
pub(super) const API_KEY_PEPPER: &str = "security.api-key-pepper";

const PLACEHOLDER: &str = "must be random in production: try `openssl rand -base64 32`";

pub(super) fn security(reader: &mut Reader<'_>, environment: Environment) -> Security {
    let is_production = environment == Environment::Production;
    let key = |text: &str| {
        let bytes = STANDARD.decode(text).unwrap_or_default();
        let key = bytes.as_slice().try_into().or(Err("must be the base64 of 32 bytes"))?;
        let is_refused = is_production && is_placeholder(&bytes);
        if is_refused { Err(PLACEHOLDER) } else { Ok(EncryptionKey::new(key)) }
    };
    let pepper = |text: &str| match text.len() {
        0..32 => Err("must be at least 32 characters"),
        _ if is_production && is_placeholder(text.as_bytes()) => Err(PLACEHOLDER),
        _ => Ok(SecretString::from(text)),
    };
    Security {
        encryption_key: reader.secret(ENCRYPTION_KEY, key),
        api_key_pepper: reader.secret(API_KEY_PEPPER, pepper),
    }
}

/// One secret for all merchants would let each forge webhooks to the others, so the forerunner's is
/// not used.
pub(super) fn webhook_secret(reader: &mut Reader<'_>) {
    if let Some(given) = reader.take_variable("WEBHOOK_SECRET") {
        reader.notice(format!(
            "{} has no effect: every webhook endpoint has a secret of its own, which \
             POST /v1/webhook-endpoints answers once",
            given.name
        ));
    }
}

/// Random bytes repeat little; `AAAA…` and `changeme…` repeat a lot.
fn is_placeholder(secret: &[u8]) -> bool {
    secret.iter().collect::<BTreeSet<_>>().len() < 12
}
