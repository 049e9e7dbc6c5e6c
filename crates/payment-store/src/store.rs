//! The store itself.

use std::{fmt, sync::Arc};

use payment_ports::store::StoreError;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::{
    applier::Applier,
    cipher::Cipher,
    connect,
    failure::{Failure, retry},
    group_commit::GroupCommit,
    settings::StoreSettings,
    suspicion::Suspicion,
};

/// A store in SQLite, PostgreSQL, MySQL or MariaDB.
pub struct SqlStore {
    /// Where writes go: on SQLite one connection, because a file has one writer.
    pub(crate) writer: DatabaseConnection,
    /// Where reads go; the same as the writer except on SQLite.
    pub(crate) reader: DatabaseConnection,
    pub(crate) cipher: Arc<Cipher>,
    pub(crate) applier: Applier,
    /// SQLite only: servers let transactions that come together share a commit by themselves.
    pub(crate) group_commit: Option<GroupCommit>,
    suspicion: Suspicion,
}

impl SqlStore {
    /// Opens the database; a SQLite file and its folder are made if they are missing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the URL is of no known kind or the database does not answer.
    pub async fn connect(settings: &StoreSettings) -> Result<Self, StoreError> {
        let suspicion = Suspicion::none();
        let (writer, reader) = connect::open(settings, &suspicion).await?;
        let cipher = Arc::new(Cipher::new(&settings.encryption_key, &settings.previous_keys));
        let applier = Applier {
            connection: writer.clone(),
            cipher: Arc::clone(&cipher),
            suspicion: suspicion.clone(),
        };
        let has_one_writer = writer.get_database_backend() == DbBackend::Sqlite;
        let group_commit =
            has_one_writer.then(|| GroupCommit::new(applier.clone(), settings.limits.group_limit));
        Ok(Self { writer, reader, cipher, applier, group_commit, suspicion })
    }

    /// Takes a step against the database, again where that can help.
    pub(crate) async fn retry<T, E, F>(&self, step: impl FnMut() -> F + Send) -> Result<T, Failure>
    where
        E: Into<Failure>,
        F: Future<Output = Result<T, E>> + Send,
    {
        retry(&self.suspicion, step).await
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        begin(&self.writer).await
    }

    /// Closes all connections, once those in use are given back; the store is then of no use.
    pub async fn close(&self) {
        for connection in [&self.reader, &self.writer] {
            if let Err(error) = connection.close_by_ref().await {
                tracing::warn!(%error, "a database connection was not closed");
            }
        }
    }
}

/// Begins a transaction that writes; one that the caller no longer waits for is rolled back.
pub(crate) async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    // SQLite: who begins as a reader cannot write once somebody else has.
    let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() };
    let writer = writer.clone();
    // The driver knows of a transaction once BEGIN is answered. If it were dropped before that,
    // the next user of the connection would be in a transaction without knowing.
    #[expect(clippy::disallowed_methods, reason = "it ends by itself, within the timeouts")]
    let work = tokio::spawn(async move { writer.begin_with_options(options).await }).await;
    work.map_err(|error| DbErr::Custom(error.to_string()))?
}

impl fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlStore").field("cipher", &self.cipher).finish_non_exhaustive()
    }
}
