//! Notices of providers.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::{
    attempt::{Attempt, AttemptState},
    id::ProviderId,
};
use uuid::Uuid;

use super::{
    concurrently::{claim_all, one_wins},
    given::Given,
};
use crate::{
    notice::NoticePost,
    store::{Change, Claim, Guard, NoticeProgress, Store, StoredNotice},
};

pub async fn a_notice_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let every_byte = NoticePost {
        headers: vec![
            ("webhook-id".to_owned(), "evt_ğ".to_owned()),
            ("x-twice".to_owned(), "one".to_owned()),
            ("x-twice".to_owned(), String::new()),
        ],
        body: (0..=u8::MAX).collect(),
    };
    let nothing = NoticePost { headers: Vec::new(), body: Vec::new() };
    for post in [every_byte, nothing] {
        let notice = StoredNotice { post, ..given.samples.notice() };
        given.apply([Change::InsertNotice(notice.clone())]).await;
        let claim = due(&given, &notice);
        let claimed = StoredNotice { tries: 1, progress: next_at(claim.until), ..notice };
        assert_eq!(store.claim_notices(&claim).await.unwrap(), [claimed]);
    }
}

pub async fn a_provider_has_one_notice_of_an_event(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let notice = given.samples.notice();
    given.apply([Change::InsertNotice(notice.clone())]).await;
    let again = StoredNotice { event_id: notice.event_id.clone(), ..given.samples.notice() };
    given.refused(Change::InsertNotice(again.clone()), Guard::Notice).await;
    let upper = StoredNotice { event_id: notice.event_id.to_uppercase(), ..given.samples.notice() };
    let other = StoredNotice { provider: ProviderId::parse("OTHER").unwrap(), ..again };
    given.apply([upper, other].map(Change::InsertNotice)).await;
    assert_eq!(store.backlog().await.unwrap().notices, 3);
}

pub async fn one_of_many_concurrent_notices_of_an_event_is_kept(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event_id = given.samples.notice().event_id;
    let same =
        [(); 8].map(|()| StoredNotice { event_id: event_id.clone(), ..given.samples.notice() });
    let kept = one_wins(store, same.into_iter().map(Change::InsertNotice), Guard::Notice).await;
    let Change::InsertNotice(kept) = kept else { panic!("{kept:?}") };
    assert_eq!(claimed(store, &given.claim_at(kept.received_at, 10)).await, [(kept.id, 1)]);
}

pub async fn a_notice_is_due_at_its_next_try(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let notice = given.notice().await;
    let at = notice.progress.next_try_at().unwrap();
    let just_before = given.claim_at(at - TimeDelta::microseconds(1), 10);
    assert_eq!(store.claim_notices(&just_before).await.unwrap(), []);
    let claim = given.claim_at(at, 10);
    assert_eq!(claimed(store, &claim).await, [(notice.id, 1)]);
    let just_before = given.claim_at(claim.until - TimeDelta::microseconds(1), 10);
    assert_eq!(claimed(store, &just_before).await, []);
    assert_eq!(claimed(store, &given.claim_at(claim.until, 10)).await, [(notice.id, 2)]);
}

pub async fn the_longest_due_notices_are_claimed_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let now = given.samples.now();
    let [last, first, middle] = [3, 1, 2].map(|seconds| StoredNotice {
        progress: next_at(now + TimeDelta::seconds(seconds)),
        ..given.samples.notice()
    });
    let ids = [first.id, middle.id, last.id];
    given.apply([last, first, middle].map(Change::InsertNotice)).await;
    let late = now + TimeDelta::hours(1);
    let mut two = claimed(store, &given.claim_at(late, 2)).await;
    two.sort_unstable();
    let mut expected = [(ids[0], 1), (ids[1], 1)];
    expected.sort_unstable();
    assert_eq!(two, expected);
    assert_eq!(claimed(store, &given.claim_at(late, 2)).await, [(ids[2], 1)]);
}

pub async fn a_notice_that_has_its_end_is_never_claimed_again(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let at = given.samples.now();
    for progress in [NoticeProgress::Processed { at }, NoticeProgress::Unmatched { at }] {
        let notice = given.notice().await;
        let claim = due(&given, &notice);
        assert_eq!(claimed(store, &claim).await, [(notice.id, 1)]);
        given.apply([Change::UpdateNotice { notice: notice.id, tries: 1, progress }]).await;
        let late = given.claim_at(claim.until + TimeDelta::days(9), 10);
        assert_eq!(claimed(store, &late).await, []);
        assert_eq!(store.backlog().await.unwrap().notices, 0);
        let again = Change::UpdateNotice { notice: notice.id, tries: 1, progress };
        given.refused(again, Guard::Notice).await;
    }
}

