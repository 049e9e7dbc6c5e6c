//! Reads of payments and what belongs to them.

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, Instruction, ScopeHash},
    id::{AttemptId, PaymentId, ThreeDsSessionId},
    payment::Payment,
    three_ds::ThreeDsSession,
    transaction::Transaction,
};
use payment_ports::{
    store::{
        IdempotencyRecord, Load, Loaded, LoadedAttempt, LoadedSession, PaymentFilter, PaymentReads,
        StoreError,
    },
    webhook::OutboxEvent,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    store::SqlStore,
    tables::{
        events, idempotency_records, payment_attempts, payments, three_ds_sessions, transactions,
    },
    utc_time::UtcTime,
};

#[async_trait]
impl PaymentReads for SqlStore {
    async fn load(&self, query: &Load) -> Result<Loaded, StoreError> {
        let Some(payment) = query.payment else {
            return Ok(Loaded { payment: None, record: self.record(query.scope).await? });
        };
        let found = payments::Entity::find_by_id(payment.uuid())
            .filter(payments::Column::MerchantId.eq(query.merchant.as_str()))
            .filter(payments::Column::Mode.eq(query.mode.as_str()));
        let Some(scope) = query.scope else {
            let row = self.retry(|| found.clone().one(&self.reader)).await?;
            return Ok(Loaded { payment: self.payment_of(row)?, record: None });
        };
        let mut both = found.select_also(idempotency_records::Entity);
        let on = idempotency_records::Column::Scope.eq(scope.0.to_vec());
        QueryTrait::query(&mut both).left_join(idempotency_records::Entity, on);
        match self.retry(|| both.clone().one(&self.reader)).await? {
            Some((payment, record)) => Ok(Loaded {
                payment: self.payment_of(Some(payment))?,
                record: record.map(IdempotencyRecord::try_from).transpose()?,
            }),
            None => Ok(Loaded { payment: None, record: self.record(query.scope).await? }),
        }
    }

    async fn load_attempt(&self, attempt: AttemptId) -> Result<Option<LoadedAttempt>, StoreError> {
        let Some((attempt, payment)) = self.attempt_and_payment(attempt).await? else {
            return Ok(None);
        };
        let session = match &attempt.instruction {
            Instruction::ConfirmThreeDs(confirm) => self.session(confirm.session).await?,
            Instruction::Authorize(_)
            | Instruction::Capture(_)
            | Instruction::Void(_)
            | Instruction::Refund(_) => None,
        };
        let record = self.record(attempt.idempotency).await?;
        Ok(Some(LoadedAttempt { attempt, payment, session, record }))
    }

    async fn load_session(
        &self,
        session: ThreeDsSessionId,
    ) -> Result<Option<LoadedSession>, StoreError> {
        let Some(session) = self.session(session).await? else { return Ok(None) };
        let found = self.attempt_and_payment(session.attempt).await?;
        let (attempt, payment) = found.ok_or_else(|| {
            StoreError::Corrupt("three_ds_sessions.attempt_id names no attempt".to_owned())
        })?;
        Ok(Some(LoadedSession { session, payment, attempt }))
    }

    async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, StoreError> {
        let rows = matching(filter);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(|row| payments::payment(row, &self.cipher)).collect()
    }

    async fn attempts(&self, payment: PaymentId) -> Result<Vec<Attempt>, StoreError> {
        let rows = payment_attempts::Entity::find()
            .filter(payment_attempts::Column::PaymentId.eq(payment.uuid()))
            .order_by_asc(payment_attempts::Column::CreatedAt)
            .order_by_asc(payment_attempts::Column::Id);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(|row| payment_attempts::attempt(row, &self.cipher)).collect()
    }

    async fn transactions(&self, payment: PaymentId) -> Result<Vec<Transaction>, StoreError> {
        let rows = transactions::Entity::find()
            .filter(transactions::Column::PaymentId.eq(payment.uuid()))
            .order_by_asc(transactions::Column::CreatedAt)
            .order_by_asc(transactions::Column::Id);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(Transaction::try_from).collect()
    }

