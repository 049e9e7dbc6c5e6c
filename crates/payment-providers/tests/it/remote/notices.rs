//! Notices, as they arrive where `--notify-url` points to.

use std::collections::BTreeMap;

use payment_providers::mock::remote::Profile;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use webhook_signing::{
    secret::Secret,
    verify::{Received, verify_standard},
};

use super::bank::{Bank, another};
use crate::fixture::{approve, authorize, send};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Where notices arrive, and the bank that posts them.
async fn notified() -> (TcpListener, Bank) {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notices", receiver.local_addr().unwrap());
    (receiver, Bank::notifying(Profile::Key, Some((url, SECRET))).await)
}

/// The next notice: its id and what it says, its signature checked.
async fn next(receiver: &TcpListener) -> (String, Value) {
    let (mut stream, _) = receiver.accept().await.unwrap();
    let (headers, body) = read(&mut stream).await;
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    let value = |name: &str| headers.get(name).map(String::as_str);
    let notice = Received {
        id: value("webhook-id"),
        timestamp: value("webhook-timestamp"),
        signature: value("webhook-signature"),
        body: body.as_bytes(),
    };
    let secret = Secret::parse(&SecretString::from(SECRET)).unwrap();
    let sent = notice.timestamp.unwrap().parse().unwrap();
    assert_eq!(verify_standard(&secret, notice, sent), Ok(()));
    (notice.id.unwrap().to_owned(), serde_json::from_str(&body).unwrap())
}

async fn read(stream: &mut TcpStream) -> (BTreeMap<String, String>, String) {
    let mut text = String::new();
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers: BTreeMap<_, _> = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            if body.len() >= headers["content-length"].parse().unwrap() {
                return (headers, body.to_owned());
            }
        }
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(count > 0, "the notice is cut off: {text}");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
}

fn told(outcome: &str) -> Value {
    let reference = authorize("tok_visa").id.to_string();
    json!({ "type": "operation.updated", "reference": reference, "outcome": outcome })
}

#[tokio::test]
async fn what_was_done_is_told_and_signed() {
    let (receiver, bank) = notified().await;
    approve(&bank.provider, &authorize("tok_visa")).await;
    assert_eq!(next(&receiver).await.1, told("approved"));
}

#[tokio::test]
async fn what_was_declined_is_told() {
    let (receiver, bank) = notified().await;
    send(&bank.provider, &authorize("tok_card_declined")).await.unwrap();
    assert_eq!(next(&receiver).await.1, told("declined"));
}

#[tokio::test]
async fn duplicate_notice_tells_the_same_twice() {
    let (receiver, bank) = notified().await;
    bank.next("duplicate_notice").await;
    approve(&bank.provider, &authorize("tok_visa")).await;
    let first = next(&receiver).await;
    assert_eq!(first, next(&receiver).await);
}

#[tokio::test]
async fn late_notice_is_told_after_those_that_were_done_later() {
    let (receiver, bank) = notified().await;
    bank.set_faults(json!({ "script": ["late_notice"], "noticeDelayMs": 1500 })).await;
    approve(&bank.provider, &authorize("tok_visa")).await;
    let second = another(2, &authorize("tok_visa"));
    approve(&bank.provider, &second).await;
    assert_eq!(next(&receiver).await.1["reference"], second.id.to_string());
    assert_eq!(next(&receiver).await.1, told("approved"));
}

#[tokio::test]
async fn what_lands_late_is_told_when_it_lands() {
    let (receiver, bank) = notified().await;
    bank.next("land_too_late").await;
    assert!(send(&bank.provider, &authorize("tok_visa")).await.is_err());
    assert_eq!(next(&receiver).await.1, told("approved"));
    assert_eq!(bank.effects().await.len(), 1);
}
