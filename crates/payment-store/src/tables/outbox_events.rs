//! Events that wait to be fanned out, and those that were.

use payment_core::{
    event::EventKind,
    id::{EventId, MerchantId, Mode},
};
use payment_ports::{
    store::{Guard, StoreError},
    webhook::{Aggregate, OutboxEvent},
};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, UpdateMany, entity::prelude::*};

use crate::{
    claim::{Claiming, Turn},
    failure::Failure,
    rows,
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_events")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) event_type: String,
    pub(crate) payload: String,
    pub(crate) status: String,
    pub(crate) retry_count: i32,
    pub(crate) lease_owner: Option<Uuid>,
    pub(crate) lease_until: Option<UtcTime>,
    pub(crate) created_at: UtcTime,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The word for an event that waits.
const NEW: &str = "NEW";
/// The word for an event that was fanned out.
const SENT: &str = "SENT";

/// Inserts events whose sequences are new to their payments.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    events: impl Iterator<Item = &OutboxEvent>,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, events.map(Into::into).collect(), Guard::Event).await
}

/// Marks events as fanned out while the owner's claims on them hold.
pub(crate) async fn finish(
    work: &DatabaseTransaction,
    events: &[EventId],
    owner: Uuid,
) -> Result<(), Failure> {
    let finished = Entity::update_many()
        .set(ActiveModel { status: Set(SENT.to_owned()), ..nobodys() })
        .filter(Column::Id.is_in(events.iter().map(|event| event.uuid())))
        .filter(Column::Status.eq(NEW))
        .filter(Column::LeaseOwner.eq(owner))
        .exec(work)
        .await?;
    rows::expect(events.len(), finished.rows_affected, Guard::Event)
}

/// Events that are not yet fanned out.
pub(crate) fn waiting() -> Select<Entity> {
    Entity::find().filter(Column::Status.eq(NEW))
}

/// Gives back what `owner` claimed and did not finish.
pub(crate) fn release(owner: Uuid) -> UpdateMany<Entity> {
    Entity::update_many()
        .set(nobodys())
        .filter(Column::Status.eq(NEW))
        .filter(Column::LeaseOwner.eq(owner))
}

/// Gives back what anybody claimed and did not finish.
pub(crate) fn release_all() -> UpdateMany<Entity> {
    Entity::update_many().set(nobodys()).filter(Column::Status.eq(NEW))
}

fn nobodys() -> ActiveModel {
    ActiveModel { lease_owner: Set(None), lease_until: Set(None), ..Default::default() }
}

impl From<&OutboxEvent> for Model {
    fn from(event: &OutboxEvent) -> Self {
        Self {
            id: event.id.uuid(),
            merchant_id: event.merchant.as_str().to_owned(),
            mode: event.mode.as_str().to_owned(),
            aggregate_type: event.aggregate.type_name().to_owned(),
            aggregate_id: event.aggregate.uuid(),
            sequence: event.sequence,
            event_type: event.kind.as_str().to_owned(),
            payload: event.payload.clone(),
            status: NEW.to_owned(),
            retry_count: 0,
            lease_owner: None,
            lease_until: None,
            created_at: event.created_at.into(),
        }
    }
}

impl TryFrom<Model> for OutboxEvent {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            merchant: rows::id("outbox_events.merchant_id", &row.merchant_id, MerchantId::parse)?,
            mode: rows::id("outbox_events.mode", &row.mode, Mode::parse)?,
            aggregate: rows::word("outbox_events.aggregate_type", &row.aggregate_type, |name| {
                Aggregate::new(name, row.aggregate_id)
            })?,
            sequence: row.sequence,
            kind: rows::word("outbox_events.event_type", &row.event_type, EventKind::parse)?,
            payload: row.payload,
            created_at: row.created_at.into(),
        })
    }
}

/// Heads are the first waiting events of their payments. Whoever locks the head may also have
/// those behind it: nobody else can get at them.
pub(crate) const CLAIM: Claiming = Claiming {
    table: "outbox_events",
    due: "heads AS (
            SELECT e.id, e.aggregate_id, e.created_at FROM outbox_events e
            WHERE e.status = 'NEW' AND (e.lease_until IS NULL OR e.lease_until <= $1)
              AND NOT EXISTS (
                SELECT 1 FROM outbox_events earlier
                WHERE earlier.aggregate_id = e.aggregate_id AND earlier.sequence < e.sequence
                  AND earlier.status = 'NEW')
            ORDER BY e.created_at, e.id LIMIT $2 {lock}
        ), due AS (
            SELECT e.id FROM outbox_events e
            JOIN heads ON heads.aggregate_id = e.aggregate_id
            WHERE e.status = 'NEW' AND (e.lease_until IS NULL OR e.lease_until <= $1)
            ORDER BY heads.created_at, heads.id, e.sequence LIMIT $2
        )",
    set: "lease_until = $3, lease_owner = $4",
};

/// Where a waiting event stands.
pub(crate) fn turn(row: &Model) -> Turn<Uuid> {
    Turn { due: Some(row.created_at), line: row.aggregate_id, sequence: row.sequence }
}
