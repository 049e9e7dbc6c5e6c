//! One step of the schema, which is done as a whole or can be done again.
//!
//! SQLite and PostgreSQL take a step back that breaks off. MySQL and MariaDB commit every statement
//! that changes the schema, so there the step is run again from its beginning, and a statement
//! whose work was done before says so. Statements that change rows must bear being run twice.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{RuntimeErr, SqlxError, SqlxMySqlError},
};

use crate::dialect::Dialect;

/// Statements with the words of [`crate::dialect`], under the name by which they are remembered.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) up: &'static [&'static str],
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let dialect = Dialect::of(connection).await?;
        for statement in self.up {
            match connection.execute_unprepared(&dialect.translate(statement)).await {
                Err(error) if !was_done_before(statement, &error) => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const TABLE_EXISTS: u16 = 1050;
const NO_SUCH_COLUMN: u16 = 1054;
const COLUMN_EXISTS: u16 = 1060;
const INDEX_EXISTS: u16 = 1061;
const NOTHING_TO_DROP: u16 = 1091;

/// Whether MySQL or MariaDB refused to make what is there, or to take away what is not.
fn was_done_before(statement: &str, error: &DbErr) -> bool {
    let DbErr::Exec(RuntimeErr::SqlxError(error)) = error else { return false };
    let SqlxError::Database(error) = &**error else { return false };
    let error = error.try_downcast_ref::<SqlxMySqlError>();
    let number = error.map(SqlxMySqlError::number);
    match number {
        Some(TABLE_EXISTS | COLUMN_EXISTS | INDEX_EXISTS | NOTHING_TO_DROP) => true,
        Some(NO_SUCH_COLUMN) => statement.contains(" RENAME COLUMN "),
        Some(_) | None => false,
    }
}
