//! Events on their way to endpoints. The payload is in the history.

use payment_ports::{
    store::{Guard, StoreError},
    webhook::{Delivery, DeliveryStatus, OutboxEvent},
};
use sea_orm::{
    ActiveValue::Set,
    Condition, DatabaseTransaction, UpdateMany,
    entity::prelude::*,
    sea_query::{ExprTrait, IntoCondition},
};

use crate::{
    claim::{Claiming, Turn},
    failure::Failure,
    rows::{self, word},
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_deliveries")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) merchant_id: String,
    pub(crate) endpoint_id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) event_type: String,
    pub(crate) payment_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) status: String,
    pub(crate) attempt_count: i32,
    pub(crate) last_attempt_at: Option<UtcTime>,
    pub(crate) next_retry_at: Option<UtcTime>,
    pub(crate) lease_owner: Option<Uuid>,
    pub(crate) lease_until: Option<UtcTime>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts deliveries of events that are new to their endpoints.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    deliveries: impl Iterator<Item = &Delivery>,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, deliveries.map(Into::into).collect(), Guard::Delivery).await
}

/// Writes a delivery and ends the owner's claim, while it holds.
pub(crate) async fn update(
    work: &DatabaseTransaction,
    delivery: &Delivery,
    owner: Uuid,
) -> Result<(), Failure> {
    let claimed = is_pending().add(Column::LeaseOwner.eq(owner));
    let claimed = claimed.add(Column::Id.eq(delivery.id.uuid()));
    rows::update::<Entity>(work, delivery.into(), claimed, Guard::Delivery).await
}

/// Ends open deliveries as failed.
pub(crate) fn give_up(which: impl IntoCondition) -> UpdateMany<Entity> {
    let status = Set(DeliveryStatus::Failed.as_str().to_owned());
    let failed = ActiveModel { status, next_retry_at: Set(None), ..nobodys() };
    Entity::update_many().set(failed).filter(is_pending()).filter(which)
}

/// Deliveries that would still be tried.
pub(crate) fn open() -> Select<Entity> {
    Entity::find().filter(is_pending())
}

/// Gives back what `owner` claimed and did not finish, and takes back the try that was counted.
pub(crate) fn release(owner: Uuid) -> UpdateMany<Entity> {
    Entity::update_many()
        .set(nobodys())
        .col_expr(Column::AttemptCount, Expr::col(Column::AttemptCount).sub(1))
        .filter(is_pending())
        .filter(Column::LeaseOwner.eq(owner))
}

/// Gives back what anybody claimed and did not finish; the try may have been made, so it counts.
pub(crate) fn release_all() -> UpdateMany<Entity> {
    Entity::update_many().set(nobodys()).filter(is_pending())
}

fn nobodys() -> ActiveModel {
    ActiveModel { lease_owner: Set(None), lease_until: Set(None), ..Default::default() }
}

fn is_pending() -> Condition {
    Condition::all().add(Column::Status.eq(DeliveryStatus::Pending.as_str()))
}

impl From<&Delivery> for Model {
    fn from(delivery: &Delivery) -> Self {
        let event = &delivery.event;
        Self {
            id: delivery.id.uuid(),
            merchant_id: event.merchant.as_str().to_owned(),
            endpoint_id: delivery.endpoint.uuid(),
            event_id: event.id.uuid(),
            event_type: event.kind.as_str().to_owned(),
            payment_id: event.payment.uuid(),
            sequence: event.sequence,
            status: delivery.status.as_str().to_owned(),
            attempt_count: delivery.attempt_count,
            last_attempt_at: delivery.last_attempt_at.map(Into::into),
            next_retry_at: delivery.next_retry_at.map(Into::into),
            lease_owner: None,
            lease_until: None,
        }
    }
}

/// The delivery of a row and its event.
pub(crate) fn delivery(row: &Model, event: OutboxEvent) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.id.into(),
        endpoint: row.endpoint_id.into(),
        event,
        status: word("webhook_deliveries.status", &row.status, status)?,
        attempt_count: row.attempt_count,
        last_attempt_at: row.last_attempt_at.map(Into::into),
        next_retry_at: row.next_retry_at.map(Into::into),
    })
}

fn status(text: &str) -> Option<DeliveryStatus> {
    [DeliveryStatus::Pending, DeliveryStatus::Delivered, DeliveryStatus::Failed]
        .into_iter()
        .find(|status| status.as_str() == text)
}

/// First tries wait in line, those of one endpoint and payment behind each other; heads are the
/// first in their line, and retries, which wait for nobody. Whoever locks a head may also have
/// those behind it, up to one that is not due: nobody else can get at them.
pub(crate) const CLAIM: Claiming = Claiming {
    table: "webhook_deliveries",
    due: "heads AS (
            SELECT d.id, d.endpoint_id, d.payment_id, d.last_attempt_at, d.next_retry_at
            FROM webhook_deliveries d
            WHERE d.status = 'PENDING' AND d.next_retry_at <= $1
              AND (d.lease_until IS NULL OR d.lease_until <= $1)
              AND (d.last_attempt_at IS NOT NULL OR NOT EXISTS (
                SELECT 1 FROM webhook_deliveries earlier
                WHERE earlier.endpoint_id = d.endpoint_id AND earlier.payment_id = d.payment_id
                  AND earlier.sequence < d.sequence AND earlier.status = 'PENDING'
                  AND earlier.last_attempt_at IS NULL))
            ORDER BY d.next_retry_at, d.id LIMIT $2 {lock}
        ), due AS (
            SELECT d.id FROM webhook_deliveries d
            JOIN heads ON heads.endpoint_id = d.endpoint_id AND heads.payment_id = d.payment_id
            WHERE (d.id = heads.id OR heads.last_attempt_at IS NULL AND d.last_attempt_at IS NULL)
              AND d.status = 'PENDING' AND d.next_retry_at <= $1
              AND (d.lease_until IS NULL OR d.lease_until <= $1)
              AND (d.last_attempt_at IS NOT NULL OR NOT EXISTS (
                SELECT 1 FROM webhook_deliveries gap
                WHERE gap.endpoint_id = d.endpoint_id AND gap.payment_id = d.payment_id
                  AND gap.sequence < d.sequence AND gap.status = 'PENDING'
                  AND gap.last_attempt_at IS NULL
                  AND (gap.next_retry_at IS NULL OR gap.next_retry_at > $1
                    OR gap.lease_until > $1)))
            ORDER BY heads.next_retry_at, heads.id, d.sequence LIMIT $2
        )",
    set: "lease_until = $3, lease_owner = $4, attempt_count = attempt_count + 1",
};

/// Where a delivery stands: first tries in the line of their endpoint and payment, retries alone.
pub(crate) fn turn(row: &Model) -> Turn<(Uuid, Uuid)> {
    let is_retry = row.last_attempt_at.is_some();
    let line = if is_retry { (row.id, row.id) } else { (row.endpoint_id, row.payment_id) };
    Turn { due: row.next_retry_at, line, sequence: row.sequence }
}
