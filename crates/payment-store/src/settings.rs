//! What a store needs to know.

use secrecy::SecretString;

use crate::cipher::EncryptionKey;

/// Where the database is, and how it is used.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// `sqlite://path/to/file`, `postgres://…` or `mysql://…`; it may hold a password.
    pub url: SecretString,
    /// At most so many connections; about four times the processor cores is best.
    pub max_connections: u32,
    /// Encrypts what is written.
    pub encryption_key: EncryptionKey,
    /// Keys of the past; they only decrypt.
    pub previous_keys: Vec<EncryptionKey>,
}
