//! SQLite: calls that come together share one commit.
//!
//! The tests have one thread, on which calls that are made at once line up before the first of them
//! is written; so they are one group.

use std::{
    env, fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use futures::future::join_all;
use payment_core::payment::{Payment, Status};
use payment_ports::{
    fakes::Samples,
    store::{ApplyError, Change, Directory as _, Guard, Merchant, Store as _},
};
use payment_store::{Limits, SqlStore};
use tempfile::TempDir;

use crate::{
    databases::{migrated, sqlite_url, tamper},
    processes::load,
};

#[tokio::test]
async fn calls_that_come_together_share_one_commit() {
    let (folder, store) = sqlite().await;
    let before = commits(&folder);
    let merchants = merchants(20);
    assert_eq!(insert_at_once(&store, &merchants).await, vec![Ok(()); 20]);
    assert_eq!(commits(&folder) - before, 1);
    assert_eq!(written(&store, &merchants).await, merchants);
}

#[tokio::test]
async fn a_group_is_not_larger_than_its_limit() {
    let (folder, store) = sqlite().await;
    let before = commits(&folder);
    let limit = Limits::default().group_limit;
    let merchants = merchants(2 * limit + 1);
    assert_eq!(insert_at_once(&store, &merchants).await, vec![Ok(()); 2 * limit + 1]);
    assert_eq!(commits(&folder) - before, 3);
}

#[tokio::test]
async fn a_call_whose_guard_fails_is_taken_back_alone() {
    let (folder, store) = sqlite().await;
    let merchants = merchants(4);
    let [one, other, third, lost] = [0, 1, 2, 3].map(|n: usize| &merchants[n]);
    let late_conflict = [Change::InsertMerchant(lost.clone()), Change::InsertMerchant(one.clone())];
    let before = commits(&folder);
    let results = join_all([
        store.apply(&[Change::InsertMerchant(one.clone())]),
        store.apply(&[Change::InsertMerchant(other.clone())]),
        store.apply(&late_conflict),
        store.apply(&[Change::InsertMerchant(third.clone())]),
    ])
    .await;
    let conflict = Err(ApplyError::Conflict(Guard::Merchant));
    assert_eq!(results, [Ok(()), Ok(()), conflict, Ok(())]);
    assert_eq!(commits(&folder) - before, 1, "it was no group");
    assert_eq!(written(&store, &merchants).await, merchants[..3]);
}

#[tokio::test]
async fn calls_of_one_caller_are_written_in_order() {
    let (_folder, store) = sqlite().await;
    let created = Samples::new().payment();
    let failed = Payment { version: 2, status: Status::Failed, ..created.clone() };
    let expired = Payment { version: 3, ..failed.clone() };
    let results = join_all([
        store.apply(&[Change::InsertPayment(created)]),
        store.apply(&[Change::UpdatePayment(failed)]),
        store.apply(&[Change::UpdatePayment(expired.clone())]),
    ])
    .await;
    assert_eq!(results, [Ok(()), Ok(()), Ok(())]);
    assert_eq!(load(&store, &expired).await, Some(expired));
}

#[tokio::test]
async fn callers_that_go_away_take_nobody_with_them() {
    let (_folder, store) = sqlite().await;
    let merchants = merchants(4);
    let lists: Vec<_> =
        merchants.iter().map(|merchant| [Change::InsertMerchant(merchant.clone())]).collect();
    let mut calls: Vec<_> = lists.iter().map(|changes| store.apply(changes)).collect();
    for call in &mut calls {
        assert!(futures::poll!(call).is_pending());
    }
    // The first has taken the turn to write for all; the third only waits.
    drop(calls.remove(2));
    drop(calls.remove(0));
    assert_eq!(join_all(calls).await, [Ok(()), Ok(())]);
    let stayed = [merchants[1].clone(), merchants[3].clone()];
    assert_eq!(written(&store, &stayed).await, stayed);
}

#[test]
fn a_writer_that_dies_is_noticed_and_followed_by_another() {
    let [dying, living] = [(); 2]
        .map(|()| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    let (_folder, store) = living.block_on(sqlite());
    let insert = [Change::InsertMerchant(Samples::new().merchant())];
    let mut call = Box::pin(store.apply(&insert));
    dying.block_on(async {
        assert!(futures::poll!(&mut call).is_pending());
    });
    drop(dying);
    living.block_on(async {
        let result = call.await;
        assert!(matches!(result, Err(ApplyError::CommitUnknown(_))), "{result:?}");
        goes_on(&store).await;
    });
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_all_who_shared_it() {
    let (folder, store) = sqlite().await;
    let orphan = "CREATE TABLE parents (id INTEGER PRIMARY KEY); \
         CREATE TABLE orphans (parent REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED); \
         CREATE TRIGGER orphan AFTER INSERT ON merchants WHEN NEW.id = 'M1' \
         BEGIN INSERT INTO orphans VALUES (1); END";
    tamper(&sqlite_url(&folder), orphan).await;
    let merchants = merchants(3);
    for result in insert_at_once(&store, &merchants).await {
        assert!(matches!(result, Err(ApplyError::CommitUnknown(_))), "{result:?}");
    }
    assert_eq!(written(&store, &merchants).await, []);
    goes_on(&store).await;
}

#[tokio::test]
async fn an_error_that_rolls_everything_back_is_told_to_all() {
    let (folder, store) = sqlite().await;
    let worst = "CREATE TRIGGER worst AFTER INSERT ON merchants WHEN NEW.id = 'M1' \
         BEGIN SELECT RAISE(ROLLBACK, 'the worst'); END";
    tamper(&sqlite_url(&folder), worst).await;
    let merchants = merchants(3);
    for result in insert_at_once(&store, &merchants).await {
        assert!(matches!(result, Err(ApplyError::Store(_))), "{result:?}");
    }
    assert_eq!(written(&store, &merchants).await, []);
    goes_on(&store).await;
}

#[tokio::test]
async fn a_value_that_is_refused_harms_its_own_call_only() {
    let (folder, store) = sqlite().await;
    let refuse = "CREATE TRIGGER refuse AFTER INSERT ON merchants WHEN NEW.id = 'M1' \
         BEGIN SELECT RAISE(ABORT, 'no'); END";
    tamper(&sqlite_url(&folder), refuse).await;
    let results = insert_at_once(&store, &merchants(3)).await;
    assert!(matches!(&results[..], [Ok(()), Err(ApplyError::Store(_)), Ok(())]), "{results:?}");
}

/// The child of the test below gets its database in this variable.
const CRASHING: &str = "TEST_DATABASE_OF_CRASHING_CHILD";

#[tokio::test]
async fn a_crash_before_the_commit_loses_all_of_its_group_and_answers_none() {
    if let Ok(url) = env::var(CRASHING) {
        return write_without_end(&url).await;
    }
    let (folder, store) = sqlite().await;
    // Fills more than the page cache, so that pages of the group are in the file, and never ends.
    let endless = "CREATE TABLE heap (page); \
         CREATE TRIGGER endless AFTER INSERT ON merchants WHEN NEW.id = 'M2' BEGIN \
         INSERT INTO heap WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
         LIMIT 2000) SELECT randomblob(4000) FROM n; \
         INSERT INTO heap WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
         LIMIT 10000000000) SELECT count(*) FROM n; END";
    let url = sqlite_url(&folder);
    tamper(&url, endless).await;
    store.close().await;
    let this_test =
        "group_commit::a_crash_before_the_commit_loses_all_of_its_group_and_answers_none";
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", this_test, "--nocapture"])
        .env(CRASHING, &url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let file = folder.path().join("gateway.db-wal");
    while fs::metadata(&file).map_or(0, |file| file.len()) < 4_000_000 {
        assert_eq!(child.try_wait().unwrap(), None, "the child ended");
        tokio::task::yield_now().await;
    }
    child.kill().unwrap();
    let told = child.wait_with_output().unwrap().stdout;
    let told = String::from_utf8(told).unwrap();
    assert_eq!(told.matches("answered").count(), 1, "{told}");

    let (store, merchants) = (migrated(&url).await, merchants(4));
    assert_eq!(written(&store, &merchants).await, merchants[..1]);
}

/// One call by itself, and then a group that never comes to its commit.
async fn write_without_end(url: &str) {
    let store = migrated(url).await;
    let insert = async |merchant: &Merchant| {
        let result = store.apply(&[Change::InsertMerchant(merchant.clone())]).await;
        writeln!(std::io::stdout(), "answered {result:?}").unwrap();
    };
    let merchants = merchants(4);
    insert(&merchants[0]).await;
    join_all(merchants[1..].iter().map(insert)).await;
}

async fn sqlite() -> (TempDir, SqlStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = migrated(&sqlite_url(&folder)).await;
    (folder, store)
}

fn merchants(count: usize) -> Vec<Merchant> {
    let samples = Samples::new();
    (0..count).map(|n| samples.of(&format!("M{n}")).merchant()).collect()
}

async fn insert_at_once(store: &SqlStore, merchants: &[Merchant]) -> Vec<Result<(), ApplyError>> {
    let insert =
        async |merchant: &Merchant| store.apply(&[Change::InsertMerchant(merchant.clone())]).await;
    join_all(merchants.iter().map(insert)).await
}

/// Those of the merchants that are there.
async fn written(store: &SqlStore, merchants: &[Merchant]) -> Vec<Merchant> {
    let found = join_all(merchants.iter().map(|merchant| store.merchant(&merchant.id))).await;
    found.into_iter().filter_map(Result::unwrap).collect()
}

async fn goes_on(store: &SqlStore) {
    let samples = Samples::new();
    let others = ["NEXT", "LAST"].map(|id| samples.of(id).merchant());
    assert_eq!(insert_at_once(store, &others).await, [Ok(()), Ok(())]);
    assert_eq!(written(store, &others).await, others);
}

/// How many transactions the write-ahead log holds: the last page of each has the file's new size.
fn commits(folder: &TempDir) -> usize {
    let log = fs::read(Path::new(folder.path()).join("gateway.db-wal")).unwrap();
    let page = u32::from_be_bytes(log[8..12].try_into().unwrap());
    let frames = log[32..].chunks_exact(24 + usize::try_from(page).unwrap());
    frames.filter(|frame| frame[4..8] != [0; 4]).count()
}
