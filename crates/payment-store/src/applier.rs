//! Transactions that write lists of changes, one list or several.

use std::sync::Arc;

use payment_ports::store::{ApplyError, Change};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction};

use crate::{
    apply::write_all,
    cipher::Cipher,
    failure::{Failure, retry},
    store::begin,
    suspicion::Suspicion,
};

const FIRST_SAVEPOINT: &str = "SAVEPOINT call";
const NEXT_SAVEPOINT: &str = "RELEASE call; SAVEPOINT call";

/// Writes through a connection; each transaction is tried again where that can help.
#[derive(Clone)]
pub(crate) struct Applier {
    pub(crate) connection: DatabaseConnection,
    pub(crate) cipher: Arc<Cipher>,
    pub(crate) suspicion: Suspicion,
}

impl Applier {
    /// Writes one list of changes.
    pub(crate) async fn apply(&self, changes: &[Change]) -> Result<(), ApplyError> {
        Ok(retry(&self.suspicion, || self.apply_once(changes)).await?)
    }

    /// Writes several lists with one commit; one whose guard fails is taken back alone.
    ///
    /// There is a result for each.
    pub(crate) async fn apply_together(
        &self,
        lists: &[Vec<Change>],
    ) -> Vec<Result<(), ApplyError>> {
        match retry(&self.suspicion, || self.apply_together_once(lists)).await {
            Ok(results) => results,
            Err(failure) => vec![Err(failure.into()); lists.len()],
        }
    }

    async fn apply_once(&self, changes: &[Change]) -> Result<(), Failure> {
        let work = begin(&self.connection).await?;
        match write_all(&work, &self.cipher, changes).await {
            Ok(()) => work.commit().await.map_err(Failure::of_commit),
            Err(failure) => {
                roll_back(work).await;
                Err(failure)
            }
        }
    }

    async fn apply_together_once(
        &self,
        lists: &[Vec<Change>],
    ) -> Result<Vec<Result<(), ApplyError>>, Failure> {
        let work = begin(&self.connection).await?;
        let mut results = Vec::with_capacity(lists.len());
        for changes in lists {
            // One message to the writer's thread costs as much as a statement.
            let savepoint = if results.is_empty() { FIRST_SAVEPOINT } else { NEXT_SAVEPOINT };
            match self.write_alone(&work, savepoint, changes).await {
                Ok(result) => results.push(result),
                Err(failure) => {
                    roll_back(work).await;
                    return Err(failure);
                }
            }
        }
        match work.commit().await.map_err(Failure::of_commit) {
            Ok(()) => Ok(results),
            Err(again @ Failure::Again(_)) => Err(again),
            Err(failure) => {
                let unknown = Err(ApplyError::from(failure));
                Ok(results.into_iter().map(|result| result.and(unknown.clone())).collect())
            }
        }
    }

    /// Writes one list of several, so that it can be taken back without the others.
    ///
    /// Fails if all must be taken back with it.
    async fn write_alone(
        &self,
        work: &DatabaseTransaction,
        savepoint: &str,
        changes: &[Change],
    ) -> Result<Result<(), ApplyError>, Failure> {
        work.execute_unprepared(savepoint).await?;
        match write_all(work, &self.cipher, changes).await {
            Ok(()) => Ok(Ok(())),
            Err(again @ Failure::Again(_)) => Err(again),
            // After the worst errors, SQLite has rolled the whole transaction back.
            Err(failure) => match work.execute_unprepared("ROLLBACK TO call").await {
                Ok(_) => Ok(Err(failure.into())),
                Err(error) => Err(error.into()),
            },
        }
    }
}

async fn roll_back(work: DatabaseTransaction) {
    // Dropping it would do; waiting leaves a clean connection for the next one.
    if let Err(error) = work.rollback().await {
        tracing::debug!(%error, "the connection was lost before the rollback");
    }
}
