//! The queues of webhook endpoints: who sends, when next, and how it went so far.

use std::{collections::BTreeSet, iter};

use payment_core::{id::EndpointId, time::Timestamp};
use payment_ports::{
    store::Guard,
    webhook::{ClaimedQueue, Endpoint, QueueState},
};
use sea_orm::{
    ActiveValue::Set, DatabaseTransaction, DeleteMany, IntoActiveModel, QueryOrder, QuerySelect,
    UpdateMany, entity::prelude::*,
};

use crate::{
    claim::{Claiming, statement},
    failure::Failure,
    rows,
    tables::webhook_deliveries,
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_queues")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) next_due_at: Option<UtcTime>,
    pub(crate) additions: i64,
    pub(crate) consecutive_failures: i32,
    pub(crate) failing_since: Option<UtcTime>,
    pub(crate) not_before: Option<UtcTime>,
    pub(crate) lease_owner: Option<Uuid>,
    pub(crate) lease_until: Option<UtcTime>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The longest due queues that nobody has.
pub(crate) const CLAIM: Claiming = Claiming {
    table: "webhook_queues",
    due: "due AS (
            SELECT id FROM webhook_queues
            WHERE next_due_at <= $1 AND (not_before IS NULL OR not_before <= $1)
              AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY next_due_at, id LIMIT $2 {lock}
        )",
    set: "lease_until = $3, lease_owner = $4",
};

/// An empty queue for a new endpoint.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    endpoint: EndpointId,
) -> Result<(), Failure> {
    let empty = Model {
        id: endpoint.uuid(),
        next_due_at: None,
        additions: 0,
        consecutive_failures: 0,
        failing_since: None,
        not_before: None,
        lease_owner: None,
        lease_until: None,
    };
    Entity::insert(empty.into_active_model()).exec_without_returning(work).await?;
    Ok(())
}

/// Makes queues due by `due`, and tells whoever has them that something was added.
///
/// A queue that is due too early costs a look at it.
pub(crate) async fn add(
    work: &DatabaseTransaction,
    endpoints: &BTreeSet<Uuid>,
    due: Option<Timestamp>,
) -> Result<(), Failure> {
    if endpoints.len() > 1 {
        lock(work, endpoints).await?;
    }
    let these: Vec<_> = (2..).take(endpoints.len()).map(|number| format!("${number}")).collect();
    let sql = format!(
        "UPDATE webhook_queues SET additions = additions + 1, next_due_at =
            CASE WHEN next_due_at < $1 OR $1 IS NULL THEN next_due_at ELSE $1 END
         WHERE id IN ({})",
        these.join(", ")
    );
    let due = Value::from(due.map(UtcTime::from));
    let values: Vec<_> = iter::once(due).chain(endpoints.iter().map(|&id| id.into())).collect();
    let add = statement(work.get_database_backend(), &sql, &values);
    let added = work.execute_raw(add).await?.rows_affected();
    rows::expect(endpoints.len(), added, Guard::Endpoint)
}

/// Locks queues in one order, so that nobody waits for a queue and holds another.
async fn lock(work: &DatabaseTransaction, endpoints: &BTreeSet<Uuid>) -> Result<(), Failure> {
    let queues = Entity::find().filter(Column::Id.is_in(endpoints.iter().copied()));
    let queues = queues.select_only().column(Column::Id).order_by_asc(Column::Id).lock_exclusive();
    queues.into_tuple::<Uuid>().all(work).await?;
    Ok(())
}

/// Forgets the failures of an endpoint and makes its queue due.
pub(crate) async fn resume(
    work: &DatabaseTransaction,
    endpoint: EndpointId,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE webhook_queues SET additions = additions + 1, next_due_at = $1,
        consecutive_failures = 0, failing_since = NULL, not_before = NULL,
        lease_owner = NULL, lease_until = NULL WHERE id = $2";
    let values = [UtcTime::from(now).into(), endpoint.uuid().into()];
    run(work, sql, &values, Guard::Endpoint).await
}

/// Ends the claim of `owner`. What was added since the claim may not have been seen when the next
/// delivery was looked for, so then the queue is due at once.
pub(crate) async fn release(
    work: &DatabaseTransaction,
    queue: &ClaimedQueue,
    owner: Uuid,
    now: Timestamp,
) -> Result<(), Failure> {
    let ClaimedQueue { endpoint, state, additions, until } = queue;
    let next = match endpoint {
        Endpoint { disabled: Some(_), .. } => "NULL".to_owned(),
        Endpoint { disabled: None, .. } => {
            webhook_deliveries::next_due(work.get_database_backend(), endpoint)
        }
    };
    let QueueState { consecutive_failures, failing_since, not_before } = *state;
    let time = |time: Option<Timestamp>| Value::from(time.map(UtcTime::from));
    let sql = format!(
        "UPDATE webhook_queues SET lease_owner = NULL, lease_until = NULL,
            next_due_at = CASE WHEN additions = $2 THEN ({next}) ELSE $3 END,
            consecutive_failures = $4, failing_since = $5, not_before = $6
         WHERE id = $1 AND lease_owner = $7 AND lease_until = $8"
    );
    let values = [
        endpoint.id.uuid().into(),
        (*additions).into(),
        time(Some(now)),
        consecutive_failures.into(),
        time(failing_since),
        time(not_before),
        owner.into(),
        UtcTime::from(*until).into(),
    ];
    run(work, &sql, &values, Guard::Queue).await
}

/// Makes the queue of an endpoint that was deleted due, so that it is emptied.
pub(crate) async fn orphan(
    work: &DatabaseTransaction,
    endpoint: EndpointId,
) -> Result<(), Failure> {
    let sql = "UPDATE webhook_queues SET additions = additions + 1, next_due_at = $1,
        not_before = NULL WHERE id = $2";
    let values = [UtcTime::from(Timestamp::UNIX_EPOCH).into(), endpoint.uuid().into()];
    run(work, sql, &values, Guard::Endpoint).await
}

/// Deletes an empty queue to which nothing was added since it was claimed.
pub(crate) fn delete(claimed: &Model) -> DeleteMany<Entity> {
    Entity::delete_many()
        .filter(Column::Id.eq(claimed.id))
        .filter(Column::Additions.eq(claimed.additions))
}

/// Gives one back.
pub(crate) fn give_back(endpoint: Uuid) -> UpdateMany<Entity> {
    release_all().filter(Column::Id.eq(endpoint))
}

async fn run(
    work: &DatabaseTransaction,
    sql: &str,
    values: &[Value],
    guard: Guard,
) -> Result<(), Failure> {
    let update = statement(work.get_database_backend(), sql, values);
    rows::expect_one(work.execute_raw(update).await?.rows_affected(), guard)
}

/// Gives back what `owner` claimed.
pub(crate) fn release_all_of(owner: Uuid) -> UpdateMany<Entity> {
    release_all().filter(Column::LeaseOwner.eq(owner))
}

/// Gives back what anybody claimed.
pub(crate) fn release_all() -> UpdateMany<Entity> {
    let free = ActiveModel { lease_owner: Set(None), lease_until: Set(None), ..Default::default() };
    Entity::update_many().set(free).filter(Column::LeaseOwner.is_not_null())
}

/// How it went so far.
pub(crate) fn state(row: &Model) -> QueueState {
    QueueState {
        consecutive_failures: row.consecutive_failures,
        failing_since: row.failing_since.map(Into::into),
        not_before: row.not_before.map(Into::into),
    }
}
