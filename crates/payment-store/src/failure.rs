//! What the databases' errors mean, and which of them are worth another try.

use std::time::Duration;

use payment_ports::store::{ApplyError, Guard, StoreError};
use sea_orm::{
    DbErr, RuntimeErr, SqlErr, SqlxError, SqlxMySqlError, SqlxPostgresError, SqlxSqliteError,
};

use crate::{random, suspicion::Suspicion};

/// How often one transaction is tried.
const TRIES: u32 = 10;

/// Why a step against the database came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A guard did not hold; everything was rolled back.
    Conflict(Guard),
    /// The database asks for another try, or hung up before anything was committed.
    Again(DbErr),
    /// The answer to COMMIT was lost.
    CommitUnknown(DbErr),
    /// There is no use in trying again.
    Store(StoreError),
}

impl Failure {
    /// The meaning of an error of COMMIT: only a refusal is known to have written nothing.
    pub(crate) fn of_commit(error: DbErr) -> Self {
        if asks_for_retry(&error) { Self::Again(error) } else { Self::CommitUnknown(error) }
    }

    /// The meaning of an error of an insert that `guard` watches.
    pub(crate) fn of_insert(error: DbErr, guard: Guard) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Conflict(guard),
            Some(_) | None => error.into(),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        if asks_for_retry(&error) || hung_up(&error) {
            return Self::Again(error);
        }
        Self::Store(meaning(&error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for ApplyError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict(guard) => Self::Conflict(guard),
            Failure::Again(error) => Self::Store(meaning(&error)),
            Failure::CommitUnknown(error) => Self::CommitUnknown(error.to_string()),
            Failure::Store(error) => Self::Store(error),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict(guard) => Self::Unavailable(format!("a claim lost {guard:?}")),
            Failure::Again(error) | Failure::CommitUnknown(error) => meaning(&error),
            Failure::Store(error) => error,
        }
    }
}

/// Takes a step until it succeeds, or fails for good, with short random pauses in between.
///
/// A step that finds its connection dead raises `suspicion` of the others.
pub(crate) async fn retry<T, E, F>(
    suspicion: &Suspicion,
    mut step: impl FnMut() -> F + Send,
) -> Result<T, Failure>
where
    E: Into<Failure>,
    F: Future<Output = Result<T, E>> + Send,
{
    let mut tries = 1;
    loop {
        let result = step().await.map_err(Into::into);
        if let Err(Failure::Again(error) | Failure::CommitUnknown(error)) = &result
            && hung_up(error)
        {
            suspicion.raise();
        }
        match result {
            Err(Failure::Again(error)) if tries < TRIES => {
                tracing::debug!(tries, %error, "the database asks for another try");
                let [jitter] = random::bytes()?;
                tokio::time::sleep(Duration::from_millis(2 + u64::from(jitter) * 48 / 255)).await;
                tries += 1;
            }
            result => return result,
        }
    }
}

fn meaning(error: &DbErr) -> StoreError {
    let is_refused = error.sql_err().is_some() || is_refused_value(error);
    let is_value = matches!(error, DbErr::Type(_) | DbErr::TryIntoErr { .. })
        || matches!(
            driver_error(error),
            Some(SqlxError::ColumnDecode { .. } | SqlxError::Decode(_))
        );
    if is_refused || is_value {
        StoreError::Corrupt(error.to_string())
    } else {
        StoreError::Unavailable(error.to_string())
    }
}

/// Text with a NUL byte or of a wrong encoding, too long, or out of range: it will not fit later.
fn is_refused_value(error: &DbErr) -> bool {
    let Some(SqlxError::Database(error)) = driver_error(error) else { return false };
    if let Some(error) = error.try_downcast_ref::<SqlxMySqlError>() {
        return matches!(error.number(), 1048 | 1264 | 1366 | 1406);
    }
    let is_postgres = error.try_downcast_ref::<SqlxPostgresError>().is_some();
    is_postgres && error.code().is_some_and(|code| code.starts_with("22"))
}

/// Errors of MySQL, MariaDB and Galera after which a transaction may be tried again.
const DEADLOCK: u16 = 1213;
const LOCK_TIMEOUT: u16 = 1205;
const ROW_CHANGED: u16 = 1020;
const NODE_NOT_READY: u16 = 1047;

/// Serialization failures, deadlocks, lock timeouts and a busy file: nothing was written.
fn asks_for_retry(error: &DbErr) -> bool {
    let Some(SqlxError::Database(error)) = driver_error(error) else { return false };
    if let Some(error) = error.try_downcast_ref::<SqlxMySqlError>() {
        return matches!(error.number(), DEADLOCK | LOCK_TIMEOUT | ROW_CHANGED | NODE_NOT_READY);
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<SqlxPostgresError>().is_some() {
        return matches!(&*code, "40001" | "40P01" | "55P03");
    }
    let is_sqlite = error.try_downcast_ref::<SqlxSqliteError>().is_some();
    // The low byte of an extended code is the code itself; 5 is SQLITE_BUSY.
    is_sqlite && code.parse::<u32>().is_ok_and(|code| code & 0xff == 5)
}

/// Errors with which MySQL and MariaDB end a connection.
const SHUTDOWN: u16 = 1053;
const CONNECTION_KILLED: u16 = 1927;
const SESSION_WAS_KILLED: u16 = 3169;
const WAS_IDLE_TOO_LONG: u16 = 4031;

/// The server ended the connection: it restarted, or an administrator ended it.
///
/// A connection for which the pool has waited in vain is not meant: that was long enough.
fn hung_up(error: &DbErr) -> bool {
    let error = match driver_error(error) {
        Some(SqlxError::Io(_)) => return true,
        Some(SqlxError::Database(error)) => error,
        _ => return false,
    };
    if let Some(error) = error.try_downcast_ref::<SqlxMySqlError>() {
        let ends = [SHUTDOWN, CONNECTION_KILLED, SESSION_WAS_KILLED, WAS_IDLE_TOO_LONG];
        return ends.contains(&error.number());
    }
    let code = error.code().unwrap_or_default();
    let is_postgres = error.try_downcast_ref::<SqlxPostgresError>().is_some();
    is_postgres && matches!(&*code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03")
}

fn driver_error(error: &DbErr) -> Option<&SqlxError> {
    if let DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error)) = error
    {
        Some(error)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn again() -> Failure {
        Failure::Again(DbErr::Custom("deadlock".to_owned()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_is_tried_until_it_succeeds() {
        let tries = AtomicU32::new(0);
        let step = || async {
            let try_number = tries.fetch_add(1, Ordering::Relaxed) + 1;
            if try_number < TRIES { Err(again()) } else { Ok(try_number) }
        };
        assert_eq!(retry(&Suspicion::none(), step).await.unwrap(), TRIES);
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_is_given_up_after_ten_tries() {
        let tries = AtomicU32::new(0);
        let step = || async {
            tries.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(again())
        };
        let given_up = ApplyError::from(retry(&Suspicion::none(), step).await.unwrap_err());
        assert!(matches!(given_up, ApplyError::Store(StoreError::Unavailable(_))));
        assert_eq!(tries.into_inner(), 10);
    }

    #[tokio::test]
    async fn a_conflict_is_not_tried_again() {
        let tries = AtomicU32::new(0);
        let step = || async {
            tries.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(Failure::Conflict(Guard::Payment))
        };
        let conflict = ApplyError::from(retry(&Suspicion::none(), step).await.unwrap_err());
        assert_eq!(conflict, ApplyError::Conflict(Guard::Payment));
        assert_eq!(tries.into_inner(), 1);
    }
}