pub async fn a_notice_that_is_put_off_is_due_later(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let notice = given.notice().await;
    let claim = due(&given, &notice);
    assert_eq!(claimed(store, &claim).await, [(notice.id, 1)]);
    let later = claim.until + TimeDelta::hours(3);
    let progress = next_at(later);
    given.apply([Change::UpdateNotice { notice: notice.id, tries: 1, progress }]).await;
    assert_eq!(claimed(store, &given.claim_at(claim.until, 10)).await, []);
    assert_eq!(claimed(store, &given.claim_at(later, 10)).await, [(notice.id, 2)]);
}

pub async fn a_worker_whose_notice_was_taken_over_cannot_update_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let notice = given.notice().await;
    let claim = due(&given, &notice);
    claimed(store, &claim).await;
    claimed(store, &given.claim_at(claim.until, 10)).await;
    let progress = NoticeProgress::Processed { at: claim.until };
    let update = |notice, tries| Change::UpdateNotice { notice, tries, progress };
    given.refused(update(notice.id, 1), Guard::Notice).await;
    given.refused(update(given.samples.uuid(), 2), Guard::Notice).await;
    given.apply([update(notice.id, 2)]).await;
}

pub async fn two_workers_never_get_the_same_notice(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let mut expected = Vec::new();
    for _ in 0..24 {
        expected.push((given.notice().await.id, 1));
    }
    let late = given.samples.now() + TimeDelta::days(1);
    let workers = [(); 8].map(|()| given.claim_at(late, 5));
    let mut all = claim_all(store, &workers, claim_notices).await;
    all.extend(claimed(store, &given.claim_at(late, 100)).await);
    all.sort_unstable();
    expected.sort_unstable();
    assert_eq!(all, expected);
}

pub async fn notices_that_a_dead_process_claimed_are_due_at_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let notice = given.notice().await;
    let claim = due(&given, &notice);
    claimed(store, &claim).await;
    store.take_up(claim.now).await.unwrap();
    assert_eq!(claimed(store, &given.claim_at(claim.now, 10)).await, [(notice.id, 2)]);
}

pub async fn attempts_are_found_by_what_their_provider_calls_them(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let long = "ş".repeat(200);
    let called = async |reference: &str| {
        let attempt = given.samples.attempt(&given.payment().await);
        let provider_reference = Some(reference.to_owned());
        let state = AttemptState::Succeeded;
        let attempt = Attempt { provider_reference, state, next_check_at: None, ..attempt };
        given.apply([Change::InsertAttempt(attempt.clone())]).await;
        attempt
    };
    let first = called("pi_1").await;
    let second = called("pi_1").await;
    called("PI_1").await;
    let far = called(&format!("{long}a")).await;
    called(&format!("{long}b")).await;
    given.attempt().await;
    let provider = first.provider.clone();
    let find = |name: String, limit| {
        let provider = provider.clone();
        async move { store.attempts_called(&provider, &name, limit).await.unwrap() }
    };
    assert_eq!(find("pi_1".to_owned(), 9).await, [second.id, first.id]);
    assert_eq!(find("pi_1".to_owned(), 1).await, [second.id]);
    assert_eq!(find(format!("{long}a"), 9).await, [far.id]);
    assert_eq!(find("pi".to_owned(), 9).await, []);
    let other = ProviderId::parse("OTHER").unwrap();
    assert_eq!(store.attempts_called(&other, "pi_1", 9).await.unwrap(), []);
}

const fn next_at(next_try_at: payment_core::time::Timestamp) -> NoticeProgress {
    NoticeProgress::Received { next_try_at }
}

/// A claim at the time when the notice is due.
fn due(given: &Given, notice: &StoredNotice) -> Claim {
    given.claim_at(notice.progress.next_try_at().unwrap(), 10)
}

/// What is claimed, and how often it was by then.
async fn claimed(store: &Arc<dyn Store>, claim: &Claim) -> Vec<(Uuid, i32)> {
    claim_notices(Arc::clone(store), *claim).await
}

async fn claim_notices(store: Arc<dyn Store>, claim: Claim) -> Vec<(Uuid, i32)> {
    let claimed = store.claim_notices(&claim).await.unwrap();
    claimed.into_iter().map(|notice| (notice.id, notice.tries)).collect()
}
