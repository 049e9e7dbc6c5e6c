//! An empty database for every test.

use std::{
    env,
    io::Write as _,
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{
        Arc, Once,
        atomic::{AtomicU32, Ordering},
    },
};

use futures::FutureExt as _;
use payment_ports::store::Store;
use payment_store::{EncryptionKey, SqlStore, StoreSettings};
use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;

/// Settings with a fixed key and a small pool.
pub(crate) fn settings(url: &str) -> StoreSettings {
    StoreSettings {
        url: url.into(),
        max_connections: 8,
        encryption_key: EncryptionKey::new([7; 32]),
        previous_keys: Vec::new(),
    }
}

/// A store with the schema of this version.
pub(crate) async fn migrated(url: &str) -> SqlStore {
    let store = SqlStore::connect(&settings(url)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// Runs statements past the store.
pub(crate) async fn tamper(url: &str, sql: &str) {
    let connection = Database::connect(url).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// A file that does not exist yet.
pub(crate) fn sqlite_url(folder: &TempDir) -> String {
    format!("sqlite://{}/gateway.db", folder.path().display())
}

pub(crate) async fn with_sqlite(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(migrated(&sqlite_url(&folder)).await);
    test(&store).await;
}

pub(crate) async fn with_postgres(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    on_postgres(async |url| {
        let store: Arc<dyn Store> = Arc::new(migrated(url).await);
        test(&store).await;
    })
    .await;
}

pub(crate) async fn with_mysql(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    on_mysql(async |url| {
        let store: Arc<dyn Store> = Arc::new(migrated(url).await);
        test(&store).await;
    })
    .await;
}

/// Runs a test on an empty PostgreSQL database.
pub(crate) async fn on_postgres(test: impl AsyncFnOnce(&str)) {
    static SKIPPED: Once = Once::new();
    on_server("TEST_POSTGRES_URL", &SKIPPED, "WITH (FORCE)", test).await;
}

/// Runs a test on an empty MySQL or MariaDB database.
pub(crate) async fn on_mysql(test: impl AsyncFnOnce(&str)) {
    static SKIPPED: Once = Once::new();
    on_server("TEST_MYSQL_URL", &SKIPPED, "", test).await;
}

async fn on_server(
    variable: &str,
    skipped: &Once,
    drop_options: &str,
    test: impl AsyncFnOnce(&str),
) {
    static DATABASES: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = env::var(variable) else {
        // Past the capture of output, so that a skip is seen.
        skipped.call_once(|| {
            writeln!(std::io::stderr(), "skipped: {variable} is not set").unwrap();
        });
        return;
    };
    let administrator = Database::connect(&server).await.unwrap();
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("gateway_test_{}_{number}", std::process::id());
    let drop = format!("DROP DATABASE IF EXISTS {name} {drop_options}");
    administrator.execute_unprepared(&drop).await.unwrap();
    administrator.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (address, _) = server.rsplit_once('/').unwrap();
    let url = format!("{address}/{name}");
    let ended = AssertUnwindSafe(test(&url)).catch_unwind().await;
    administrator.execute_unprepared(&drop).await.unwrap();
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}
