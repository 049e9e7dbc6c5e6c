//! How each database is opened.

use std::time::Duration;

use payment_ports::store::StoreError;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr,
    sqlx::{
        Error as SqlxError, Executor, MySqlConnection, query_as,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use secrecy::ExposeSecret;

use crate::settings::StoreSettings;

/// How long a request waits for a free connection, or for a new one.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long SQLite waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// PostgreSQL: give up rather than pile up. The driver itself sets the time zone to UTC.
const POSTGRES_OPTIONS: [(&str, &str); 4] = [
    ("default_transaction_isolation", "read committed"),
    ("lock_timeout", "2s"),
    ("statement_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// The same for MySQL and MariaDB; only MariaDB reads `/*M! … */`, only MySQL 8 `/*!80000 … */`.
const MYSQL_OPTIONS: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
     SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 3 \
     /*M! , max_statement_time = 5, idle_transaction_timeout = 10 */ /*!80000 , max_execution_time = 5000 */";

/// Opens the database of the settings' URL: a connection that writes, and one that reads.
pub(crate) async fn open(
    settings: &StoreSettings,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let url = settings.url.expose_secret();
    match url.split_once(':').map_or("", |(scheme, _)| scheme) {
        "sqlite" => sqlite(settings).await,
        "postgres" | "postgresql" => {
            let mut options = options(url, settings.max_connections);
            options.map_sqlx_postgres_opts(|postgres| postgres.options(POSTGRES_OPTIONS));
            let both = connect(options).await?;
            Ok((both.clone(), both))
        }
        "mysql" | "mariadb" => {
            let mut options = options(url, settings.max_connections);
            options.map_sqlx_mysql_pool_opts(|pool| {
                pool.after_connect(|connection, _| Box::pin(prepare_mysql(connection)))
            });
            let both = connect(options).await?;
            Ok((both.clone(), both))
        }
        _ => Err(unavailable("the database URL must begin with sqlite:, postgres: or mysql:")),
    }
}

async fn prepare_mysql(connection: &mut MySqlConnection) -> Result<(), SqlxError> {
    connection.execute(MYSQL_OPTIONS).await?;
    let galera = query_as::<_, (String, String)>("SHOW VARIABLES LIKE 'wsrep_on'");
    let galera = galera.fetch_optional(&mut *connection).await?;
    if galera.is_some_and(|(_, is_on)| is_on == "ON") {
        // Else a node may not show yet what another node has committed.
        connection.execute("SET SESSION wsrep_sync_wait = 1").await?;
    }
    Ok(())
}

async fn sqlite(
    settings: &StoreSettings,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let url = settings.url.expose_secret();
    let file: SqliteConnectOptions = url
        .parse()
        .map_err(|error| unavailable(&format!("the database URL is not valid: {error}")))?;
    let is_in_memory = url.contains(":memory:") || url.contains("mode=memory");
    if let Some(folder) = file.get_filename().parent().filter(|_| !is_in_memory) {
        std::fs::create_dir_all(folder).map_err(|error| {
            unavailable(&format!("the folder {} cannot be made: {error}", folder.display()))
        })?;
    }
    let mut writing = options(url, 1);
    // The one connection stays open: a new one would have to wait for the old one's lock.
    writing.min_connections(1).idle_timeout(None).max_lifetime(None);
    writing.map_sqlx_sqlite_opts(|file| {
        file.create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
    });
    let writer = connect(writing).await?;
    if is_in_memory {
        return Ok((writer.clone(), writer));
    }
    let mut reading = options(url, settings.max_connections);
    reading.map_sqlx_sqlite_opts(|file| file.pragma("query_only", "ON").busy_timeout(BUSY_TIMEOUT));
    Ok((writer, connect(reading).await?))
}

fn options(url: &str, max_connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(max_connections.max(1))
        .acquire_timeout(ACQUIRE_TIMEOUT)
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
        let (writer, reader) = open(&settings(&url)).await.unwrap();
        assert_eq!(ask::<String>(&writer, "PRAGMA journal_mode").await, "wal");
        let full = 2;
        assert_eq!(ask::<i64>(&writer, "PRAGMA synchronous").await, full);
        assert_eq!(ask::<i64>(&writer, "PRAGMA foreign_keys").await, 1);
        assert_eq!(ask::<i64>(&writer, "PRAGMA busy_timeout").await, 5_000);
        assert_eq!(writer.get_sqlite_connection_pool().options().get_max_connections(), 1);
        assert_eq!(ask::<i64>(&reader, "PRAGMA query_only").await, 1);
    }

    #[tokio::test]
    async fn postgres_reads_committed_rows_and_gives_up() {
        let Some(url) = server("TEST_POSTGRES_URL") else { return };
        let (writer, _) = open(&settings(&url)).await.unwrap();
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
        let (writer, _) = open(&settings(&url)).await.unwrap();
        for (settings, value) in [
            ("'tx_isolation', 'transaction_isolation'", "READ-COMMITTED"),
            ("'time_zone'", "+00:00"),
            ("'innodb_lock_wait_timeout'", "3"),
        ] {
            let sql = format!("SHOW SESSION VARIABLES WHERE variable_name IN ({settings})");
            let (_, found): (String, String) = ask(&writer, &sql).await;
            assert_eq!(found, value, "{settings}");
        }
    }

    fn settings(url: &str) -> StoreSettings {
        StoreSettings {
            url: url.into(),
            max_connections: 2,
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
