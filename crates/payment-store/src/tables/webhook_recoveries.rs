//! Endpoints that are sent again what they did not take.

use payment_core::id::{MerchantId, Mode};
use payment_ports::{
    store::{Guard, StoreError},
    webhook::{EventPosition, Recovery},
};
use sea_orm::{Condition, DatabaseTransaction, entity::prelude::*};

use crate::{failure::Failure, rows, utc_time::UtcTime};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_recoveries")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) endpoint_id: Uuid,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) events_since: UtcTime,
    pub(crate) events_until: UtcTime,
    pub(crate) position_at: Option<UtcTime>,
    pub(crate) position_id: Option<Uuid>,
    pub(crate) examined: i64,
    pub(crate) queued: i64,
    pub(crate) created_at: UtcTime,
    pub(crate) completed_at: Option<UtcTime>,
    pub(crate) version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts a recovery whose id is new.
pub(crate) async fn insert(work: &DatabaseTransaction, recovery: &Recovery) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![recovery.into()], Guard::Recovery).await
}

/// Writes a recovery over its last version.
pub(crate) async fn update(work: &DatabaseTransaction, recovery: &Recovery) -> Result<(), Failure> {
    let previous = Condition::all()
        .add(Column::Id.eq(recovery.id.uuid()))
        .add(Column::Version.eq(recovery.version.saturating_sub(1)));
    rows::update::<Entity>(work, recovery.into(), previous, Guard::Recovery).await
}

impl From<&Recovery> for Model {
    fn from(recovery: &Recovery) -> Self {
        Self {
            id: recovery.id.uuid(),
            endpoint_id: recovery.endpoint.uuid(),
            merchant_id: recovery.merchant.as_str().to_owned(),
            mode: recovery.mode.as_str().to_owned(),
            events_since: recovery.since.into(),
            events_until: recovery.until.into(),
            position_at: recovery.position.map(|last| last.at.into()),
            position_id: recovery.position.map(|last| last.id.uuid()),
            examined: recovery.examined,
            queued: recovery.queued,
            created_at: recovery.created_at.into(),
            completed_at: recovery.completed_at.map(Into::into),
            version: recovery.version,
        }
    }
}

impl TryFrom<Model> for Recovery {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let position = row.position_at.zip(row.position_id);
        Ok(Self {
            id: row.id.into(),
            endpoint: row.endpoint_id.into(),
            merchant: rows::id(
                "webhook_recoveries.merchant_id",
                &row.merchant_id,
                MerchantId::parse,
            )?,
            mode: rows::id("webhook_recoveries.mode", &row.mode, Mode::parse)?,
            since: row.events_since.into(),
            until: row.events_until.into(),
            position: position.map(|(at, id)| EventPosition { at: at.into(), id: id.into() }),
            examined: row.examined,
            queued: row.queued,
            created_at: row.created_at.into(),
            completed_at: row.completed_at.map(Into::into),
            version: row.version,
        })
    }
}
