//! A database of its own for every test.
//!
//! `TEST_POSTGRES_URL` and `TEST_MYSQL_URL` name servers on which databases may be created;
//! `scripts/databases` starts both. A test whose server is not there says that it was skipped,
//! and fails under `CI=true`.

use std::{
    env,
    io::Write as _,
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::FutureExt as _;
use sea_orm::{ConnectionTrait as _, Database};

use crate::{
    cipher::EncryptionKey,
    settings::{Limits, StoreSettings},
    store::SqlStore,
};

/// The kinds of databases on which everything must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestDatabase {
    /// A file in a folder of its own.
    Sqlite,
    /// A database on the server of `TEST_POSTGRES_URL`.
    Postgres,
    /// A database on the server of `TEST_MYSQL_URL`: MySQL or MariaDB.
    MySql,
}

impl TestDatabase {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MySql];

    /// Gives a test the URL of an empty database, and drops the database when the test ends.
    pub async fn empty(self, test: impl AsyncFnOnce(&str)) {
        static NO_POSTGRES: Once = Once::new();
        static NO_MYSQL: Once = Once::new();
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}/gateway.db", folder.path().display());
                Box::pin(test(&url)).await;
            }
            Self::Postgres => {
                let Some(server) = server("TEST_POSTGRES_URL", &NO_POSTGRES) else { return };
                Box::pin(on_server(&server, "WITH (FORCE)", test)).await;
            }
            Self::MySql => {
                let Some(server) = server("TEST_MYSQL_URL", &NO_MYSQL) else { return };
                Box::pin(on_server(&server, "", test)).await;
            }
        }
    }

    /// Gives a test a store with the schema of this version.
    pub async fn migrated(self, test: impl AsyncFnOnce(SqlStore)) {
        self.empty(async |url| test(migrated(url).await).await).await;
    }
}

/// Settings with a fixed key and a small pool, on a machine that may be busy with other tests.
#[must_use]
pub fn settings(url: &str) -> StoreSettings {
    let acquire_timeout = Duration::from_secs(30);
    StoreSettings {
        url: url.into(),
        limits: Limits { max_connections: 8, acquire_timeout, ..Limits::default() },
        encryption_key: EncryptionKey::new([7; 32]),
        previous_keys: Vec::new(),
    }
}

/// A store with the schema of this version.
pub async fn migrated(url: &str) -> SqlStore {
    let store = SqlStore::connect(&settings(url)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// Runs statements past the store.
pub async fn tamper(url: &str, sql: &str) {
    let connection = Database::connect(url).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

fn server(variable: &str, skipped: &Once) -> Option<String> {
    let url = env::var(variable).ok();
    if url.is_none() {
        let is_demanded = env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_demanded, "{variable} must be set under CI=true");
        skipped.call_once(|| {
            // Past the capture of output, so that a skip is seen.
            let mut terminal = std::io::stderr();
            writeln!(terminal, "skipped: {variable} is not set").unwrap();
        });
    }
    url
}

async fn on_server(server: &str, drop_options: &str, test: impl AsyncFnOnce(&str)) {
    static DATABASES: AtomicU32 = AtomicU32::new(0);
    let administrator = Database::connect(server).await.unwrap();
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("gateway_test_{}_{number}", std::process::id());
    let drop = format!("DROP DATABASE IF EXISTS {name} {drop_options}");
    administrator.execute_unprepared(&drop).await.unwrap();
    administrator.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    wait_for_all_nodes().await;
    let (address, _) = server.rsplit_once('/').unwrap();
    let url = format!("{address}/{name}");
    let ended = AssertUnwindSafe(Box::pin(test(&url))).catch_unwind().await;
    administrator.execute_unprepared(&drop).await.unwrap();
    administrator.close().await.unwrap();
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

/// On a Galera cluster, lets every node know of what was committed on one.
async fn wait_for_all_nodes() {
    let nodes = env::var("TEST_GALERA_URLS").unwrap_or_default();
    for node in nodes.split(',').filter(|node| !node.is_empty()) {
        tamper(node, "SET SESSION wsrep_sync_wait = 1; SELECT 1").await;
    }
}

/// Runs each of these tests on each database, as `$on` does it:
/// `async fn(TestDatabase, impl AsyncFnOnce(_))`, such as [`TestDatabase::empty`].
#[macro_export]
macro_rules! on_every_database {
    ($on:path: $($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                $on($crate::test_database::TestDatabase::Sqlite, super::$name).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                $on($crate::test_database::TestDatabase::Postgres, super::$name).await;
            })+
        }

        mod mysql {
            $(#[tokio::test]
            async fn $name() {
                $on($crate::test_database::TestDatabase::MySql, super::$name).await;
            })+
        }
    };
}
