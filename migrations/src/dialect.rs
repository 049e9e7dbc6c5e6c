//! The few words in which the databases differ.
//!
//! Steps are written in SQL that all of them read, with words in braces:
//!
//! | word | SQLite | PostgreSQL | MySQL and MariaDB |
//! | --- | --- | --- | --- |
//! | `{uuid}` | BLOB | uuid | BINARY(16) |
//! | `{hash}` | BLOB | bytea | BINARY(32) |
//! | `{text}` | TEXT | text | LONGTEXT |
//! | `{time}` | TEXT | timestamptz(6) | DATETIME(6) |
//! | `{provider_ref}` | `provider_ref` | `left(provider_ref, 64)` | `provider_ref(64)` |
//! | `{table}` | | | engine, character set and collation |
//!
//! `{provider_ref}` is for indexes: what a provider words may be longer than a key.
//!
//! Times are UTC with microseconds everywhere. SQLite compares them as text, which is right
//! because they are always written in one form, the year first; MySQL has DATETIME rather than
//! TIMESTAMP because the latter ends in 2038. Text on MySQL and MariaDB is compared byte by byte,
//! so that `Key-1`, `key-1` and `key-1 ` are three keys.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// Collations that compare bytes, best first: the last one ignores spaces at the end.
const COLLATIONS: [&str; 3] = ["utf8mb4_nopad_bin", "utf8mb4_0900_bin", "utf8mb4_bin"];

/// The words of one database.
pub(crate) struct Dialect {
    words: [(&'static str, String); 6],
}

impl Dialect {
    /// The words of the database that the connection leads to.
    pub(crate) async fn of(connection: &SchemaManagerConnection<'_>) -> Result<Self, DbErr> {
        let [uuid, hash, text, time, reference] = match connection.get_database_backend() {
            DbBackend::Postgres => {
                ["uuid", "bytea", "text", "timestamptz(6)", "left(provider_ref, 64)"]
            }
            DbBackend::MySql => {
                ["BINARY(16)", "BINARY(32)", "LONGTEXT", "DATETIME(6)", "provider_ref(64)"]
            }
            DbBackend::Sqlite | _ => ["BLOB", "BLOB", "TEXT", "TEXT", "provider_ref"],
        };
        let table = table_options(connection).await?;
        let words = [
            ("{uuid}", uuid.to_owned()),
            ("{hash}", hash.to_owned()),
            ("{text}", text.to_owned()),
            ("{time}", time.to_owned()),
            ("{provider_ref}", reference.to_owned()),
            ("{table}", table),
        ];
        Ok(Self { words })
    }

    /// A statement in these words.
    pub(crate) fn translate(&self, statement: &str) -> String {
        let translate = |sql: String, (word, own): &(&str, String)| sql.replace(word, own);
        self.words.iter().fold(statement.to_owned(), translate)
    }
}

async fn table_options(connection: &SchemaManagerConnection<'_>) -> Result<String, DbErr> {
    if connection.get_database_backend() != DbBackend::MySql {
        return Ok(String::new());
    }
    let sql = "SELECT CAST(collation_name AS CHAR) FROM information_schema.collations \
               WHERE collation_name LIKE 'utf8mb4%bin'";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::MySql, sql)).await?;
    let known =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()?;
    let best = COLLATIONS.into_iter().find(|name| known.iter().any(|known| known == name));
    let collation = best.ok_or_else(|| DbErr::Migration("the server has no utf8mb4_bin".into()))?;
    Ok(format!("ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE {collation}"))
}
