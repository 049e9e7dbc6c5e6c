//! How each database is opened.

use std::time::Duration;

use payment_ports::store::StoreError;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr,
    sqlx::{
        AssertSqlSafe, Connection, Error as SqlxError, Executor, MySqlConnection,
        pool::PoolConnectionMetadata,
        query_as,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use secrecy::ExposeSecret;

use crate::{
    settings::{Limits, StoreSettings},
    suspicion::Suspicion,
};

/// Opens the database of the settings' URL: a connection that writes, and one that reads.
pub(crate) async fn open(
    settings: &StoreSettings,
    suspicion: &Suspicion,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let (url, limits) = (settings.url.expose_secret(), settings.limits);
    match url.split_once(':').map_or("", |(scheme, _)| scheme) {
        "sqlite" => sqlite(url, limits).await,
        "postgres" | "postgresql" => {
            let mut options = options(url, limits);
            options
                .map_sqlx_postgres_opts(move |postgres| postgres.options(postgres_options(limits)));
            let suspicion = suspicion.clone();
            options.map_sqlx_postgres_before_acquire(move |connection, metadata| {
                Box::pin(test(connection, metadata, suspicion.clone()))
            });
            let both = connect(options).await?;
            Ok((both.clone(), both))
        }
        "mysql" | "mariadb" => {
            let mut options = options(url, limits);
            options.map_sqlx_mysql_pool_opts(move |pool| {
                pool.after_connect(move |connection, _| Box::pin(prepare_mysql(connection, limits)))
            });
            let suspicion = suspicion.clone();
            options.map_sqlx_mysql_before_acquire(move |connection, metadata| {
                Box::pin(test(connection, metadata, suspicion.clone()))
            });
            let both = connect(options).await?;
            Ok((both.clone(), both))
        }
        _ => Err(unavailable("the database URL must begin with sqlite:, postgres: or mysql:")),
    }
}

/// Tests a connection that is suspected to be dead; if it is, the pool opens another.
async fn test<C: Connection>(
    connection: &mut C,
    metadata: PoolConnectionMetadata,
    suspicion: Suspicion,
) -> Result<bool, SqlxError> {
    if suspicion.concerns(metadata.idle_for) {
        connection.ping().await?;
    }
    Ok(true)
}

/// PostgreSQL: give up rather than pile up. The driver itself sets the time zone to UTC.
fn postgres_options(limits: Limits) -> [(&'static str, String); 4] {
    let milliseconds = |limit: Duration| limit.as_millis().to_string();
    [
        ("default_transaction_isolation", "read committed".to_owned()),
        ("lock_timeout", milliseconds(limits.lock_timeout)),
        ("statement_timeout", milliseconds(limits.statement_timeout)),
        ("idle_in_transaction_session_timeout", milliseconds(limits.idle_in_transaction_timeout)),
    ]
}

/// The same for MySQL and MariaDB; only MariaDB reads `/*M! … */`, only MySQL 8 `/*!80000 … */`.
fn mysql_options(limits: Limits) -> String {
    let [lock, statement, idle] =
        [limits.lock_timeout, limits.statement_timeout, limits.idle_in_transaction_timeout];
    format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = {} \
         /*M! , max_statement_time = {}, idle_transaction_timeout = {} */ \
         /*!80000 , max_execution_time = {} */",
        lock.as_secs(),
        statement.as_secs(),
        idle.as_secs(),
        statement.as_millis(),
    )
}

async fn prepare_mysql(connection: &mut MySqlConnection, limits: Limits) -> Result<(), SqlxError> {
    connection.execute(AssertSqlSafe(mysql_options(limits))).await?;
    let galera = query_as::<_, (String, String)>("SHOW VARIABLES LIKE 'wsrep_on'");
    let galera = galera.fetch_optional(&mut *connection).await?;
    if galera.is_some_and(|(_, is_on)| is_on == "ON") {
        // Else a node may not show yet what another node has committed.
        connection.execute("SET SESSION wsrep_sync_wait = 1").await?;
    }
    Ok(())
}

async fn sqlite(
    url: &str,
    limits: Limits,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let file: SqliteConnectOptions = url
        .parse()
        .map_err(|error| unavailable(&format!("the database URL is not valid: {error}")))?;
    let is_in_memory = url.contains(":memory:") || url.contains("mode=memory");
    if let Some(folder) = file.get_filename().parent().filter(|_| !is_in_memory) {
        std::fs::create_dir_all(folder).map_err(|error| {
            unavailable(&format!("the folder {} cannot be made: {error}", folder.display()))
        })?;
    }
    let mut writing = options(url, Limits { max_connections: 1, ..limits });
    // The one connection stays open: a new one would have to wait for the old one's lock.
    writing.min_connections(1).idle_timeout(None).max_lifetime(None);
    writing.map_sqlx_sqlite_opts(move |file| {
        file.create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(limits.busy_timeout)
    });
    let writer = connect(writing).await?;
    if is_in_memory {
        return Ok((writer.clone(), writer));
    }
    let mut reading = options(url, limits);
    reading.map_sqlx_sqlite_opts(move |file| {
        file.pragma("query_only", "ON").busy_timeout(limits.busy_timeout)
    });
    Ok((writer, connect(reading).await?))
}

fn options(url: &str, limits: Limits) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(limits.max_connections.max(1))
        .acquire_timeout(limits.acquire_timeout)
        // A round trip before every use costs a fifth of the throughput; a connection that was
        // closed meanwhile is found by its first statement, which is then tried again.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

async fn connect(options: ConnectOptions) -> Result<DatabaseConnection, StoreError> {
    Database::connect(options).await.map_err(|error| {
        if let DbErr::Conn(RuntimeErr::Internal(_)) = error {
            // Its message would repeat the URL, and with it the password.
            return unavailable("the database URL is not valid");
        }
        StoreError::Unavailable(error.to_string())
    })
}

fn unavailable(why: &str) -> StoreError {
    StoreError::Unavailable(why.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{env, io::Write as _};

    use sea_orm::{ConnectionTrait, Statement, TryGetableMany};

    use super::*;
    use crate::cipher::EncryptionKey;

    #[tokio::test]
    async fn sqlite_is_durable_and_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/gateway.db", folder.path().display());
        let (writer, reader) = open(&settings(&url), &Suspicion::none()).await.unwrap();
        assert_eq!(ask::<String>(&writer, "PRAGMA journal_mode").await, "wal");
        let full = 2;
        assert_eq!(ask::<i64>(&writer, "PRAGMA synchronous").await, full);
        assert_eq!(ask::<i64>(&writer, "PRAGMA foreign_keys").await, 1);
        assert_eq!(ask::<i64>(&writer, "PRAGMA busy_timeout").await, 5_000);
        assert_eq!(writer.get_sqlite_connection_pool().options().get_max_connections(), 1);
        assert_eq!(ask::<i64>(&reader, "PRAGMA query_only").await, 1);
        assert_eq!(ask::<i64>(&reader, "PRAGMA busy_timeout").await, 5_000);
    }

    #[tokio::test]
    async fn postgres_reads_committed_rows_and_gives_up() {
        let Some(url) = server("TEST_POSTGRES_URL") else { return };
        let (writer, _) = open(&settings(&url), &Suspicion::none()).await.unwrap();
        for (setting, value) in [
            ("transaction_isolation", "read committed"),
            ("lock_timeout", "2s"),
            ("statement_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("synchronous_commit", "on"),
            ("TimeZone", "UTC"),
        ] {
            assert_eq!(ask::<String>(&writer, &format!("SHOW {setting}")).await, value);
        }
    }

    #[tokio::test]
    async fn mysql_reads_committed_rows_and_gives_up() {
        let Some(url) = server("TEST_MYSQL_URL") else { return };
        let (writer, _) = open(&settings(&url), &Suspicion::none()).await.unwrap();
        for (settings, value) in [
            ("'tx_isolation', 'transaction_isolation'", "READ-COMMITTED"),
            ("'time_zone'", "+00:00"),
            ("'innodb_lock_wait_timeout'", "2"),
        ] {
            let sql = format!("SHOW SESSION VARIABLES WHERE variable_name IN ({settings})");
            let (_, found): (String, String) = ask(&writer, &sql).await;
            assert_eq!(found, value, "{settings}");
        }
    }

    fn settings(url: &str) -> StoreSettings {
        StoreSettings {
            url: url.into(),
            limits: Limits { max_connections: 2, ..Limits::default() },
            encryption_key: EncryptionKey::new([7; 32]),
            previous_keys: Vec::new(),
        }
    }

    fn server(variable: &str) -> Option<String> {
        let url = env::var(variable).ok();
        if url.is_none() {
            writeln!(std::io::stderr(), "skipped: {variable} is not set").unwrap();
        }
        url
    }

    async fn ask<T: TryGetableMany>(connection: &DatabaseConnection, sql: &str) -> T {
        let question = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(question).await.unwrap().unwrap();
        T::try_get_many_by_index(&row).unwrap()
    }
}
