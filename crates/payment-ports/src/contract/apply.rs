//! Apply: in order, all or nothing.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::{
    attempt::{Attempt, AttemptState},
    payment::{Payment, Pending, Status},
    transaction::TransactionKind,
};

use super::{concurrently::apply_all, given::Given};
use crate::store::{
    ApplyError, Change, Guard, IdempotencyRecord, RecordState, Store, StoredAnswer,
};

pub async fn no_changes_are_applied_without_complaint(store: &Arc<dyn Store>) {
    assert_eq!(store.apply(&[]).await, Ok(()));
}

pub async fn changes_are_written_in_order(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let created = given.samples.payment();
    let failed = Payment { version: 2, status: Status::Failed, ..created.clone() };
    let record = given.samples.record();
    given
        .apply([
            Change::InsertPayment(created),
            Change::UpdatePayment(failed.clone()),
            Change::InsertRecord(record.clone()),
            complete(&given, &record),
        ])
        .await;
    assert_eq!(given.load(failed.id).await.payment, Some(failed));
    let record = given.record(record.scope).await.unwrap();
    assert!(matches!(record.state, RecordState::Done { .. }), "{record:?}");
}

pub async fn the_first_guard_that_fails_is_named(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (attempt, record) = (given.attempt().await, given.new_record().await);
    let changes = [
        Change::InsertPayment(given.samples.payment()),
        Change::InsertAttempt(attempt),
        Change::InsertRecord(record),
    ];
    let conflict = Err(ApplyError::Conflict(Guard::Attempt));
    assert_eq!(store.apply(&changes).await, conflict);
}

pub async fn the_begin_of_an_operation_is_written_as_one(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let record = given.samples.record();
    let attempt = given.samples.attempt(&payment);
    let attempt = Attempt { idempotency: Some(record.scope), ..attempt };
    let busy = Payment { pending: Some(attempt.pending()), version: 2, ..payment };
    given
        .apply([
            Change::InsertRecord(record.clone()),
            Change::UpdatePayment(busy.clone()),
            Change::InsertAttempt(attempt.clone()),
        ])
        .await;
    let loaded = store.load_attempt(attempt.id).await.unwrap().unwrap();
    assert_eq!((loaded.attempt, loaded.payment), (attempt, busy));
    assert_eq!(loaded.record, Some(record));
}

pub async fn a_late_conflict_takes_every_change_back(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (attempt, record, session) =
        (given.attempt().await, given.new_record().await, given.session().await);
    let released = given.new_record().await;
    let Pending { attempt: id, amount, .. } = attempt.pending();
    let payment = given.load(attempt.payment).await.payment.unwrap();
    let capture = given.samples.transaction(&attempt, TransactionKind::Capture);
    let event = given.samples.event(&payment, 1);
    let endpoint = given.samples.endpoint();
    let delivery = given.samples.delivery(&endpoint, &event);
    let changes = [
        Change::UpdatePayment(Payment { captured: amount, version: 2, ..payment.clone() }),
        Change::UpdateAttempt {
            attempt: Attempt { state: AttemptState::Succeeded, ..attempt.clone() },
            from: attempt.progress(),
        },
        Change::InsertTransaction(capture),
        Change::InsertEvent(event),
        Change::UpdateSession(session.fail(session.created_at).unwrap()),
        complete(&given, &record),
        Change::DeleteRecord(released.scope),
        Change::InsertEndpoint(endpoint),
        Change::InsertDelivery(delivery),
        Change::InsertApiKey(given.samples.api_key("aaaaaaaaaaaa")),
        Change::InsertMerchant(given.samples.merchant()),
    ];
    let conflict = Err(ApplyError::Conflict(Guard::Merchant));
    assert_eq!(store.apply(&changes).await, conflict);

    let loaded = store.load_attempt(id).await.unwrap().unwrap();
    assert_eq!((loaded.attempt, loaded.payment), (attempt.clone(), payment));
    assert_eq!(store.transactions(attempt.payment).await.unwrap(), []);
    assert_eq!(store.events(attempt.payment).await.unwrap(), []);
    assert_eq!(store.sessions(session.payment).await.unwrap(), [session]);
    assert_eq!(given.record(record.scope).await, Some(record));
    assert_eq!(given.record(released.scope).await, Some(released));
    assert_eq!(store.api_key("aaaaaaaaaaaa").await.unwrap(), None);
    let (merchant, mode) = (&given.samples.merchant, given.samples.mode);
    assert!(store.endpoints(merchant, mode).await.unwrap().is_empty());
    let late = given.claim_at(given.samples.now() + TimeDelta::days(1), 10);
    assert_eq!(store.claim_events(&late).await.unwrap(), []);
    assert!(store.claim_queues(&late).await.unwrap().is_empty());
}

pub async fn concurrent_changes_of_different_rows_all_succeed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let lists = (0..32).map(|_: i32| {
        let payment = given.samples.payment();
        let attempt = given.samples.attempt(&payment);
        let event = given.samples.event(&payment, 1);
        vec![
            Change::InsertRecord(given.samples.record()),
            Change::InsertPayment(payment),
            Change::InsertAttempt(attempt),
            Change::InsertEvent(event),
        ]
    });
    for (changes, result) in apply_all(store, lists).await {
        assert_eq!(result, Ok(()), "{changes:?}");
    }
    assert_eq!(store.backlog().await.unwrap().events, 32);
}

pub async fn concurrent_changes_in_opposite_orders_end_with_one_winner(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (one, other) = (given.payment().await, given.payment().await);
    let lists = (0..32).map(|number| {
        let status = Status::ALL[number % Status::ALL.len()];
        let update = |payment: &Payment| {
            Change::UpdatePayment(Payment { status, version: 2, ..payment.clone() })
        };
        let changes = [update(&one), update(&other)];
        if number % 2 == 0 { changes.into() } else { changes.into_iter().rev().collect() }
    });
    let (winners, losers): (Vec<_>, Vec<_>) =
        apply_all(store, lists).await.into_iter().partition(|(_, result)| result.is_ok());
    for (_, result) in losers {
        assert_eq!(result, Err(ApplyError::Conflict(Guard::Payment)));
    }
    assert_eq!(winners.len(), 1);
    let [one, other] = [given.load(one.id).await, given.load(other.id).await];
    let [one, other] = [one.payment.unwrap(), other.payment.unwrap()];
    assert_eq!((one.version, one.status), (2, other.status));
}

fn complete(given: &Given, record: &IdempotencyRecord) -> Change {
    let answer = StoredAnswer { status: 200, body: "{}".to_owned() };
    let (completed_at, expires_at) = (given.samples.now(), record.expires_at);
    Change::CompleteRecord { scope: record.scope, answer, completed_at, expires_at }
}
