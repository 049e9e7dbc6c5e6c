//! Signals between processes, on PostgreSQL.

use payment_store::{
    Signal, Signals,
    test_database::{TestDatabase, settings, tamper},
};
use uuid::Uuid;

fn signals(url: &str, sender: u128) -> Signals {
    Signals::of(&settings(url), Uuid::from_u128(sender)).unwrap().unwrap()
}

#[tokio::test]
async fn a_signal_is_heard_by_all_but_its_sender() {
    TestDatabase::Postgres
        .empty(async |url| {
            let (ours, theirs) = (signals(url, 1), signals(url, 2));
            let (mut we, mut they) = (ours.listen().await.unwrap(), theirs.listen().await.unwrap());
            ours.send(Signal::Events).await.unwrap();
            theirs.send(Signal::Notices).await.unwrap();
            assert_eq!(they.next().await, Ok(Signal::Events));
            assert_eq!(we.next().await, Ok(Signal::Notices));
        })
        .await;
}

#[tokio::test]
async fn what_others_say_on_the_channel_is_passed_over() {
    TestDatabase::Postgres
        .empty(async |url| {
            let (ours, theirs) = (signals(url, 1), signals(url, 2));
            let mut we = ours.listen().await.unwrap();
            for payload in ["", "nonsense", "0 everything"] {
                tamper(url, &format!("NOTIFY payment_gateway_work, '{payload}'")).await;
            }
            theirs.send(Signal::Events).await.unwrap();
            assert_eq!(we.next().await, Ok(Signal::Events));
        })
        .await;
}

#[tokio::test]
async fn a_lost_connection_is_told_and_one_can_listen_again() {
    TestDatabase::Postgres
        .empty(async |url| {
            let (ours, theirs) = (signals(url, 1), signals(url, 2));
            let mut we = ours.listen().await.unwrap();
            tamper(url, LOSE_LISTENERS).await;
            we.next().await.unwrap_err();
            drop(we);
            let mut we = ours.listen().await.unwrap();
            theirs.send(Signal::Events).await.unwrap();
            assert_eq!(we.next().await, Ok(Signal::Events));
        })
        .await;
}

const LOSE_LISTENERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'LISTEN %'";

#[tokio::test]
async fn other_databases_have_no_signals() {
    for url in ["sqlite::memory:", "mysql://root@127.0.0.1/mysql"] {
        assert!(Signals::of(&settings(url), Uuid::from_u128(1)).unwrap().is_none());
    }
}

#[tokio::test]
async fn the_password_is_not_told() {
    let url = "postgres://gateway:hunter2@/?port=nonsense";
    let error = Signals::of(&settings(url), Uuid::from_u128(1)).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}
