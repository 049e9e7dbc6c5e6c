//! Attempts. What the provider was asked is encrypted: it holds the card's token.

use payment_core::{
    attempt::{Attempt, AttemptState, Progress, ScopeHash},
    decline::{Decline, DeclineCode},
    id::{AttemptId, MerchantId, Mode, ProviderId},
    time::Timestamp,
};
use payment_ports::store::{Guard, StoreError};
use sea_orm::{
    ActiveValue::Set, Condition, DatabaseTransaction, FromQueryResult, UpdateMany,
    entity::prelude::*,
};

use crate::{
    cipher::{Cipher, Place},
    claim::Claiming,
    failure::Failure,
    json::{self, InstructionText},
    rows::{self, optional, word},
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_attempts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) payment_id: Uuid,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) operation_type: String,
    pub(crate) provider_name: String,
    pub(crate) routing_reason: String,
    pub(crate) currency: String,
    pub(crate) amount_minor: i64,
    pub(crate) instruction: String,
    pub(crate) reverses_id: Option<Uuid>,
    pub(crate) status: String,
    pub(crate) provider_ref: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) provider_code: Option<String>,
    pub(crate) provider_message: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) correlation_id: String,
    pub(crate) idempotency_scope: Option<Vec<u8>>,
    pub(crate) next_check_at: Option<UtcTime>,
    pub(crate) checks: i32,
    pub(crate) created_at: UtcTime,
    pub(crate) finished_at: Option<UtcTime>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts an attempt whose id is new.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    attempt: &Attempt,
    cipher: &Cipher,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![row(attempt, cipher)?], Guard::Attempt).await
}

/// Writes an attempt that has come as far as `from`.
pub(crate) async fn update(
    work: &DatabaseTransaction,
    attempt: &Attempt,
    from: Progress,
    cipher: &Cipher,
) -> Result<(), Failure> {
    let before = Condition::all()
        .add(Column::Id.eq(attempt.id.uuid()))
        .add(Column::Status.eq(from.state.as_str()))
        .add(Column::Checks.eq(from.checks));
    rows::update::<Entity>(work, row(attempt, cipher)?, before, Guard::Attempt).await
}

/// What a claim needs to know of an attempt.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Checked {
    pub(crate) id: Uuid,
}

const INSTRUCTION: &str = "payment_attempts.instruction";

/// The row of an attempt.
fn row(attempt: &Attempt, cipher: &Cipher) -> Result<Model, StoreError> {
    let place = Place { column: INSTRUCTION, row: &attempt.id, mode: Some(attempt.mode) };
    let instruction = json::write(INSTRUCTION, &InstructionText::from(&attempt.instruction))?;
    let decline = attempt.decline.as_ref();
    Ok(Model {
        id: attempt.id.uuid(),
        payment_id: attempt.payment.uuid(),
        merchant_id: attempt.merchant.as_str().to_owned(),
        mode: attempt.mode.as_str().to_owned(),
        operation_type: attempt.instruction.operation().as_str().to_owned(),
        provider_name: attempt.provider.as_str().to_owned(),
        routing_reason: attempt.routing_reason.clone(),
        currency: attempt.amount.currency().code().to_owned(),
        amount_minor: attempt.amount.minor(),
        instruction: cipher.seal(place, &instruction)?,
        reverses_id: attempt.reverses.map(AttemptId::uuid),
        status: attempt.state.as_str().to_owned(),
        provider_ref: attempt.provider_reference.clone(),
        error_code: decline.map(|decline| decline.code.as_str().to_owned()),
        provider_code: decline.and_then(|decline| decline.provider_code.clone()),
        provider_message: decline.and_then(|decline| decline.message.clone()),
        error_message: attempt.error.clone(),
        correlation_id: attempt.correlation_id.clone(),
        idempotency_scope: attempt.idempotency.map(|scope| scope.0.to_vec()),
        next_check_at: attempt.next_check_at.map(Into::into),
        checks: attempt.checks,
        created_at: attempt.created_at.into(),
        finished_at: attempt.finished_at.map(Into::into),
    })
}

/// Attempts that stand there.
pub(crate) fn in_state(state: AttemptState) -> Select<Entity> {
    Entity::find().filter(Column::Status.eq(state.as_str()))
}

/// Makes all open attempts due for their next check at `now`.
pub(crate) fn check_at(now: Timestamp) -> UpdateMany<Entity> {
    let now = UtcTime::from(now);
    Entity::update_many()
        .set(ActiveModel { next_check_at: Set(Some(now)), ..Default::default() })
        .filter(Column::Status.eq(AttemptState::Intent.as_str()))
        .filter(Column::NextCheckAt.gt(now))
}

/// The attempt of a row.
pub(crate) fn attempt(row: Model, cipher: &Cipher) -> Result<Attempt, StoreError> {
    let currency = rows::currency("payment_attempts.currency", &row.currency)?;
    let mode = rows::id("payment_attempts.mode", &row.mode, Mode::parse)?;
    let place = Place { column: INSTRUCTION, row: &row.id, mode: Some(mode) };
    let instruction: InstructionText =
        json::read(INSTRUCTION, &cipher.open(place, &row.instruction)?)?;
    let code =
        optional("payment_attempts.error_code", row.error_code.as_deref(), DeclineCode::parse)?;
    let (provider_code, message) = (row.provider_code, row.provider_message);
    let scope = row.idempotency_scope;
    let scope = scope.map(|scope| rows::hash("payment_attempts.idempotency_scope", scope));
    Ok(Attempt {
        id: row.id.into(),
        payment: row.payment_id.into(),
        merchant: rows::id("payment_attempts.merchant_id", &row.merchant_id, MerchantId::parse)?,
        mode,
        provider: rows::id(
            "payment_attempts.provider_name",
            &row.provider_name,
            ProviderId::parse,
        )?,
        routing_reason: row.routing_reason,
        amount: rows::money("payment_attempts.amount_minor", row.amount_minor, currency)?,
        instruction: instruction.instruction(INSTRUCTION)?,
        reverses: row.reverses_id.map(Into::into),
        state: word("payment_attempts.status", &row.status, AttemptState::parse)?,
        provider_reference: row.provider_ref,
        decline: code.map(|code| Decline { code, provider_code, message }),
        error: row.error_message,
        correlation_id: row.correlation_id,
        idempotency: scope.transpose()?.map(ScopeHash),
        next_check_at: row.next_check_at.map(Into::into),
        checks: row.checks,
        created_at: row.created_at.into(),
        finished_at: row.finished_at.map(Into::into),
    })
}

/// Attempts whose outcome nobody knows yet or that are watched, and whose next check is due.
pub(crate) const CLAIM: Claiming = Claiming {
    table: "payment_attempts",
    due: "due AS (
            SELECT id FROM payment_attempts
            WHERE status IN ('INTENT', 'ABANDONED') AND next_check_at <= $1
            ORDER BY next_check_at, id LIMIT $2 {lock}
        )",
    set: "next_check_at = $3, checks = checks + 1",
};
