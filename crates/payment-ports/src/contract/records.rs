//! Idempotency records: one per scope, ended once, taken over by one.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use payment_core::{attempt::ScopeHash, id::Mode, time::Timestamp};

use super::{concurrently::one_wins, given::Given};
use crate::store::{
    Change, Guard, IdempotencyRecord, Lease, Load, RecordState, Store, StoredAnswer,
};

pub async fn a_record_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let record = IdempotencyRecord {
        fingerprint: [0; 32],
        mode: Mode::Live,
        method: "DELETE".to_owned(),
        path: "/v1/ödeme/%2F?".to_owned(),
        key: " Key-ğ👛 ".to_owned(),
        payment: Some(attempt.payment),
        attempt: Some(attempt.id),
        created_at: DateTime::from_timestamp_micros(1).unwrap(),
        expires_at: DateTime::from_timestamp_micros(4_102_444_799_999_999).unwrap(),
        ..given.samples.record()
    };
    given.apply([Change::InsertRecord(record.clone())]).await;
    assert_eq!(given.record(record.scope).await, Some(record));
}

pub async fn a_record_may_be_final_from_the_start(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let state = RecordState::Done { answer: answer(), completed_at: given.samples.now() };
    let record = IdempotencyRecord { state, ..given.samples.record() };
    given.apply([Change::InsertRecord(record.clone())]).await;
    assert_eq!(given.record(record.scope).await, Some(record));
}

pub async fn records_differ_by_every_byte_of_their_scope(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let mut scopes = vec![[0; 32], [u8::MAX; 32], [b' '; 32]];
    for index in [0, 15, 31] {
        let mut scope = [0; 32];
        scope[index] = 1;
        scopes.push(scope);
    }
    for scope in scopes {
        let record = IdempotencyRecord { scope: ScopeHash(scope), ..given.samples.record() };
        assert_eq!(given.record(record.scope).await, None);
        given.apply([Change::InsertRecord(record.clone())]).await;
        assert_eq!(given.record(record.scope).await, Some(record));
    }
}

pub async fn a_load_without_a_scope_brings_no_record(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let record = IdempotencyRecord { payment: Some(payment.id), ..given.samples.record() };
    given.apply([Change::InsertRecord(record)]).await;
    let loaded = store.load(&Load { scope: None, ..given.query(payment.id) }).await.unwrap();
    assert_eq!(loaded.record, None);
}

pub async fn a_scope_has_one_record(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let record = given.new_record().await;
    let again = IdempotencyRecord { scope: record.scope, ..given.samples.record() };
    given.refused(Change::InsertRecord(again), Guard::Record).await;
    assert_eq!(given.record(record.scope).await, Some(record));
}

pub async fn one_of_many_concurrent_records_of_a_scope_wins(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let scope = given.samples.record().scope;
    let inserts = (0..32)
        .map(|_: i32| Change::InsertRecord(IdempotencyRecord { scope, ..given.samples.record() }));
    let winner = one_wins(store, inserts, Guard::Record).await;
    let Change::InsertRecord(winner) = winner else { panic!("not an insert: {winner:?}") };
    assert_eq!(given.record(scope).await, Some(winner));
}

pub async fn a_completed_record_keeps_its_answer(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let record = given.new_record().await;
    let completed_at = given.samples.now();
    let expires_at = record.expires_at + TimeDelta::days(1);
    let scope = record.scope;
    let change = Change::CompleteRecord { scope, answer: answer(), completed_at, expires_at };
    given.apply([change]).await;
    let state = RecordState::Done { answer: answer(), completed_at };
    let completed = IdempotencyRecord { state, expires_at, ..record.clone() };
    assert_eq!(given.record(record.scope).await, Some(completed));
}

pub async fn a_final_record_changes_no_more(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (record, from) = in_progress(&given).await;
    given.apply([complete(&record, given.samples.now())]).await;
    let completed = given.record(record.scope).await;

    let scope = record.scope;
    let to = Lease { owner: given.samples.uuid(), ..from };
    given.refused(complete(&record, given.samples.now()), Guard::Record).await;
    given.refused(Change::DeleteRecord(scope), Guard::Record).await;
    given.refused(Change::TakeOverRecord { scope, from, to }, Guard::Record).await;
    assert_eq!(given.record(scope).await, completed);
}

