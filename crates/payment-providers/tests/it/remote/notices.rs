//! Notices, as they arrive where `--notify-url` points to.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use chrono::TimeDelta;
use payment_core::time::Timestamp;
use payment_ports::{
    notice::{About, Notice, NoticePost, Notices, Unread},
    provider::{Approval, Outcome, Provider},
};
use payment_providers::mock::remote::{Profile, RemoteNotices};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use webhook_signing::secret::Secret;

use super::bank::{Bank, another};
use crate::fixture::{approve, authorize, send};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Where notices arrive, and the bank that posts them.
async fn notified() -> (TcpListener, Bank) {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notices", receiver.local_addr().unwrap());
    (receiver, Bank::notifying(Profile::Key, Some((url, SECRET))).await)
}

/// The next notice as it arrived.
async fn arrived(receiver: &TcpListener) -> NoticePost {
    let (mut stream, _) = receiver.accept().await.unwrap();
    let (headers, body) = read(&mut stream).await;
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    NoticePost { headers: headers.into_iter().collect(), body: body.into_bytes() }
}

/// What the next notice says, its signature checked.
async fn next(receiver: &TcpListener) -> Notice {
    let post = arrived(receiver).await;
    assert_eq!(notices().verify(&post, sent_at(&post)).await, Ok(()));
    notices().read(&post).unwrap()
}

fn notices() -> RemoteNotices {
    RemoteNotices::new(Secret::parse(&SecretString::from(SECRET)).unwrap())
}

fn sent_at(post: &NoticePost) -> Timestamp {
    let seconds = post.header("webhook-timestamp").unwrap().parse().unwrap();
    Timestamp::from_timestamp_secs(seconds).unwrap()
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

/// A request with that body, which is not signed.
fn unsigned(body: &Value) -> NoticePost {
    let headers = vec![("webhook-id".to_owned(), "evt_1".to_owned())];
    NoticePost { headers, body: body.to_string().into_bytes() }
}

#[tokio::test]
async fn what_was_done_is_told_as_it_was_answered() {
    let (receiver, bank) = notified().await;
    let attempt = authorize("tok_visa");
    let approval = approve(&bank.provider, &attempt).await;
    let Notice { id, about, said, amount } = next(&receiver).await;
    assert_eq!(id, format!("authorize-{}", attempt.id));
    assert_eq!(about, About::Attempt(attempt.id));
    assert_eq!(said, Some(Outcome::Approved(Approval { card_last4: None, ..approval })));
    assert_eq!(amount, Some(attempt.amount));
}

#[tokio::test]
async fn what_was_declined_is_told_as_it_was_answered() {
    let (receiver, bank) = notified().await;
    let declined = send(&bank.provider, &authorize("tok_card_declined")).await.unwrap();
    assert!(matches!(declined, Outcome::Declined(_)));
    assert_eq!(next(&receiver).await.said, Some(declined));
}

#[tokio::test]
async fn a_cancellation_says_nothing_of_the_outcome() {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notices", receiver.local_addr().unwrap());
    let bank = Bank::notifying(Profile::Cancel, Some((url, SECRET))).await;
    let attempt = authorize("tok_visa");
    bank.provider.cancel(&attempt).await.unwrap();
    let notice = next(&receiver).await;
    assert_eq!((notice.about, notice.said), (About::Attempt(attempt.id), None));
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
    let first = authorize("tok_visa");
    approve(&bank.provider, &first).await;
    let second = another(2, &authorize("tok_visa"));
    approve(&bank.provider, &second).await;
    assert_eq!(next(&receiver).await.about, About::Attempt(second.id));
    assert_eq!(next(&receiver).await.about, About::Attempt(first.id));
}

#[tokio::test]
async fn early_notice_is_told_before_the_answer() {
    let (receiver, bank) = notified().await;
    bank.next("early_notice").await;
    let attempt = authorize("tok_visa");
    let is_answered = AtomicBool::new(false);
    let answer = async {
        approve(&bank.provider, &attempt).await;
        is_answered.store(true, Ordering::SeqCst);
    };
    let told = async {
        // Whoever accepts the notice decides when the answer may go out.
        let (mut stream, _) = receiver.accept().await.unwrap();
        read(&mut stream).await;
        assert!(!is_answered.load(Ordering::SeqCst));
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    };
    tokio::join!(answer, told);
    assert!(is_answered.load(Ordering::SeqCst));
}

#[tokio::test]
async fn what_lands_late_is_told_when_it_lands() {
    let (receiver, bank) = notified().await;
    bank.next("land_too_late").await;
    assert!(send(&bank.provider, &authorize("tok_visa")).await.is_err());
    assert!(matches!(next(&receiver).await.said, Some(Outcome::Approved(_))));
    assert_eq!(bank.effects().await.len(), 1);
}

#[tokio::test]
async fn what_was_changed_or_is_too_old_is_forged() {
    let (receiver, bank) = notified().await;
    approve(&bank.provider, &authorize("tok_visa")).await;
    let post = arrived(&receiver).await;
    let sent = sent_at(&post);
    for seconds in [-301, 301] {
        let now = sent + TimeDelta::seconds(seconds);
        assert!(notices().verify(&post, now).await.is_err(), "{seconds}");
    }
    for seconds in [-300, 300] {
        let now = sent + TimeDelta::seconds(seconds);
        assert_eq!(notices().verify(&post, now).await, Ok(()), "{seconds}");
    }
    let swapped = NoticePost { body: b"{}".to_vec(), ..post.clone() };
    assert!(notices().verify(&swapped, sent).await.is_err());
    for (number, (name, _)) in post.headers.iter().enumerate() {
        if !name.starts_with("webhook-") {
            continue;
        }
        let mut missing = post.clone();
        missing.headers.remove(number);
        assert!(notices().verify(&missing, sent).await.is_err(), "{name}");
        let mut doubled = post.clone();
        doubled.headers.push((name.clone(), "v1,".to_owned()));
        assert!(notices().verify(&doubled, sent).await.is_err(), "{name} twice");
    }
}

#[test]
fn what_has_another_form_is_not_read() {
    let reference = authorize("tok_visa").id.to_string();
    let good = json!({ "type": "operation.updated", "operation": "authorize", "outcome": "approved",
        "reference": reference, "amountMinor": 150_000, "currency": "TRY", "bankReference": "B-1" });
    assert!(notices().read(&unsigned(&good)).is_ok());
    for (field, value, is_malformed) in [
        ("type", json!("account.updated"), false),
        ("reference", json!("ORDER-1"), false),
        ("currency", json!("XXXX"), true),
        ("amountMinor", json!("much"), true),
        ("amountMinor", json!(-1), true),
        ("outcome", json!(null), true),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        let read = notices().read(&unsigned(&wrong)).unwrap_err();
        assert_eq!(matches!(read, Unread::Malformed(_)), is_malformed, "{field}: {read:?}");
    }
    let nothing = NoticePost { headers: Vec::new(), body: good.to_string().into_bytes() };
    assert!(matches!(notices().read(&nothing), Err(Unread::Malformed(_))));
}
