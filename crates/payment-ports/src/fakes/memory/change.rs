//! The guards of every change.

use std::{
    collections::{BTreeMap, hash_map},
    mem,
};

use payment_core::{
    attempt::{Attempt, Progress, ScopeHash},
    id::EventId,
    payment::Payment,
    three_ds::ThreeDsSession,
};
use uuid::Uuid;

use super::{OutboxRow, Tables, tables::is_held_by};
use crate::{
    store::{Change, Guard, IdempotencyRecord, Lease, RecordState},
    webhook::OutboxEvent,
};

impl Tables {
    /// Writes one change, or says which guard failed; the caller discards a failed copy.
    pub(super) fn write(&mut self, change: &Change) -> Result<(), Guard> {
        match change.clone() {
            Change::InsertPayment(payment) => {
                insert(&mut self.payments, payment.id, payment, Guard::Payment)
            }
            Change::UpdatePayment(payment) => self.update_payment(payment),
            Change::InsertAttempt(attempt) => {
                insert(&mut self.attempts, attempt.id, attempt, Guard::Attempt)
            }
            Change::UpdateAttempt { attempt, from } => self.update_attempt(attempt, from),
            Change::InsertTransaction(transaction) => {
                let id = transaction.id;
                insert(&mut self.transactions, id, transaction, Guard::Transaction)
            }
            Change::InsertEvent(event) => self.insert_event(event),
            Change::FinishEvent { event, owner } => self.finish_event(event, owner),
            Change::InsertSession(session) => {
                insert(&mut self.sessions, session.id, session, Guard::Session)
            }
            Change::UpdateSession(session) => self.update_session(session),
            Change::InsertRecord(record) => self.insert_record(record),
            Change::CompleteRecord { scope, answer, completed_at, expires_at } => {
                let record = self.record_in_progress(scope)?;
                record.state = RecordState::Done { answer, completed_at };
                record.expires_at = expires_at;
                Ok(())
            }
            Change::DeleteRecord(scope) => {
                self.record_in_progress(scope)?;
                self.records.remove(&scope);
                Ok(())
            }
            Change::TakeOverRecord { scope, from, to } => self.take_over_record(scope, from, to),
            Change::InsertDelivery(delivery) => self.insert_delivery(delivery),
            Change::UpdateDelivery { delivery, from } => self.update_delivery(delivery, from),
            Change::ReopenDelivery { delivery, from } => self.reopen_delivery(&delivery, from),
            Change::InsertDeliveryAttempt(attempt) => {
                self.delivery_attempts.push(attempt);
                Ok(())
            }
            Change::ReleaseQueue { queue, owner, now } => self.release_queue(&queue, owner, now),
            Change::ResumeQueue { endpoint, now } => self.resume_queue(endpoint, now),
            Change::InsertEndpoint(endpoint) => self.insert_endpoint(endpoint),
            Change::UpdateEndpoint(endpoint) => self.update_endpoint(endpoint),
            Change::DeleteEndpoint { endpoint, merchant, mode } => {
                self.delete_endpoint(endpoint, &merchant, mode)
            }
            Change::InsertRecovery(recovery) => {
                insert(&mut self.recoveries, recovery.id, recovery, Guard::Recovery)
            }
            Change::UpdateRecovery(recovery) => self.update_recovery(recovery),
            Change::InsertMerchant(merchant) => {
                insert(&mut self.merchants, merchant.id.clone(), merchant, Guard::Merchant)
            }
            Change::InsertApiKey(key) => {
                insert(&mut self.api_keys, key.id.clone(), key, Guard::ApiKey)
            }
            Change::InsertAuditEntry(entry) => {
                insert(&mut self.audit_log, entry.id, entry, Guard::Audit)
            }
            Change::InsertNotice(notice) => self.insert_notice(notice),
            Change::UpdateNotice { notice, tries, progress } => {
                self.update_notice(notice, tries, progress)
            }
        }
    }

    fn update_payment(&mut self, payment: Payment) -> Result<(), Guard> {
        let row = self.payments.get_mut(&payment.id).ok_or(Guard::Payment)?;
        let is_next = row.version.checked_add(1) == Some(payment.version);
        replace(row, payment, is_next, Guard::Payment)
    }

    fn update_attempt(&mut self, attempt: Attempt, from: Progress) -> Result<(), Guard> {
        let row = self.attempts.get_mut(&attempt.id).ok_or(Guard::Attempt)?;
        let is_there = row.progress() == from;
        replace(row, attempt, is_there, Guard::Attempt)
    }

    fn update_session(&mut self, session: ThreeDsSession) -> Result<(), Guard> {
        let row = self.sessions.get_mut(&session.id).ok_or(Guard::Session)?;
        let is_next = row.version.checked_add(1) == Some(session.version);
        replace(row, session, is_next, Guard::Session)
    }

    fn insert_event(&mut self, event: OutboxEvent) -> Result<(), Guard> {
        let same = |row: &OutboxRow| {
            (row.event.aggregate, row.event.sequence) == (event.aggregate, event.sequence)
        };
        if self.events.values().any(same) {
            return Err(Guard::Event);
        }
        let row = OutboxRow { event, is_sent: false, claim: None };
        insert(&mut self.events, row.event.id, row, Guard::Event)
    }

    fn finish_event(&mut self, event: EventId, owner: Uuid) -> Result<(), Guard> {
        let row = self.events.get_mut(&event).filter(|row| is_held_by(row.claim, owner));
        let row = row.ok_or(Guard::Event)?;
        row.is_sent = true;
        row.claim = None;
        Ok(())
    }

    fn insert_record(&mut self, record: IdempotencyRecord) -> Result<(), Guard> {
        match self.records.entry(record.scope) {
            hash_map::Entry::Occupied(_) => Err(Guard::Record),
            hash_map::Entry::Vacant(place) => {
                place.insert(record);
                Ok(())
            }
        }
    }

    fn record_in_progress(&mut self, scope: ScopeHash) -> Result<&mut IdempotencyRecord, Guard> {
        let record = self.records.get_mut(&scope);
        record
            .filter(|record| matches!(record.state, RecordState::InProgress(_)))
            .ok_or(Guard::Record)
    }

    fn take_over_record(&mut self, scope: ScopeHash, from: Lease, to: Lease) -> Result<(), Guard> {
        let record = self.record_in_progress(scope)?;
        let is_there = record.state == RecordState::InProgress(from);
        replace(&mut record.state, RecordState::InProgress(to), is_there, Guard::Record)
    }
}

pub(super) fn insert<K: Ord, V>(
    table: &mut BTreeMap<K, V>,
    key: K,
    row: V,
    guard: Guard,
) -> Result<(), Guard> {
    if table.contains_key(&key) {
        return Err(guard);
    }
    table.insert(key, row);
    Ok(())
}

pub(super) fn replace<T>(
    place: &mut T,
    row: T,
    is_guarded: bool,
    guard: Guard,
) -> Result<(), Guard> {
    if !is_guarded {
        return Err(guard);
    }
    drop(mem::replace(place, row));
    Ok(())
}
