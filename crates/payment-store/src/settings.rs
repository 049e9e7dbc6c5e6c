//! What a store needs to know.

use std::{thread, time::Duration};

use secrecy::SecretString;

use crate::cipher::EncryptionKey;

/// Where the database is, and how it is used.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// `sqlite://path/to/file`, `postgres://…` or `mysql://…`; it may hold a password.
    pub url: SecretString,
    /// How much is done at once, and how long things may take.
    pub limits: Limits,
    /// Encrypts what is written.
    pub encryption_key: EncryptionKey,
    /// Keys of the past; they only decrypt.
    pub previous_keys: Vec<EncryptionKey>,
}

/// How much is done at once, and how long things may take.
///
/// What takes longer is given up, rolled back and, where that can help, tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At most so many connections; SQLite has one that writes, whatever this says.
    pub max_connections: u32,
    /// How long a call waits for a free connection, or for a new one.
    pub acquire_timeout: Duration,
    /// How long a statement waits for a row that somebody else has locked; whole seconds.
    pub lock_timeout: Duration,
    /// How long a statement may take; whole seconds.
    pub statement_timeout: Duration,
    /// How long a transaction may do nothing before the server ends it; whole seconds.
    pub idle_in_transaction_timeout: Duration,
    /// How long SQLite waits for another process that is writing.
    pub busy_timeout: Duration,
    /// SQLite: at most so many calls share a commit.
    pub group_limit: usize,
}

impl Default for Limits {
    /// Four connections for each core, where the throughput is best, but 8 at least and 20 at most:
    /// several processes must fit into the 100 connections that PostgreSQL allows by default.
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let connections = cores.saturating_mul(4).clamp(8, 20);
        Self {
            max_connections: u32::try_from(connections).unwrap_or(u32::MAX),
            acquire_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(5),
            idle_in_transaction_timeout: Duration::from_secs(10),
            busy_timeout: Duration::from_secs(5),
            group_limit: 64,
        }
    }
}
