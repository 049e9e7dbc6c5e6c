//! Whether the database's schema is the one that this version knows.

use std::{collections::BTreeSet, time::Duration};

use migrations::Migrator;
use payment_ports::store::StoreError;
use sea_orm::{DbErr, EntityName, EntityTrait};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};

use crate::store::SqlStore;

/// How often one step is tried that another process may be doing at the same time, and the wait
/// in between; together, how long a step may take.
const TRIES: u32 = 50;
const WAIT: Duration = Duration::from_millis(200);

/// Why this version must not work on the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It was never migrated, or only by an older version.
    #[error("the database schema lacks the step {0}; run `gateway-api migrate`")]
    Outdated(String),
    /// A later version migrated it.
    #[error(
        "the database schema has the step {0}, which this version does not know; run a newer one"
    )]
    Newer(String),
    /// It could not be read, or not be changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SqlStore {
    /// Brings the schema up to this version; does nothing where it is.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Newer`] changes nothing. A step that fails is taken back, or on MySQL and
    /// MariaDB, which cannot, finished by the next run.
    pub async fn migrate(&self) -> Result<(), SchemaError> {
        let (mut last, mut tries) = (None, 0);
        loop {
            let step = match self.check_schema().await {
                Err(SchemaError::Outdated(step)) => Some(step),
                done_or_failed => return done_or_failed,
            };
            tries = if step == last { tries + 1 } else { 1 };
            last = step;
            match Migrator::up(&self.writer, None).await {
                Err(error) if tries == TRIES => return Err(failed(&error)),
                // Another process may have been faster; then there is less left to do.
                Err(_) => tokio::time::sleep(WAIT).await,
                Ok(()) => {}
            }
        }
    }

    /// Whether the schema is the one of this version.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] says what to do if it is not.
    pub async fn check_schema(&self) -> Result<(), SchemaError> {
        let applied = self.retry(|| self.applied_steps()).await.map_err(StoreError::from)?;
        let known = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        if let Some(step) = applied.difference(&known).next() {
            return Err(SchemaError::Newer(step.clone()));
        }
        match known.difference(&applied).next() {
            Some(step) => Err(SchemaError::Outdated(step.clone())),
            None => Ok(()),
        }
    }

    async fn applied_steps(&self) -> Result<BTreeSet<String>, DbErr> {
        let table = seaql_migrations::Entity.table_name();
        if !SchemaManager::new(&self.writer).has_table(table).await? {
            return Ok(BTreeSet::new());
        }
        let steps = seaql_migrations::Entity::find().all(&self.writer).await?;
        Ok(steps.into_iter().map(|step| step.version).collect())
    }
}

fn failed(error: &DbErr) -> SchemaError {
    StoreError::Unavailable(format!("the schema cannot be changed: {error}")).into()
}
