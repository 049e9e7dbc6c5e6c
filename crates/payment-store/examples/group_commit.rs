//! Measures SQLite with one commit for each call against group commit, in the same run.
//!
//! 64 clients write the beginnings of operations, each as soon as its last one is on the disk. Both
//! ways take turns; what is compared is two rounds that follow each other, and told is the median. `just bench-group-commit` runs it
//! on this machine's disk and on one that `tools/slow-disk` makes slow.
#![expect(clippy::print_stdout, reason = "it is a command-line tool")]
#![expect(clippy::disallowed_methods, reason = "measuring needs a clock and tasks")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "nobody relies on it")]

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use payment_ports::{
    fakes::Samples,
    store::{Change, Store as _},
};
use payment_store::{EncryptionKey, Limits, SqlStore, StoreSettings};
use tokio::task::JoinSet;

const CLIENTS: usize = 64;

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1).map(|text| text.parse().unwrap());
    let calls = arguments.next().unwrap_or(2_048);
    let rounds = arguments.next().unwrap_or(5);
    let (mut alone, mut together, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let one = round(1, calls).await;
        let other = round(Limits::default().group_limit, calls).await;
        alone.push(one);
        together.push(other);
        ratios.push(one.as_micros() * 100 / other.as_micros());
    }
    let rate = |time: Duration| u128::try_from(calls).unwrap() * 1_000_000 / time.as_micros();
    let percent = median(ratios);
    println!("{CLIENTS} clients, {calls} calls, medians of {rounds} rounds");
    println!("one by one:   {:>6} calls/s", rate(median(alone)));
    println!("group commit: {:>6} calls/s", rate(median(together)));
    println!("ratio:        {:>3}.{:02}", percent / 100, percent % 100);
}

/// How long so many calls take on a new file.
async fn round(group_limit: usize, calls: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings {
        url: format!("sqlite://{}/gateway.db", folder.path().display()).into(),
        limits: Limits {
            group_limit,
            acquire_timeout: Duration::from_mins(1),
            ..Limits::default()
        },
        encryption_key: EncryptionKey::new([7; 32]),
        previous_keys: Vec::new(),
    };
    let store = Arc::new(SqlStore::connect(&settings).await.unwrap());
    store.migrate().await.unwrap();
    let samples = Samples::new();
    let lists: Vec<_> = (0..calls).map(|_| beginning(&samples)).collect();

    let start = Instant::now();
    let mut clients = JoinSet::new();
    for lists in lists.chunks(calls.div_ceil(CLIENTS)) {
        let (store, lists) = (Arc::clone(&store), lists.to_vec());
        clients.spawn(async move {
            for changes in lists {
                store.apply(&changes).await.unwrap();
            }
        });
    }
    clients.join_all().await;
    let time = start.elapsed();
    store.close().await;
    time
}

/// What is written before a provider is called, and an event.
fn beginning(samples: &Samples) -> Vec<Change> {
    let payment = samples.payment();
    let (attempt, event) = (samples.attempt(&payment), samples.event(&payment, 1));
    vec![
        Change::InsertPayment(payment),
        Change::InsertAttempt(attempt),
        Change::InsertRecord(samples.record()),
        Change::InsertEvent(event),
    ]
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn a_round_writes_with_any_limit() {
        for group_limit in [1, 64] {
            assert!(!super::round(group_limit, 70).await.is_zero());
        }
    }
}
