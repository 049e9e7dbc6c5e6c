//! Requests with an `Idempotency-Key`, and their answers.

use payment_core::{
    attempt::ScopeHash,
    id::{AttemptId, MerchantId, Mode, PaymentId},
    time::Timestamp,
};
use payment_ports::store::{
    Guard, IdempotencyRecord, Lease, RecordState, StoreError, StoredAnswer,
};
use sea_orm::{ActiveValue::Set, Condition, DatabaseTransaction, UpdateMany, entity::prelude::*};

use crate::{
    failure::Failure,
    rows::{self, corrupt},
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_records")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope: Vec<u8>,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) idempotency_key: String,
    pub(crate) payment_id: Option<Uuid>,
    pub(crate) attempt_id: Option<Uuid>,
    pub(crate) state: String,
    pub(crate) lease_owner: Option<Uuid>,
    pub(crate) lease_until: Option<UtcTime>,
    pub(crate) response_status: Option<i32>,
    pub(crate) response_body: Option<String>,
    pub(crate) created_at: UtcTime,
    pub(crate) completed_at: Option<UtcTime>,
    pub(crate) expires_at: UtcTime,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The word for a request that somebody works on.
const IN_PROGRESS: &str = "IN_PROGRESS";
/// The word for a request whose answer is final.
const DONE: &str = "DONE";

/// Inserts a record whose scope is new.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    record: &IdempotencyRecord,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![record.into()], Guard::Record).await
}

/// Keeps the final answer of a request that is in progress.
pub(crate) async fn complete(
    work: &DatabaseTransaction,
    scope: ScopeHash,
    answer: &StoredAnswer,
    completed_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Failure> {
    let done = ActiveModel {
        state: Set(DONE.to_owned()),
        lease_owner: Set(None),
        lease_until: Set(None),
        response_status: Set(Some(answer.status.into())),
        response_body: Set(Some(answer.body.clone())),
        completed_at: Set(Some(completed_at.into())),
        expires_at: Set(expires_at.into()),
        ..Default::default()
    };
    let completed = Entity::update_many().set(done).filter(in_progress(scope)).exec(work).await?;
    rows::expect_one(completed.rows_affected, Guard::Record)
}

/// Forgets a request that is in progress.
pub(crate) async fn delete(work: &DatabaseTransaction, scope: ScopeHash) -> Result<(), Failure> {
    let deleted = Entity::delete_many().filter(in_progress(scope)).exec(work).await?;
    rows::expect_one(deleted.rows_affected, Guard::Record)
}

/// Hands a request that is in progress on to another worker.
pub(crate) async fn take_over(
    work: &DatabaseTransaction,
    scope: ScopeHash,
    from: Lease,
    to: Lease,
) -> Result<(), Failure> {
    let lease = ActiveModel {
        lease_owner: Set(Some(to.owner)),
        lease_until: Set(Some(to.until.into())),
        ..Default::default()
    };
    let before = in_progress(scope)
        .add(Column::LeaseOwner.eq(from.owner))
        .add(Column::LeaseUntil.eq(UtcTime::from(from.until)));
    let taken = Entity::update_many().set(lease).filter(before).exec(work).await?;
    rows::expect_one(taken.rows_affected, Guard::Record)
}

/// Ends at `now` the leases of all requests that somebody works on.
pub(crate) fn end_leases(now: Timestamp) -> UpdateMany<Entity> {
    let now = UtcTime::from(now);
    Entity::update_many()
        .set(ActiveModel { lease_until: Set(Some(now)), ..Default::default() })
        .filter(Column::State.eq(IN_PROGRESS))
        .filter(Column::LeaseUntil.gt(now))
}

/// The records whose answer is final and whose time is over.
pub(crate) fn forgettable(now: Timestamp) -> Condition {
    Condition::all().add(Column::State.eq(DONE)).add(Column::ExpiresAt.lte(UtcTime::from(now)))
}

fn in_progress(scope: ScopeHash) -> Condition {
    Condition::all().add(Column::Scope.eq(scope.0.to_vec())).add(Column::State.eq(IN_PROGRESS))
}

impl From<&IdempotencyRecord> for Model {
    fn from(record: &IdempotencyRecord) -> Self {
        let (lease, done) = match &record.state {
            RecordState::InProgress(lease) => (Some(lease), None),
            RecordState::Done { answer, completed_at } => (None, Some((answer, *completed_at))),
        };
        Self {
            scope: record.scope.0.to_vec(),
            fingerprint: record.fingerprint.to_vec(),
            merchant_id: record.merchant.as_str().to_owned(),
            mode: record.mode.as_str().to_owned(),
            method: record.method.clone(),
            path: record.path.clone(),
            idempotency_key: record.key.clone(),
            payment_id: record.payment.map(PaymentId::uuid),
            attempt_id: record.attempt.map(AttemptId::uuid),
            state: if done.is_some() { DONE } else { IN_PROGRESS }.to_owned(),
            lease_owner: lease.map(|lease| lease.owner),
            lease_until: lease.map(|lease| lease.until.into()),
            response_status: done.map(|(answer, _)| i32::from(answer.status)),
            response_body: done.map(|(answer, _)| answer.body.clone()),
            created_at: record.created_at.into(),
            completed_at: done.map(|(_, completed_at)| completed_at.into()),
            expires_at: record.expires_at.into(),
        }
    }
}

impl TryFrom<Model> for IdempotencyRecord {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let state = state(&row)?;
        Ok(Self {
            scope: ScopeHash(rows::hash("idempotency_records.scope", row.scope)?),
            fingerprint: rows::hash("idempotency_records.fingerprint", row.fingerprint)?,
            merchant: rows::id(
                "idempotency_records.merchant_id",
                &row.merchant_id,
                MerchantId::parse,
            )?,
            mode: rows::id("idempotency_records.mode", &row.mode, Mode::parse)?,
            method: row.method,
            path: row.path,
            key: row.idempotency_key,
            payment: row.payment_id.map(Into::into),
            attempt: row.attempt_id.map(Into::into),
            state,
            created_at: row.created_at.into(),
            expires_at: row.expires_at.into(),
        })
    }
}

fn state(row: &Model) -> Result<RecordState, StoreError> {
    match (row.state.as_str(), row.lease_owner, row.lease_until) {
        (IN_PROGRESS, Some(owner), Some(until)) => {
            Ok(RecordState::InProgress(Lease { owner, until: until.into() }))
        }
        (DONE, _, _) => {
            let status = row.response_status.and_then(|status| u16::try_from(status).ok());
            let (Some(status), Some(body), Some(completed_at)) =
                (status, row.response_body.clone(), row.completed_at)
            else {
                return Err(corrupt("idempotency_records.response_status"));
            };
            let answer = StoredAnswer { status, body };
            Ok(RecordState::Done { answer, completed_at: completed_at.into() })
        }
        _ => Err(corrupt("idempotency_records.state")),
    }
}
