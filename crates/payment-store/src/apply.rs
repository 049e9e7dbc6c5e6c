//! The one way to write: all changes in one short transaction.

use std::collections::BTreeSet;

use async_trait::async_trait;
#[cfg(feature = "failpoints")]
use fail_points::between_statements;
use payment_core::{id::EventId, time::Timestamp};
use payment_ports::{
    store::{ApplyError, Change, Store},
    webhook::{Delivery, DeliveryAttempt, DeliveryProgress, OutboxEvent},
};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::{
    cipher::Cipher,
    failure::Failure,
    locks,
    store::SqlStore,
    tables::{
        api_keys, audit_log, events, idempotency_records, merchants, outbox_events,
        payment_attempts, payments, provider_inbox, three_ds_sessions, transactions,
        webhook_attempts,
        webhook_deliveries::{self, are_alike},
        webhook_endpoints, webhook_queues, webhook_recoveries,
    },
};

#[async_trait]
impl Store for SqlStore {
    async fn apply(&self, changes: &[Change]) -> Result<(), ApplyError> {
        if changes.is_empty() {
            return Ok(());
        }
        match &self.group_commit {
            Some(line) => line.apply(changes).await,
            None => self.applier.apply(changes).await,
        }
    }
}

/// Writes one list of changes, in order.
pub(crate) async fn write_all(
    work: &DatabaseTransaction,
    cipher: &Cipher,
    changes: &[Change],
) -> Result<(), Failure> {
    locks::take(work, changes).await?;
    for (written, run) in changes.chunk_by(fit_one_statement).enumerate() {
        if written > 0 {
            between_statements(changes);
        }
        write(work, cipher, run).await?;
    }
    let (endpoints, due) = additions(changes);
    if endpoints.is_empty() {
        return Ok(());
    }
    // Queues come last, so that nobody waits for another row and holds a queue.
    webhook_queues::add(work, &endpoints, due).await
}

/// The endpoints to whose queues deliveries are added, and when the first of these is due.
fn additions(changes: &[Change]) -> (BTreeSet<Uuid>, Option<Timestamp>) {
    let added = changes.iter().filter_map(|change| {
        if let Change::InsertDelivery(it) | Change::ReopenDelivery { delivery: it, .. } = change {
            Some(it)
        } else {
            None
        }
    });
    let endpoints = added.clone().map(|delivery| delivery.endpoint.uuid()).collect();
    (endpoints, added.filter_map(|delivery| delivery.next_retry_at).min())
}

#[cfg(not(feature = "failpoints"))]
const fn between_statements(_: &[Change]) {}

/// Writes one change, or several that fit one statement.
async fn write(work: &DatabaseTransaction, cipher: &Cipher, run: &[Change]) -> Result<(), Failure> {
    let Some(change) = run.first() else { return Ok(()) };
    match change {
        Change::InsertPayment(payment) => payments::insert(work, payment, cipher).await,
        Change::UpdatePayment(payment) => payments::update(work, payment, cipher).await,
        Change::InsertAttempt(attempt) => payment_attempts::insert(work, attempt, cipher).await,
        Change::UpdateAttempt { attempt, from } => {
            payment_attempts::update(work, attempt, *from, cipher).await
        }
        Change::InsertTransaction(transaction) => transactions::insert(work, transaction).await,
        Change::InsertEvent(_) => {
            events::insert(work, run.iter().filter_map(event)).await?;
            outbox_events::insert(work, run.iter().filter_map(event)).await
        }
        Change::InsertSession(session) => three_ds_sessions::insert(work, session, cipher).await,
        Change::UpdateSession(session) => three_ds_sessions::update(work, session, cipher).await,
        Change::InsertRecord(record) => idempotency_records::insert(work, record).await,
        Change::CompleteRecord { scope, answer, completed_at, expires_at } => {
            idempotency_records::complete(work, *scope, answer, *completed_at, *expires_at).await
        }
        Change::DeleteRecord(scope) => idempotency_records::delete(work, *scope).await,
        Change::TakeOverRecord { scope, from, to } => {
            idempotency_records::take_over(work, *scope, *from, *to).await
        }
        Change::FinishEvent { owner, .. } => {
            let events: Vec<_> = run.iter().filter_map(finished).map(|(event, _)| event).collect();
            outbox_events::finish(work, &events, *owner).await
        }
        Change::InsertDelivery(_) => {
            webhook_deliveries::insert(work, run.iter().filter_map(delivery)).await
        }
        Change::UpdateDelivery { from, .. } | Change::ReopenDelivery { from, .. } => {
            let alike: Vec<_> = run.iter().filter_map(updated).map(|(it, _)| it).collect();
            webhook_deliveries::update(work, &alike, *from).await
        }
        Change::InsertDeliveryAttempt(_) => {
            webhook_attempts::insert(work, run.iter().filter_map(delivery_attempt)).await
        }
        Change::ReleaseQueue { queue, owner, now } => {
            webhook_queues::release(work, queue, *owner, *now).await
        }
        Change::ResumeQueue { endpoint, now } => {
            webhook_queues::resume(work, *endpoint, *now).await
        }
        Change::InsertEndpoint(endpoint) => {
            webhook_endpoints::insert(work, endpoint, cipher).await?;
            webhook_queues::insert(work, endpoint.id).await
        }
        Change::UpdateEndpoint(endpoint) => webhook_endpoints::update(work, endpoint, cipher).await,
        Change::DeleteEndpoint { endpoint, merchant, mode } => {
            webhook_endpoints::delete(work, merchant, *mode, *endpoint).await?;
            webhook_queues::orphan(work, *endpoint).await
        }
        Change::InsertRecovery(recovery) => webhook_recoveries::insert(work, recovery).await,
        Change::UpdateRecovery(recovery) => webhook_recoveries::update(work, recovery).await,
        Change::InsertMerchant(merchant) => merchants::insert(work, merchant).await,
        Change::InsertApiKey(key) => api_keys::insert(work, key).await,
        Change::InsertAuditEntry(entry) => audit_log::insert(work, entry).await,
        Change::InsertNotice(notice) => provider_inbox::insert(work, notice, cipher).await,
        Change::UpdateNotice { notice, tries, progress } => {
            provider_inbox::update(work, *notice, *tries, *progress).await
        }
    }
}

fn fit_one_statement(left: &Change, right: &Change) -> bool {
    event(left).and(event(right)).is_some()
        || delivery(left).and(delivery(right)).is_some()
        || delivery_attempt(left).and(delivery_attempt(right)).is_some()
        || updated(left).zip(updated(right)).is_some_and(|(left, right)| are_alike(left, right))
        || finished(left).zip(finished(right)).is_some_and(|(left, right)| left.1 == right.1)
}

fn event(change: &Change) -> Option<&OutboxEvent> {
    if let Change::InsertEvent(event) = change { Some(event) } else { None }
}

fn delivery(change: &Change) -> Option<&Delivery> {
    if let Change::InsertDelivery(delivery) = change { Some(delivery) } else { None }
}

fn updated(change: &Change) -> Option<(&Delivery, DeliveryProgress)> {
    if let Change::UpdateDelivery { delivery, from } | Change::ReopenDelivery { delivery, from } =
        change
    {
        Some((delivery, *from))
    } else {
        None
    }
}

fn delivery_attempt(change: &Change) -> Option<&DeliveryAttempt> {
    if let Change::InsertDeliveryAttempt(attempt) = change { Some(attempt) } else { None }
}

fn finished(change: &Change) -> Option<(EventId, Uuid)> {
    if let Change::FinishEvent { event, owner } = change { Some((*event, *owner)) } else { None }
}
