//! Events on their way to endpoints. The payload is in the history.

use payment_core::time::Timestamp;
use payment_ports::{
    store::{Guard, StoreError},
    webhook::{Delivery, DeliveryProgress, DeliveryStatus, Endpoint, OutboxEvent, Trigger},
};
use sea_orm::{
    ActiveValue::Set,
    Condition, DatabaseTransaction, DbBackend, Statement, UpdateMany,
    entity::prelude::*,
    sea_query::{CaseStatement, IntoCondition},
};

use crate::{
    claim::statement,
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
    pub(crate) aggregate_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) status: String,
    pub(crate) attempt_count: i32,
    pub(crate) last_attempt_at: Option<UtcTime>,
    pub(crate) next_retry_at: Option<UtcTime>,
    pub(crate) cause: String,
    pub(crate) scheduled_tries: i32,
    pub(crate) mode: String,
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

/// Whether [`update`] can write both at once: they differ in nothing but when they were tried.
pub(crate) fn are_alike(
    (left, left_from): (&Delivery, DeliveryProgress),
    (right, right_from): (&Delivery, DeliveryProgress),
) -> bool {
    let changed = |it: &Delivery| {
        (it.status, it.trigger, it.attempt_count, it.scheduled_tries, it.next_retry_at)
    };
    left_from == right_from && changed(left) == changed(right)
}

/// Writes deliveries that are alike and have come as far as `from`.
pub(crate) async fn update(
    work: &DatabaseTransaction,
    deliveries: &[&Delivery],
    from: DeliveryProgress,
) -> Result<(), Failure> {
    let Some(first) = deliveries.first() else { return Ok(()) };
    let ids = deliveries.iter().map(|delivery| delivery.id.uuid());
    let mut tried_at = CaseStatement::new();
    for delivery in deliveries {
        let time = Value::from(delivery.last_attempt_at.map(UtcTime::from));
        tried_at = tried_at.case(Column::Id.eq(delivery.id.uuid()), Expr::value(time));
    }
    let changed = ActiveModel {
        status: Set(first.status.as_str().to_owned()),
        attempt_count: Set(first.attempt_count),
        next_retry_at: Set(first.next_retry_at.map(Into::into)),
        cause: Set(first.trigger.as_str().to_owned()),
        scheduled_tries: Set(first.scheduled_tries),
        ..Default::default()
    };
    let updated = Entity::update_many()
        .set(changed)
        .col_expr(Column::LastAttemptAt, tried_at.into())
        .filter(Column::Id.is_in(ids))
        .filter(Column::Status.eq(from.status.as_str()))
        .filter(Column::AttemptCount.eq(from.attempt_count))
        .exec(work)
        .await?;
    rows::expect(deliveries.len(), updated.rows_affected, Guard::Delivery)
}

/// Ends open deliveries as failed.
pub(crate) fn give_up(which: impl IntoCondition) -> UpdateMany<Entity> {
    let status = Set(DeliveryStatus::Failed.as_str().to_owned());
    let failed = ActiveModel { status, next_retry_at: Set(None), ..Default::default() };
    Entity::update_many().set(failed).filter(is_pending()).filter(which)
}

/// Moves the next try of an open delivery.
pub(crate) fn try_at(delivery: Uuid, time: Timestamp) -> UpdateMany<Entity> {
    let moved = ActiveModel { next_retry_at: Set(Some(time.into())), ..Default::default() };
    Entity::update_many().set(moved).filter(is_pending()).filter(Column::Id.eq(delivery))
}

/// Deliveries that would still be tried.
pub(crate) fn open() -> Select<Entity> {
    Entity::find().filter(is_pending())
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
            aggregate_id: event.aggregate.uuid(),
            sequence: event.sequence,
            status: delivery.status.as_str().to_owned(),
            attempt_count: delivery.attempt_count,
            last_attempt_at: delivery.last_attempt_at.map(Into::into),
            next_retry_at: delivery.next_retry_at.map(Into::into),
            cause: delivery.trigger.as_str().to_owned(),
            scheduled_tries: delivery.scheduled_tries,
            mode: event.mode.as_str().to_owned(),
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
        trigger: word("webhook_deliveries.cause", &row.cause, trigger)?,
        attempt_count: row.attempt_count,
        scheduled_tries: row.scheduled_tries,
        last_attempt_at: row.last_attempt_at.map(Into::into),
        next_retry_at: row.next_retry_at.map(Into::into),
    })
}

fn status(text: &str) -> Option<DeliveryStatus> {
    DeliveryStatus::ALL.into_iter().find(|status| status.as_str() == text)
}

/// Why something is sent.
pub(crate) fn trigger(text: &str) -> Option<Trigger> {
    Trigger::ALL.into_iter().find(|trigger| trigger.as_str() == text)
}

/// Reads an endpoint's deliveries that may be tried by `now`, the longest due first.
pub(crate) fn due(
    backend: DbBackend,
    endpoint: &Endpoint,
    now: Timestamp,
    limit: i64,
) -> Statement {
    let sql = format!(
        "SELECT d.* {} AND d.next_retry_at <= $2 ORDER BY d.next_retry_at, d.id LIMIT $3",
        heads(backend, endpoint)
    );
    let now = UtcTime::from(now);
    statement(backend, &sql, &[endpoint.id.uuid().into(), now.into(), limit.into()])
}

/// Selects when an endpoint's next delivery may be tried; the endpoint's id is parameter 1.
pub(crate) fn next_due(backend: DbBackend, endpoint: &Endpoint) -> String {
    format!(
        "SELECT d.next_retry_at {} AND d.next_retry_at IS NOT NULL ORDER BY d.next_retry_at LIMIT 1",
        heads(backend, endpoint)
    )
}

/// Pending deliveries of an endpoint that wait for no earlier one of the same aggregate.
fn heads(backend: DbBackend, endpoint: &Endpoint) -> String {
    // With old statistics MariaDB goes through all of the endpoint's deliveries for each of them.
    let index = match backend {
        DbBackend::MySql => "FORCE INDEX (webhook_deliveries_order)",
        DbBackend::Postgres | DbBackend::Sqlite | _ => "",
    };
    let blocks = if endpoint.is_ordered {
        ""
    } else {
        "AND COALESCE(d.last_attempt_at, earlier.last_attempt_at) IS NULL"
    };
    format!(
        "FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.status = 'PENDING'
         AND NOT EXISTS (
            SELECT 1 FROM webhook_deliveries earlier {index}
            WHERE earlier.endpoint_id = d.endpoint_id AND earlier.aggregate_id = d.aggregate_id
              AND earlier.sequence < d.sequence AND earlier.status = 'PENDING' {blocks})"
    )
}