pub async fn a_record_that_is_not_there_cannot_be_changed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let record = given.samples.record();
    let RecordState::InProgress(from) = record.state else { panic!("{record:?}") };
    let scope = record.scope;
    given.refused(complete(&record, given.samples.now()), Guard::Record).await;
    given.refused(Change::DeleteRecord(scope), Guard::Record).await;
    given.refused(Change::TakeOverRecord { scope, from, to: from }, Guard::Record).await;
    assert_eq!(given.record(scope).await, None);
}

pub async fn a_deleted_record_makes_room_for_another(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (first, other) = (given.new_record().await, given.new_record().await);
    let again = IdempotencyRecord { scope: first.scope, ..given.samples.record() };
    given.apply([Change::DeleteRecord(first.scope)]).await;
    assert_eq!(given.record(first.scope).await, None);
    given.apply([Change::InsertRecord(again.clone())]).await;
    assert_eq!(given.record(again.scope).await, Some(again));
    assert_eq!(given.record(other.scope).await, Some(other));
}

pub async fn a_record_is_taken_over_from_the_exact_lease_only(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (record, lease) = in_progress(&given).await;
    let scope = record.scope;
    let to = Lease { owner: given.samples.uuid(), until: lease.until + TimeDelta::minutes(1) };
    let microsecond = TimeDelta::microseconds(1);
    let wrong = [
        Lease { owner: given.samples.uuid(), ..lease },
        Lease { until: lease.until + microsecond, ..lease },
        Lease { until: lease.until - microsecond, ..lease },
    ];
    for from in wrong {
        given.refused(Change::TakeOverRecord { scope, from, to }, Guard::Record).await;
    }
    given.apply([Change::TakeOverRecord { scope, from: lease, to }]).await;
    let taken = IdempotencyRecord { state: RecordState::InProgress(to), ..record };
    assert_eq!(given.record(scope).await, Some(taken));
}

pub async fn one_of_many_concurrent_take_overs_wins(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (record, from) = in_progress(&given).await;
    let scope = record.scope;
    let take_overs = (0..32).map(|_: i32| {
        let to = Lease { owner: given.samples.uuid(), ..from };
        Change::TakeOverRecord { scope, from, to }
    });
    let winner = one_wins(store, take_overs, Guard::Record).await;
    let Change::TakeOverRecord { to, .. } = winner else { panic!("{winner:?}") };
    let taken = IdempotencyRecord { state: RecordState::InProgress(to), ..record };
    assert_eq!(given.record(scope).await, Some(taken));
}

pub async fn final_records_are_forgotten_when_they_expire(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let record = given.new_record().await;
    given.apply([complete(&record, given.samples.now())]).await;
    let just_before = record.expires_at - TimeDelta::microseconds(1);
    assert_eq!(store.forget_records(just_before, 10).await.unwrap(), 0);
    assert!(given.record(record.scope).await.is_some());
    assert_eq!(store.forget_records(record.expires_at, 10).await.unwrap(), 1);
    assert_eq!(given.record(record.scope).await, None);
}

pub async fn records_in_progress_are_never_forgotten(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let record = given.new_record().await;
    let late = record.expires_at + TimeDelta::days(365);
    assert_eq!(store.forget_records(late, 10).await.unwrap(), 0);
    assert_eq!(given.record(record.scope).await, Some(record));
}

pub async fn at_most_so_many_records_are_forgotten_at_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for _ in 0..3 {
        let record = given.new_record().await;
        given.apply([complete(&record, given.samples.now())]).await;
    }
    let late = given.samples.now() + TimeDelta::days(365);
    assert_eq!(store.forget_records(late, 2).await.unwrap(), 2);
    assert_eq!(store.forget_records(late, 2).await.unwrap(), 1);
    assert_eq!(store.forget_records(late, 2).await.unwrap(), 0);
}

async fn in_progress(given: &Given) -> (IdempotencyRecord, Lease) {
    let record = given.new_record().await;
    let RecordState::InProgress(lease) = record.state else { panic!("{record:?}") };
    (record, lease)
}

fn complete(record: &IdempotencyRecord, completed_at: Timestamp) -> Change {
    let expires_at = record.expires_at;
    Change::CompleteRecord { scope: record.scope, answer: answer(), completed_at, expires_at }
}

fn answer() -> StoredAnswer {
    let body = "{\"ş\" : \"👛\",  \"amount\": 1500.00}\r\n".repeat(3_000);
    StoredAnswer { status: u16::MAX, body }
}