    async fn events(&self, payment: PaymentId) -> Result<Vec<OutboxEvent>, StoreError> {
        let rows = events::Entity::find()
            .filter(events::Column::AggregateId.eq(payment.uuid()))
            .order_by_asc(events::Column::Sequence);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(OutboxEvent::try_from).collect()
    }

    async fn sessions(&self, payment: PaymentId) -> Result<Vec<ThreeDsSession>, StoreError> {
        let rows = three_ds_sessions::Entity::find()
            .filter(three_ds_sessions::Column::PaymentId.eq(payment.uuid()))
            .order_by_asc(three_ds_sessions::Column::CreatedAt)
            .order_by_asc(three_ds_sessions::Column::Id);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(|row| three_ds_sessions::session(row, &self.cipher)).collect()
    }
}

impl SqlStore {
    fn payment_of(&self, row: Option<payments::Model>) -> Result<Option<Payment>, StoreError> {
        row.map(|row| payments::payment(row, &self.cipher)).transpose()
    }

    async fn attempt_and_payment(
        &self,
        attempt: AttemptId,
    ) -> Result<Option<(Attempt, Payment)>, StoreError> {
        let mut both =
            payment_attempts::Entity::find_by_id(attempt.uuid()).select_also(payments::Entity);
        let on = Expr::col(payments::Column::Id.as_column_ref())
            .equals(payment_attempts::Column::PaymentId.as_column_ref());
        QueryTrait::query(&mut both).left_join(payments::Entity, on);
        let Some((attempt, payment)) = self.retry(|| both.clone().one(&self.reader)).await? else {
            return Ok(None);
        };
        let payment = self.payment_of(payment)?.ok_or_else(|| {
            StoreError::Corrupt("payment_attempts.payment_id names no payment".to_owned())
        })?;
        Ok(Some((payment_attempts::attempt(attempt, &self.cipher)?, payment)))
    }

    async fn session(&self, id: ThreeDsSessionId) -> Result<Option<ThreeDsSession>, StoreError> {
        let row = three_ds_sessions::Entity::find_by_id(id.to_string());
        let row = self.retry(|| row.clone().one(&self.reader)).await?;
        row.map(|row| three_ds_sessions::session(row, &self.cipher)).transpose()
    }

    async fn record(
        &self,
        scope: Option<ScopeHash>,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        let Some(scope) = scope else { return Ok(None) };
        let row = idempotency_records::Entity::find_by_id(scope.0.to_vec());
        let row = self.retry(|| row.clone().one(&self.reader)).await?;
        row.map(IdempotencyRecord::try_from).transpose()
    }
}

fn matching(filter: &PaymentFilter) -> Select<payments::Entity> {
    let PaymentFilter {
        merchant,
        mode,
        status,
        order_id,
        provider,
        created_from,
        created_to,
        before,
        limit,
    } = filter;
    let status = status.map(|status| payments::Column::Status.eq(status.as_str()));
    let order_id = order_id.as_ref().map(|order| payments::Column::OrderId.eq(order));
    let provider = provider.as_ref().map(|id| payments::Column::Provider.eq(id.as_str()));
    let conditions = Condition::all()
        .add(payments::Column::MerchantId.eq(merchant.as_str()))
        .add(payments::Column::Mode.eq(mode.as_str()))
        .add_option(status)
        .add_option(order_id)
        .add_option(provider)
        .add_option(created_from.map(|from| payments::Column::CreatedAt.gte(UtcTime::from(from))))
        .add_option(created_to.map(|to| payments::Column::CreatedAt.lt(UtcTime::from(to))))
        .add_option(before.map(|before| payments::Column::Id.lt(before.uuid())));
    payments::Entity::find().filter(conditions).order_by_desc(payments::Column::Id).limit(*limit)
}
