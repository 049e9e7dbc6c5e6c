//! What people did by hand.

use payment_core::time::Timestamp;
use uuid::Uuid;

/// One administrative act; entries are never changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id, a UUIDv7.
    pub id: Uuid,
    /// Who did it, in their own words.
    pub actor: String,
    /// What was done, such as `attempt.settle`.
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// How it was before.
    pub before: String,
    /// How it is now.
    pub after: String,
    /// Why, in the actor's words; free of card data.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
