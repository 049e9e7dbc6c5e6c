//! What people did by hand. Entries are never changed or deleted.

use payment_ports::store::{AuditEntry, Guard};
use sea_orm::{DatabaseTransaction, entity::prelude::*};

use crate::{failure::Failure, rows, utc_time::UtcTime};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) before_state: String,
    pub(crate) after_state: String,
    pub(crate) reason: String,
    pub(crate) created_at: UtcTime,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts an entry whose id is new.
pub(crate) async fn insert(work: &DatabaseTransaction, entry: &AuditEntry) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![entry.into()], Guard::Audit).await
}

impl From<&AuditEntry> for Model {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id,
            actor: entry.actor.clone(),
            action: entry.action.clone(),
            subject: entry.subject.clone(),
            before_state: entry.before.clone(),
            after_state: entry.after.clone(),
            reason: entry.reason.clone(),
            created_at: entry.at.into(),
        }
    }
}

impl From<Model> for AuditEntry {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            before: row.before_state,
            after: row.after_state,
            reason: row.reason,
            at: row.created_at.into(),
        }
    }
}
