//! The order in which rows are locked.
//!
//! An update locks its row until the transaction ends. Two transactions that lock the same rows in
//! opposite orders wait for each other until the server ends one of them, which takes PostgreSQL a
//! second; and while enough of them wait, no connection is left for anybody else. So every apply
//! locks the rows that it updates in the order of [`Row`].
//!
//! Webhooks need no lock beforehand: whoever writes them names the endpoint first, then deliveries by
//! their ids, and queues come last by themselves.

use payment_ports::store::Change;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, PrimaryKeyTrait,
    QuerySelect,
};
use uuid::Uuid;

use crate::tables::{idempotency_records, payment_attempts, payments, three_ds_sessions};

/// A row that several transactions may want to update at once.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Attempt(Uuid),
    Payment(Uuid),
    Session(String),
    Record(Vec<u8>),
}

/// Locks the rows of `changes` first, where writing them would lock them in another order.
///
/// The changes are still written in their own order, so that the first guard that fails is named.
pub(crate) async fn take(work: &DatabaseTransaction, changes: &[Change]) -> Result<(), DbErr> {
    let mut rows: Vec<Row> = changes.iter().filter_map(Row::updated_by).collect();
    let has_one_writer = work.get_database_backend() == DbBackend::Sqlite;
    if has_one_writer || rows.is_sorted() {
        return Ok(());
    }
    rows.sort();
    for row in rows {
        row.lock(work).await?;
    }
    Ok(())
}

impl Row {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all others insert, or update what one worker has claimed"
    )]
    fn updated_by(change: &Change) -> Option<Self> {
        match change {
            Change::UpdateAttempt { attempt, .. } => Some(Self::Attempt(attempt.id.uuid())),
            Change::UpdatePayment(payment) => Some(Self::Payment(payment.id.uuid())),
            Change::UpdateSession(session) => Some(Self::Session(session.id.to_string())),
            Change::CompleteRecord { scope, .. }
            | Change::DeleteRecord(scope)
            | Change::TakeOverRecord { scope, .. } => Some(Self::Record(scope.0.to_vec())),
            _ => None,
        }
    }

    async fn lock(self, work: &DatabaseTransaction) -> Result<(), DbErr> {
        match self {
            Self::Attempt(id) => lock::<payment_attempts::Entity>(work, id).await,
            Self::Payment(id) => lock::<payments::Entity>(work, id).await,
            Self::Session(id) => lock::<three_ds_sessions::Entity>(work, id).await,
            Self::Record(scope) => lock::<idempotency_records::Entity>(work, scope).await,
        }
    }
}

async fn lock<E: EntityTrait>(
    work: &DatabaseTransaction,
    key: <E::PrimaryKey as PrimaryKeyTrait>::ValueType,
) -> Result<(), DbErr> {
    E::find_by_id(key).lock_exclusive().one(work).await?;
    Ok(())
}
