//! A process that is alone takes up what a dead one held.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::attempt::{Attempt, AttemptState};

use super::given::{Given, claim_events, claim_queues, finish};
use crate::store::{Change, IdempotencyRecord, Lease, RecordState, Store, StoredAnswer};

pub async fn what_a_dead_process_claimed_is_due_at_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    given.delivery(&endpoint, &given.event().await).await;
    let event = given.event().await;
    let dead = given.claim(10);
    claim_events(store, &dead).await;
    claim_queues(store, &dead).await;
    store.take_up(dead.now).await.unwrap();
    let alone = given.claim_at(dead.now, 10);
    assert!(claim_events(store, &alone).await.contains(&event.id));
    assert_eq!(claim_queues(store, &alone).await, [endpoint.id]);
}

pub async fn attempts_that_wait_are_due_at_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let now = attempt.next_check_at.unwrap() - TimeDelta::seconds(30);
    let claim = given.claim_at(now, 10);
    assert_eq!(store.claim_attempts(&claim).await.unwrap(), []);
    store.take_up(now).await.unwrap();
    assert_eq!(store.claim_attempts(&claim).await.unwrap(), [attempt.id]);
}

pub async fn requests_that_a_dead_process_worked_on_may_be_taken_over(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let record = given.new_record().await;
    let RecordState::InProgress(lease) = record.state else { panic!("it is in progress") };
    let now = lease.until - TimeDelta::seconds(30);
    store.take_up(now).await.unwrap();
    let ended = Lease { until: now, ..lease };
    let expected = IdempotencyRecord { state: RecordState::InProgress(ended), ..record.clone() };
    assert_eq!(given.record(record.scope).await, Some(expected));
}

pub async fn taking_up_changes_nothing_that_has_ended(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let done = given.new_record().await;
    let answer = StoredAnswer { status: 200, body: "{}".to_owned() };
    let (completed_at, expires_at) = (given.samples.now(), done.expires_at);
    given
        .apply([Change::CompleteRecord { scope: done.scope, answer, completed_at, expires_at }])
        .await;
    let attempt = given.attempt().await;
    let from = attempt.progress();
    let ended = Attempt { state: AttemptState::NeedsReview, ..attempt };
    given.apply([Change::UpdateAttempt { attempt: ended.clone(), from }]).await;
    let event = given.event().await;
    let claim = given.claim(10);
    claim_events(store, &claim).await;
    given.apply([finish(&event, &claim)]).await;
    let before = given.record(done.scope).await;

    store.take_up(claim.now).await.unwrap();
    assert_eq!(given.record(done.scope).await, before);
    assert_eq!(store.attempts(ended.payment).await.unwrap(), [ended]);
    assert_eq!(claim_events(store, &given.claim_at(claim.now, 10)).await, []);
}
