//! Rows in and out: guarded writes, and values that must make sense.

use payment_core::{currency::Currency, id::InvalidId, money::Money};
use payment_ports::store::{Guard, StoreError};
use sea_orm::{
    ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::IntoCondition,
};

use crate::failure::Failure;

/// So many rows fit into one statement of every database.
const ROWS_PER_STATEMENT: usize = 500;

/// Inserts rows; one that is there already fails the guard.
pub(crate) async fn insert<E: EntityTrait>(
    work: &DatabaseTransaction,
    rows: Vec<E::Model>,
    guard: Guard,
) -> Result<(), Failure>
where
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        let some = rows.by_ref().take(ROWS_PER_STATEMENT);
        let inserted = E::insert_many(some).exec_without_returning(work).await;
        inserted.map_err(|error| Failure::of_insert(error, guard))?;
    }
    Ok(())
}

/// Writes the whole row where `condition` finds it; finding none fails the guard.
pub(crate) async fn update<E: EntityTrait>(
    work: &DatabaseTransaction,
    row: E::Model,
    condition: impl IntoCondition,
    guard: Guard,
) -> Result<(), Failure>
where
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let row = row.into_active_model().reset_all();
    let updated = E::update_many().set(row).filter(condition).exec(work).await?;
    expect_one(updated.rows_affected, guard)
}

/// Exactly one row was written, or the guard failed.
pub(crate) fn expect_one(rows: u64, guard: Guard) -> Result<(), Failure> {
    expect(1, rows, guard)
}

/// So many rows were written, or the guard failed.
pub(crate) fn expect(expected: usize, rows: u64, guard: Guard) -> Result<(), Failure> {
    if u64::try_from(expected) == Ok(rows) { Ok(()) } else { Err(Failure::Conflict(guard)) }
}

/// The error for a value that makes no sense; it names the column, never the value.
pub(crate) fn corrupt(column: &str) -> StoreError {
    StoreError::Corrupt(column.to_owned())
}

/// Reads one of our own words.
pub(crate) fn word<T>(
    column: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StoreError> {
    parse(text).ok_or_else(|| corrupt(column))
}

/// Reads one of our own words where there is one.
pub(crate) fn optional<T>(
    column: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| word(column, text, parse)).transpose()
}

/// Reads an id of text.
pub(crate) fn id<T>(
    column: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, InvalidId>,
) -> Result<T, StoreError> {
    word(column, text, |text| parse(text).ok())
}

/// Reads a currency.
pub(crate) fn currency(column: &str, text: &str) -> Result<Currency, StoreError> {
    word(column, text, |text| Currency::parse(text).ok())
}

/// Reads an amount.
pub(crate) fn money(column: &str, minor: i64, currency: Currency) -> Result<Money, StoreError> {
    Money::from_minor(minor, currency).ok().ok_or_else(|| corrupt(column))
}

/// Reads 32 bytes.
pub(crate) fn hash(column: &str, bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes.try_into().ok().ok_or_else(|| corrupt(column))
}
