//! What can go wrong in a store.

use super::Guard;

/// Why a read, or a claim, gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be used right now; the cause, for people.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row makes no sense; nothing was changed.
    #[error("the database holds a value that makes no sense: {0}")]
    Corrupt(String),
}

/// Why a write was not done, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Somebody else was first; nothing was written. Read again and decide again.
    #[error("somebody else changed it first: {0:?}")]
    Conflict(Guard),
    /// Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The answer to COMMIT was lost: all or nothing was written. Read back before anything else.
    #[error("it is unknown whether the database committed: {0}")]
    CommitUnknown(String),
}
