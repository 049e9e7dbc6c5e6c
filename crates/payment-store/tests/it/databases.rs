//! The databases of the tests.

use std::sync::Arc;

use payment_ports::store::Store;
pub(crate) use payment_store::test_database::{TestDatabase, migrated, settings, tamper};
use tempfile::TempDir;

/// A file that does not exist yet.
pub(crate) fn sqlite_url(folder: &TempDir) -> String {
    format!("sqlite://{}/gateway.db", folder.path().display())
}

/// Runs a test on an empty database of every kind, one after the other.
pub(crate) async fn on_every_database(test: impl AsyncFn(&str)) {
    for database in TestDatabase::ALL {
        database.empty(&test).await;
    }
}

/// Runs a test on an empty PostgreSQL database.
pub(crate) async fn on_postgres(test: impl AsyncFnOnce(&str)) {
    TestDatabase::Postgres.empty(test).await;
}

/// Runs a test on an empty MySQL or MariaDB database.
pub(crate) async fn on_mysql(test: impl AsyncFnOnce(&str)) {
    TestDatabase::MySql.empty(test).await;
}

pub(crate) async fn with_sqlite(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    with_store(TestDatabase::Sqlite, test).await;
}

pub(crate) async fn with_postgres(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    with_store(TestDatabase::Postgres, test).await;
}

pub(crate) async fn with_mysql(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    with_store(TestDatabase::MySql, test).await;
}

async fn with_store(database: TestDatabase, test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    database
        .migrated(async |store| {
            let store: Arc<dyn Store> = Arc::new(store);
            test(&store).await;
        })
        .await;
}
