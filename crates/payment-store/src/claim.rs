//! Claims: one worker gets a row, all others pass it by.
//!
//! PostgreSQL and SQLite do it in one statement. MySQL and MariaDB cannot return what they update,
//! so there it is a short transaction.

use std::collections::{BTreeMap, BTreeSet};

use payment_ports::store::StoreError;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, FromQueryResult, QueryResult, Statement,
    Value, Values,
};
use uuid::Uuid;

use crate::{failure::Failure, store::begin, utc_time::UtcTime};

/// Which rows are due, and what a claim does to them.
///
/// Parameters are `$1`, `$2` and so on; `{lock}` stands where PostgreSQL and MySQL lock rows and
/// pass by those that are locked. SQLite has one writer and needs no such thing.
pub(crate) struct Claiming {
    /// The table.
    pub(crate) table: &'static str,
    /// Common table expressions; the one called `due` has the ids.
    pub(crate) due: &'static str,
    /// The assignments.
    pub(crate) set: &'static str,
}

impl Claiming {
    /// Claims rows and reads them, in no order.
    pub(crate) async fn run<R: FromQueryResult>(
        &self,
        connection: &DatabaseConnection,
        values: &[Value],
    ) -> Result<Vec<R>, Failure> {
        let backend = connection.get_database_backend();
        match backend {
            DbBackend::MySql => self.in_three_steps(connection, values).await,
            DbBackend::Postgres => self.at_once(connection, "FOR UPDATE SKIP LOCKED", values).await,
            DbBackend::Sqlite | _ => self.at_once(connection, "", values).await,
        }
    }

    async fn at_once<R: FromQueryResult>(
        &self,
        connection: &DatabaseConnection,
        lock: &str,
        values: &[Value],
    ) -> Result<Vec<R>, Failure> {
        let Self { table, due, set } = self;
        let due = due.replace("{lock}", lock);
        let sql = format!(
            "WITH {due} UPDATE {table} SET {set} WHERE id IN (SELECT id FROM due) RETURNING *"
        );
        let backend = connection.get_database_backend();
        let claim = Statement::from_sql_and_values(backend, sql, values.iter().cloned());
        Ok(rows(&connection.query_all_raw(claim).await?)?)
    }

    async fn in_three_steps<R: FromQueryResult>(
        &self,
        connection: &DatabaseConnection,
        values: &[Value],
    ) -> Result<Vec<R>, Failure> {
        let Self { table, due, set } = self;
        let due = due.replace("{lock}", "FOR UPDATE SKIP LOCKED");
        let work = begin(connection).await?;
        let due = numbered(&format!("WITH {due} SELECT id FROM due"), values);
        let ids: Vec<Id> = rows(&work.query_all_raw(due).await?)?;
        if ids.is_empty() {
            work.rollback().await?;
            return Ok(Vec::new());
        }
        let ids: Vec<Value> = ids.into_iter().map(|row| row.id.into()).collect();
        let chosen = format!("id IN ({})", vec!["?"; ids.len()].join(", "));
        let mut update = numbered(&format!("UPDATE {table} SET {set} WHERE {chosen}"), values);
        update.values.get_or_insert(Values(Vec::new())).0.extend(ids.iter().cloned());
        work.execute_raw(update).await?;
        let sql = format!("SELECT * FROM {table} WHERE {chosen}");
        let claimed = Statement::from_sql_and_values(DbBackend::MySql, sql, ids);
        let claimed = rows(&work.query_all_raw(claimed).await?)?;
        work.commit().await.map_err(Failure::of_commit)?;
        Ok(claimed)
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

fn rows<R: FromQueryResult>(found: &[QueryResult]) -> Result<Vec<R>, DbErr> {
    found.iter().map(|row| R::from_query_result(row, "")).collect()
}

/// A statement with numbered parameters, for any database.
pub(crate) fn statement(backend: DbBackend, sql: &str, values: &[Value]) -> Statement {
    match backend {
        DbBackend::MySql => numbered(sql, values),
        DbBackend::Postgres | DbBackend::Sqlite | _ => {
            Statement::from_sql_and_values(backend, sql, values.iter().cloned())
        }
    }
}

/// A statement for MySQL, whose parameters have no numbers: one value for every use.
fn numbered(sql: &str, values: &[Value]) -> Statement {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut used = Vec::new();
    for part in parts {
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        used.extend(index.and_then(|index| values.get(index)).cloned());
        text.push('?');
        text.push_str(rest);
    }
    Statement::from_sql_and_values(DbBackend::MySql, text, used)
}

/// Where a claimed row stands in its queue.
pub(crate) struct Turn<L> {
    /// Since when it is due.
    pub(crate) due: Option<UtcTime>,
    /// The line in which it waits behind those of a lower sequence.
    pub(crate) line: L,
    /// Its number in that line.
    pub(crate) sequence: i64,
}

/// Reads claimed rows in order: lines by how long their first row is due, rows by their number.
///
/// A row that makes no sense stays claimed until its lease ends, and so does what is behind it in
/// its line; the others must not suffer for it.
pub(crate) fn in_turn<R, L: Ord + Copy, T>(
    mut rows: Vec<R>,
    turn: impl Fn(&R) -> Turn<L>,
    read: impl Fn(R) -> Result<T, StoreError>,
) -> Vec<T> {
    let mut heads = BTreeMap::new();
    for row in &rows {
        let Turn { due, line, sequence } = turn(row);
        let head = heads.entry(line).or_insert((sequence, due));
        *head = (*head).min((sequence, due));
    }
    rows.sort_by_key(|row| {
        let Turn { line, sequence, .. } = turn(row);
        (heads.get(&line).and_then(|(_, due)| *due), line, sequence)
    });
    let mut stuck = BTreeSet::new();
    let mut readable = Vec::with_capacity(rows.len());
    for row in rows {
        let line = turn(&row).line;
        if stuck.contains(&line) {
            continue;
        }
        match read(row) {
            Ok(value) => readable.push(value),
            Err(error) => {
                tracing::error!(%error, "a claimed row makes no sense and was left alone");
                stuck.insert(line);
            }
        }
    }
    readable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_parameters_are_repeated_for_mysql() {
        let values: Vec<Value> = [10, 20, 30].map(Value::from).into();
        let statement = numbered("a <= $1 AND b = $3 OR a > $1 LIMIT $2", &values);
        assert_eq!(statement.sql, "a <= ? AND b = ? OR a > ? LIMIT ?");
        assert_eq!(statement.values.unwrap().0, [10, 30, 10, 20].map(Value::from));
    }

    #[test]
    fn a_row_that_makes_no_sense_stops_its_own_line_only() {
        let rows = vec![("a", 1), ("a", 2), ("b", 3), ("a", 3), ("b", 1)];
        let turn = |&(line, sequence): &(&'static str, i64)| Turn { due: None, line, sequence };
        let read = |row| match row {
            ("a", 2) => Err(StoreError::Corrupt("outbox_events.event_type".to_owned())),
            row => Ok(row),
        };
        assert_eq!(in_turn(rows, turn, read), [("a", 1), ("b", 1), ("b", 3)]);
    }
}
