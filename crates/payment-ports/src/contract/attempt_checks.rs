//! Attempts in doubt: claimed by moving their next check.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::{
    attempt::{Attempt, AttemptState},
    id::AttemptId,
};

use super::{concurrently::claim_all, given::Given};
use crate::store::{Change, Claim, Store};

pub async fn an_open_attempt_is_claimed_when_its_check_is_due(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let due = attempt.next_check_at.unwrap();
    let just_before = given.claim_at(due - TimeDelta::microseconds(1), 10);
    assert_eq!(store.claim_attempts(&just_before).await.unwrap(), []);
    let claim = given.claim_at(due, 10);
    assert_eq!(store.claim_attempts(&claim).await.unwrap(), [attempt.id]);
}

pub async fn a_claim_counts_the_check_and_moves_the_next_one_to_its_end(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let claim = given.claim_at(attempt.next_check_at.unwrap(), 10);
    assert_eq!(store.claim_attempts(&claim).await.unwrap(), [attempt.id]);
    let checked = Attempt { checks: 1, next_check_at: Some(claim.until), ..attempt.clone() };
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), [checked]);

    let just_before = given.claim_at(claim.until - TimeDelta::microseconds(1), 10);
    assert_eq!(store.claim_attempts(&just_before).await.unwrap(), []);
    let again = given.claim_at(claim.until, 10);
    assert_eq!(store.claim_attempts(&again).await.unwrap(), [attempt.id]);
    assert_eq!(store.attempts(attempt.payment).await.unwrap()[0].checks, 2);
}

pub async fn an_abandoned_attempt_is_watched_like_an_open_one(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.samples.attempt(&given.payment().await);
    let attempt = Attempt { state: AttemptState::Abandoned, ..attempt };
    given.apply([Change::InsertAttempt(attempt.clone())]).await;
    let claim = given.claim_at(attempt.next_check_at.unwrap(), 10);
    assert_eq!(store.claim_attempts(&claim).await.unwrap(), [attempt.id]);
    let checked = Attempt { checks: 1, next_check_at: Some(claim.until), ..attempt.clone() };
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), [checked]);
}

pub async fn attempts_for_review_are_read_oldest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let created_at = given.samples.now();
    let [last, first] = [2, 1].map(|seconds| Attempt {
        state: AttemptState::NeedsReview,
        created_at: created_at + TimeDelta::seconds(seconds),
        ..given.samples.attempt(&payment)
    });
    given.apply([&last, &first].map(|attempt| Change::InsertAttempt(attempt.clone()))).await;
    given.attempt().await;
    let both = store.attempts_for_review(10).await.unwrap();
    assert_eq!(both, [first.clone(), last]);
    assert_eq!(store.attempts_for_review(1).await.unwrap(), [first]);
}

pub async fn attempts_that_are_not_open_are_never_claimed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let is_open =
        |state: &AttemptState| matches!(state, AttemptState::Intent | AttemptState::Abandoned);
    for &state in AttemptState::ALL.iter().filter(|state| !is_open(state)) {
        let attempt = given.samples.attempt(&given.payment().await);
        given.apply([Change::InsertAttempt(Attempt { state, ..attempt })]).await;
    }
    let late = given.claim_at(given.samples.now() + TimeDelta::days(1), 10);
    assert_eq!(store.claim_attempts(&late).await.unwrap(), []);
}

pub async fn an_open_attempt_without_a_next_check_is_never_claimed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.samples.attempt(&given.payment().await);
    let attempt = Attempt { next_check_at: None, ..attempt };
    given.apply([Change::InsertAttempt(attempt)]).await;
    let late = given.claim_at(given.samples.now() + TimeDelta::days(1), 10);
    assert_eq!(store.claim_attempts(&late).await.unwrap(), []);
}

pub async fn the_longest_overdue_attempts_are_claimed_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let due = given.samples.now();
    let [last, first, middle] = [3, 1, 2].map(|seconds| {
        let next_check_at = Some(due + TimeDelta::seconds(seconds));
        Attempt { next_check_at, ..given.samples.attempt(&payment) }
    });
    let ids = [first.id, middle.id, last.id];
    given.apply([last, first, middle].map(Change::InsertAttempt)).await;
    let late = due + TimeDelta::hours(1);
    assert_eq!(store.claim_attempts(&given.claim_at(late, 2)).await.unwrap(), ids[..2]);
    assert_eq!(store.claim_attempts(&given.claim_at(late, 2)).await.unwrap(), ids[2..]);
}

pub async fn two_workers_never_get_the_same_attempt(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let mut expected = Vec::new();
    for _ in 0..24 {
        expected.push(given.attempt().await.id);
    }
    let late = given.samples.now() + TimeDelta::days(1);
    let workers = [(); 8].map(|()| given.claim_at(late, 5));
    let mut claimed = claim_all(store, &workers, claim).await;
    claimed.extend(store.claim_attempts(&given.claim_at(late, 100)).await.unwrap());
    claimed.sort_unstable();
    assert_eq!(claimed, expected);
}

async fn claim(store: Arc<dyn Store>, claim: Claim) -> Vec<AttemptId> {
    store.claim_attempts(&claim).await.unwrap()
}
