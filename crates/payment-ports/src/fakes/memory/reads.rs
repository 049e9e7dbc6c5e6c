//! Reads of payments and what belongs to them.

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, Instruction},
    id::{AttemptId, PaymentId, ThreeDsSessionId},
    payment::Payment,
    three_ds::ThreeDsSession,
    transaction::Transaction,
};

use super::{MemoryStore, Tables};
use crate::{
    store::{Load, Loaded, LoadedAttempt, LoadedSession, PaymentFilter, PaymentReads, StoreError},
    webhook::OutboxEvent,
};

#[async_trait]
impl PaymentReads for MemoryStore {
    async fn load(&self, query: &Load) -> Result<Loaded, StoreError> {
        self.with(|tables| {
            let payment = query.payment.and_then(|id| tables.payments.get(&id));
            let is_theirs = |payment: &&Payment| {
                (&payment.merchant, payment.mode) == (&query.merchant, query.mode)
            };
            let record = query.scope.and_then(|scope| tables.records.get(&scope));
            Loaded { payment: payment.filter(is_theirs).cloned(), record: record.cloned() }
        })
        .await
    }

    async fn load_attempt(&self, attempt: AttemptId) -> Result<Option<LoadedAttempt>, StoreError> {
        self.with(|tables| tables.load_attempt(attempt)).await
    }

    async fn load_session(
        &self,
        session: ThreeDsSessionId,
    ) -> Result<Option<LoadedSession>, StoreError> {
        self.with(|tables| tables.load_session(session)).await
    }

    async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, StoreError> {
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        self.with(|tables| {
            let newest_first = tables.payments.values().rev();
            newest_first.filter(|payment| matches(filter, payment)).take(limit).cloned().collect()
        })
        .await
    }

    async fn attempts(&self, payment: PaymentId) -> Result<Vec<Attempt>, StoreError> {
        self.with(|tables| {
            let of_payment = tables.attempts.values().filter(|it| it.payment == payment);
            sorted(of_payment, |it| (it.created_at, it.id))
        })
        .await
    }

    async fn transactions(&self, payment: PaymentId) -> Result<Vec<Transaction>, StoreError> {
        self.with(|tables| {
            let of_payment = tables.transactions.values().filter(|it| it.payment == payment);
            sorted(of_payment, |it| (it.created_at, it.id))
        })
        .await
    }

    async fn events(&self, payment: PaymentId) -> Result<Vec<OutboxEvent>, StoreError> {
        self.with(|tables| {
            let events = tables.events.values().map(|row| &row.event);
            sorted(events.filter(|it| it.aggregate.payment() == Some(payment)), |it| it.sequence)
        })
        .await
    }

    async fn sessions(&self, payment: PaymentId) -> Result<Vec<ThreeDsSession>, StoreError> {
        self.with(|tables| {
            let of_payment = tables.sessions.values().filter(|it| it.payment == payment);
            sorted(of_payment, |it| (it.created_at, it.id))
        })
        .await
    }
}

impl Tables {
    fn load_attempt(&self, id: AttemptId) -> Option<LoadedAttempt> {
        let attempt = self.attempts.get(&id)?.clone();
        let payment = self.payments.get(&attempt.payment)?.clone();
        let session = match &attempt.instruction {
            Instruction::ConfirmThreeDs(confirm) => self.sessions.get(&confirm.session).cloned(),
            Instruction::Authorize(_)
            | Instruction::Capture(_)
            | Instruction::Void(_)
            | Instruction::Refund(_) => None,
        };
        let record = attempt.idempotency.and_then(|scope| self.records.get(&scope).cloned());
        Some(LoadedAttempt { attempt, payment, session, record })
    }

    fn load_session(&self, id: ThreeDsSessionId) -> Option<LoadedSession> {
        let session = self.sessions.get(&id)?.clone();
        let payment = self.payments.get(&session.payment)?.clone();
        let attempt = self.attempts.get(&session.attempt)?.clone();
        Some(LoadedSession { session, payment, attempt })
    }
}

fn matches(filter: &PaymentFilter, payment: &Payment) -> bool {
    let order_id = payment.details.order_id.as_ref();
    payment.merchant == filter.merchant
        && payment.mode == filter.mode
        && filter.status.is_none_or(|status| payment.status == status)
        && filter.order_id.as_ref().is_none_or(|wanted| order_id == Some(wanted))
        && filter.provider.as_ref().is_none_or(|wanted| payment.provider.as_ref() == Some(wanted))
        && filter.created_from.is_none_or(|from| from <= payment.created_at)
        && filter.created_to.is_none_or(|to| payment.created_at < to)
        && filter.before.is_none_or(|before| payment.id < before)
}

fn sorted<'a, T: Clone + 'a, K: Ord>(
    rows: impl Iterator<Item = &'a T>,
    key: fn(&T) -> K,
) -> Vec<T> {
    let mut rows: Vec<_> = rows.cloned().collect();
    rows.sort_by_key(key);
    rows
}
