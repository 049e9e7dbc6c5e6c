//! The history: every event, for ever.

use payment_core::{
    event::EventKind,
    id::{MerchantId, Mode},
};
use payment_ports::{
    store::{Guard, StoreError},
    webhook::{Aggregate, OutboxEvent},
};
use sea_orm::{DatabaseTransaction, entity::prelude::*};

use crate::{failure::Failure, rows, utc_time::UtcTime};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) aggregate_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) event_type: String,
    pub(crate) payload: String,
    pub(crate) created_at: UtcTime,
    pub(crate) aggregate_type: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts events whose sequences are new to their payments.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    events: impl Iterator<Item = &OutboxEvent>,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, events.map(Into::into).collect(), Guard::Event).await
}

impl From<&OutboxEvent> for Model {
    fn from(event: &OutboxEvent) -> Self {
        Self {
            id: event.id.uuid(),
            merchant_id: event.merchant.as_str().to_owned(),
            mode: event.mode.as_str().to_owned(),
            aggregate_id: event.aggregate.uuid(),
            sequence: event.sequence,
            event_type: event.kind.as_str().to_owned(),
            payload: event.payload.clone(),
            created_at: event.created_at.into(),
            aggregate_type: event.aggregate.type_name().to_owned(),
        }
    }
}

impl TryFrom<Model> for OutboxEvent {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            merchant: rows::id("events.merchant_id", &row.merchant_id, MerchantId::parse)?,
            mode: rows::id("events.mode", &row.mode, Mode::parse)?,
            aggregate: aggregate(&row.aggregate_type, row.aggregate_id)?,
            sequence: row.sequence,
            kind: rows::word("events.event_type", &row.event_type, EventKind::parse)?,
            payload: row.payload,
            created_at: row.created_at.into(),
        })
    }
}

fn aggregate(type_name: &str, id: Uuid) -> Result<Aggregate, StoreError> {
    rows::word("events.aggregate_type", type_name, |name| Aggregate::new(name, id))
}
