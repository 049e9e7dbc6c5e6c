//! What is left after `kill -9`.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use futures::future::join_all;
use serde_json::json;
use tempfile::TempDir;

use crate::bank::{Client, Process, authorization, capture, command};

fn ledger() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ledger.jsonl");
    (folder, file)
}

/// Authorizes until the bank dies: the references that were answered.
async fn until_it_dies(client: &Client, worker: usize) -> BTreeSet<String> {
    let mut answered = BTreeSet::new();
    for number in 0.. {
        let reference = format!("{worker}-{number}");
        match client.post("/v1/authorize", &authorization(&reference)).await {
            Ok(answer) if answer["status"] == "approved" => answered.insert(reference),
            _ => break,
        };
    }
    answered
}

#[tokio::test]
async fn nothing_that_was_answered_is_lost() {
    let (_folder, file) = ledger();
    let bank = Process::start(&file, &["--profile", "query"]);
    let client = bank.client.clone();
    let paying = join_all((0..8).map(|worker| until_it_dies(&client, worker)));
    let killing = async {
        while bank.client.effects().await.len() < 100 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bank.kill();
    };

    let (answered, ()) = tokio::join!(paying, killing);

    let again = Process::start(&file, &["--profile", "query"]);
    let effects = again.client.effects().await;
    let unique: BTreeSet<_> = effects.iter().cloned().collect();
    let answered: BTreeSet<_> = answered.into_iter().flatten().collect();
    assert_eq!(unique.len(), effects.len());
    assert!(answered.len() >= 92 && answered.is_subset(&unique), "{}", answered.len());
}

#[tokio::test]
async fn the_books_are_the_same_after_a_restart() {
    let (_folder, file) = ledger();
    let bank = Process::start(&file, &["--profile", "query"]);
    let authorized = bank.client.post("/v1/authorize", &authorization("a")).await.unwrap();
    let hold = &authorized["bankReference"];
    bank.client.post("/v1/capture", &capture("b", hold, 300)).await.unwrap();
    let before = bank.client.get("/simulator/ledger").await;
    bank.kill();

    let again = Process::start(&file, &["--profile", "query"]);
    let after = again.client.get("/simulator/ledger").await;
    assert_eq!((&after["effects"], &after["holds"]), (&before["effects"], &before["holds"]));
    let too_much = again.client.post("/v1/capture", &capture("c", hold, 201)).await.unwrap();
    assert_eq!(too_much["status"], "declined");
    let rest = again.client.post("/v1/capture", &capture("d", hold, 200)).await.unwrap();
    assert_eq!(rest["status"], "approved");
}

#[tokio::test]
async fn a_cancelled_reference_stays_cancelled_after_a_restart() {
    let (_folder, file) = ledger();
    let bank = Process::start(&file, &["--profile", "cancel"]);
    bank.client.post("/v1/cancel", &authorization("a")).await.unwrap();
    bank.kill();

    let again = Process::start(&file, &["--profile", "cancel"]);
    let answer = again.client.post("/v1/authorize", &authorization("a")).await.unwrap();
    assert_eq!((&answer["status"], &answer["code"]), (&json!("declined"), &json!("17")));
}

#[tokio::test]
async fn a_torn_last_line_is_dropped_and_the_next_one_is_whole() {
    let (_folder, file) = ledger();
    let bank = Process::start(&file, &[]);
    bank.client.post("/v1/authorize", &authorization("a")).await.unwrap();
    bank.kill();
    let mut torn = fs::read(&file).unwrap();
    torn.extend_from_within(..40);
    fs::write(&file, torn).unwrap();

    let again = Process::start(&file, &[]);
    again.client.post("/v1/authorize", &authorization("b")).await.unwrap();
    again.kill();

    assert_eq!(Process::start(&file, &[]).client.effects().await, ["a", "b"]);
}

#[test]
fn a_file_that_is_no_ledger_is_left_alone() {
    let (_folder, file) = ledger();
    fs::write(&file, "to do:\nbuy milk").unwrap();
    let ended = command(&file, &[]).output().unwrap();
    assert!(!ended.status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), "to do:\nbuy milk");
}
