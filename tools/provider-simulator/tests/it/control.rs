//! Faults, set from outside.

use std::fs;

use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bank::{Inside, Process, authorization};

const HALF: &str = r#"{ "perThousand": { "hang_up_after_reading": 500 } }"#;

/// Which of forty orders were answered.
async fn answered(seed: u64) -> Vec<bool> {
    let bank = Inside::start(serde_json::from_str(HALF).unwrap(), seed).await;
    let mut answered = Vec::new();
    for number in 0..40 {
        let order = authorization(&number.to_string());
        answered.push(bank.client.post("/v1/authorize", &order).await.is_ok());
    }
    assert_eq!(bank.client.effects().await.len(), 40);
    answered
}

#[tokio::test]
async fn the_same_seed_rolls_the_same_faults() {
    let first = answered(1).await;
    assert_eq!(first, answered(1).await);
    assert_ne!(first, answered(2).await);
    assert!(first.contains(&true) && first.contains(&false));
}

#[tokio::test]
async fn faults_are_shown_and_replaced() {
    let bank = Inside::start(json!({ "script": ["hang_up_after_reading"] }), 0).await;
    let shown = bank.client.get("/simulator/faults").await;
    assert_eq!(shown["script"], json!(["hang_up_after_reading"]));
    let (status, _) = bank.client.ask(Method::PUT, "/simulator/faults", "{}").await.unwrap();
    assert_eq!(status, 200);
    assert!(bank.client.post("/v1/authorize", &authorization("a")).await.is_ok());
}

#[tokio::test]
async fn faults_that_happened_are_counted() {
    let script = json!({ "script": ["hang_up_after_reading", "none", "hang_up_after_reading"] });
    let bank = Inside::start(script, 0).await;
    let sent = ["a", "b", "c", "d"].map(authorization);
    for order in &sent {
        drop(bank.client.post("/v1/authorize", order).await);
    }
    let health = bank.client.get("/simulator/health").await;
    assert_eq!(health["faults"], json!({ "hang_up_after_reading": 2 }));
}

#[tokio::test]
async fn faults_that_make_no_sense_are_refused_and_change_nothing() {
    let bank = Inside::start(json!({ "script": ["hang_up_after_reading"] }), 0).await;
    for wrong in [
        "",
        r#"{ "script": ["explode"] }"#,
        r#"{ "scripts": [] }"#,
        r#"{ "perThousand": { "land_late": 600, "slow_bytes": 401 } }"#,
    ] {
        let (status, _) = bank.client.ask(Method::PUT, "/simulator/faults", wrong).await.unwrap();
        assert_eq!(status, 400, "{wrong}");
    }
    assert!(bank.client.post("/v1/authorize", &authorization("a")).await.is_err());
}

#[tokio::test]
async fn notices_that_are_switched_off_go_nowhere() {
    let bank = Inside::start(json!({}), 0).await;
    for address in ["http://127.0.0.1:9/", "no address at all"] {
        let told = bank.client.ask(Method::PUT, "/simulator/notify-url", address).await;
        assert_eq!(told.unwrap().0, 400, "{address}");
    }
}

#[tokio::test]
async fn every_fault_has_the_name_that_the_readme_says() {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("| fault |").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let names: Vec<_> = rows.map(|(name, _)| name).collect();
    assert_eq!(names.len(), 12);
    let bank = Inside::start(json!({}), 0).await;
    let script = json!({ "script": names }).to_string();
    let (status, _) = bank.client.ask(Method::PUT, "/simulator/faults", &script).await.unwrap();
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_process_takes_its_faults_from_a_file_or_as_they_are() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("faults.json");
    fs::write(&file, r#"{ "script": ["hang_up_after_reading"] }"#).unwrap();
    let file = file.to_str().unwrap();
    for (number, faults) in [file, r#"{ "script": ["hang_up_after_reading"] }"#].iter().enumerate()
    {
        let ledger = folder.path().join(format!("{number}.jsonl"));
        let bank = Process::start(&ledger, &["--faults", faults]);
        assert_eq!(bank.client.get("/simulator/health").await["status"], "up");
        assert!(bank.client.post("/v1/authorize", &authorization("a")).await.is_err());
        assert_eq!(bank.client.effects().await, ["a"]);
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let bank = Inside::start(Value::Object(serde_json::Map::default()), 0).await;
    for path in ["/", "/v1/charge", "/v1/operations/x", "/simulator/books", "/v1/authorize/x"] {
        let (status, body) = bank.client.ask(Method::GET, path, "").await.unwrap();
        assert_eq!((status, &body["error"]["code"]), (404, &json!("not_found")), "{path}");
    }
}
