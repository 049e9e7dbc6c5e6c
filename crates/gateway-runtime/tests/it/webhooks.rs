//! Webhooks on the wire, against a receiver on loopback.

use std::{sync::Arc, time::Duration};

use chrono::DateTime;
use gateway_runtime::{addresses::GuardedAddresses, webhooks::HttpWebhookSender};
use http_transport::{
    guard::{
        lookup::SystemLookup,
        rules::{Guard, Reach},
    },
    transport::Connecting,
};
use payment_core::id::Mode;
use payment_ports::{
    fakes::Samples,
    webhook::{
        Endpoint, EndpointSecrets, RetryAfter, SendFailure, WebhookRequest, WebhookResponse,
        WebhookSender,
    },
};
use secrecy::SecretString;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use webhook_signing::{
    secret::Secret,
    verify::{Received, verify_seed, verify_standard},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const BODY: &str = r#"{"eventType":"PaymentCaptured","data":{"tutar":"1500.00 ₺"}}"#;
const SENT_AT: i64 = 1_767_225_600;

type Sent = Result<WebhookResponse, SendFailure>;

async fn send_to(url: String, secret: &str) -> Sent {
    let secrets = EndpointSecrets { current: secret.into(), next: None };
    send_to_endpoint(&Endpoint { url, secrets, ..test_endpoint() }).await
}

async fn send_to_endpoint(endpoint: &Endpoint) -> Sent {
    send_within(endpoint, guard(Reach::PublicAndLoopback)).await
}

fn test_endpoint() -> Endpoint {
    let secrets = EndpointSecrets { current: SECRET.into(), next: None };
    Endpoint { mode: Mode::Test, secrets, ..Samples::new().endpoint() }
}

fn guard(reach: Reach) -> Guard {
    Guard { reach, own_hosts: Vec::new(), allowed: Vec::new() }
}

async fn send_within(endpoint: &Endpoint, guard: Guard) -> Sent {
    let request = WebhookRequest {
        endpoint,
        webhook_id: "evt_0123456789abcdef0123456789abcdef",
        timestamp: DateTime::from_timestamp(SENT_AT, 999_999_000).unwrap(),
        body: BODY,
    };
    let deadline = Duration::from_secs(15);
    let addresses = GuardedAddresses::new(guard);
    let transport = addresses.transport(Connecting::platform(), Arc::new(SystemLookup)).unwrap();
    HttpWebhookSender::new(transport, addresses, deadline).send(request).await
}

/// Sends to a receiver that reads the request, and then does what `receiver` says.
async fn exchange(receiver: impl AsyncFnOnce(&mut TcpStream)) -> (Sent, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks?shop=1", listener.local_addr().unwrap());
    let receiving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(BODY.as_bytes()) {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        receiver(&mut stream).await;
        String::from_utf8(request).unwrap()
    };
    tokio::join!(send_to(url, SECRET), receiving)
}

async fn answered(answer: &str) -> (Sent, String) {
    exchange(async |stream| stream.write_all(answer.as_bytes()).await.unwrap()).await
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    let mut values = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
    let (_, value) = values.next().unwrap();
    assert!(values.next().is_none(), "{name} is there twice");
    value
}

fn received<'a>(request: &'a str, prefix: &str) -> Received<'a> {
    Received {
        id: Some(header(request, &format!("{prefix}-id"))),
        timestamp: Some(header(request, &format!("{prefix}-timestamp"))),
        signature: Some(header(request, &format!("{prefix}-signature"))),
        body: BODY.as_bytes(),
    }
}

#[tokio::test]
async fn the_receiver_can_verify_what_it_gets_both_ways() {
    let (sent, request) = answered("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let expected = WebhookResponse { status: 200, excerpt: "ok".to_owned(), retry_after: None };
    assert_eq!(sent, Ok(expected));
    assert!(request.starts_with("POST /hooks?shop=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with(&format!("\r\n\r\n{BODY}")), "{request}");
    assert_eq!(header(&request, "content-type"), "application/json");
    assert_eq!(header(&request, "webhook-id"), "evt_0123456789abcdef0123456789abcdef");
    let secret = SecretString::from(SECRET);
    let parsed = Secret::parse(&secret).unwrap();
    assert_eq!(verify_standard(&parsed, received(&request, "webhook"), SENT_AT), Ok(()));
    assert_eq!(verify_seed(&secret, received(&request, "x-webhook"), SENT_AT), Ok(()));
}

#[tokio::test]
async fn a_wish_to_wait_is_told() {
    let told = async |value: &str| {
        let answer =
            format!("HTTP/1.1 503 Busy\r\nretry-after: {value}\r\ncontent-length: 0\r\n\r\n");
        let response = answered(&answer).await.0.unwrap();
        assert_eq!(response.status, 503);
        response.retry_after
    };
    assert_eq!(told("120").await, Some(RetryAfter::Wait(Duration::from_mins(2))));
    let date = DateTime::from_timestamp(1_767_312_000, 0).unwrap();
    let by_date = told("Fri, 02 Jan 2026 00:00:00 GMT").await;
    assert_eq!(by_date, Some(RetryAfter::Until(date)));
    for nonsense in ["-1", "1.5", "", "soon", "99999999999999999999", "Fri, 32 Jan 2026"] {
        assert_eq!(told(nonsense).await, None, "{nonsense}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let answer = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    let (sent, _) = answered(answer).await;
    assert_eq!(sent.unwrap().status, 302);
}

#[tokio::test]
async fn the_excerpt_is_short_and_has_neither_card_numbers_nor_zero_bytes() {
    let card_across_the_limit = format!("\0{} 5555555555554444 ", "a".repeat(2020));
    let body = format!("4111111111111111 {card_across_the_limit}{}", "b".repeat(40_000));
    let answer = format!("HTTP/1.1 400 Bad\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let excerpt = exchange(async |stream| {
        // The sender hangs up once it has read enough.
        drop(stream.write_all(answer.as_bytes()).await);
    })
    .await
    .0
    .unwrap()
    .excerpt;
    assert!((2040..=2048).contains(&excerpt.len()), "{}", excerpt.len());
    assert!(!excerpt.contains("4111111111111111"));
    assert!(!excerpt.contains("55555555"), "half a card number is still one");
    assert!(!excerpt.contains('\0'));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_as_broken() {
    let hang_up = async |stream: &mut TcpStream| stream.shutdown().await.unwrap();
    assert_eq!(exchange(hang_up).await.0, Err(SendFailure::BrokenAnswer));
    assert_eq!(answered("SSH-2.0-OpenSSH\r\n\r\n").await.0, Err(SendFailure::BrokenAnswer));
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_given_fifteen_seconds() {
    let answer_after = async |duration: Duration| {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        let (sent, _) = exchange(async |stream| {
            tokio::time::pause();
            tokio::time::sleep(duration).await;
            tokio::time::resume();
            // By then the sender may have hung up.
            drop(stream.write_all(answer).await);
        })
        .await;
        sent.map(|response| response.status)
    };
    assert_eq!(answer_after(Duration::from_secs(14)).await, Ok(200));
    assert_eq!(answer_after(Duration::from_secs(16)).await, Err(SendFailure::Timeout));
}

#[tokio::test]
async fn where_nobody_listens_the_connection_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(send_to(url, SECRET).await, Err(SendFailure::ConnectionFailed));
}

#[tokio::test]
async fn what_is_no_address_is_not_called() {
    assert_eq!(send_to("not a url".to_owned(), SECRET).await, Err(SendFailure::AddressRefused));
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let sent = tokio::select! {
        sent = send_to(url, "no secret") => sent,
        _ = listener.accept() => panic!("it was sent unsigned"),
    };
    assert_eq!(sent, Err(SendFailure::NotSigned));
}

#[tokio::test]
async fn an_address_that_may_not_be_named_any_more_is_not_called() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let to = |url: &str, mode| Endpoint { url: url.to_owned(), mode, ..test_endpoint() };
    let loopback = to(&format!("http://127.0.0.1:{port}/"), Mode::Test);
    let plain = to(&format!("http://127.0.0.1:{port}/"), Mode::Live);
    let odd_port = to("https://shop.example:22/", Mode::Test);
    for (endpoint, reach) in
        [(loopback, Reach::Public), (plain, Reach::PublicAndLoopback), (odd_port, Reach::Public)]
    {
        let sent = send_within(&endpoint, guard(reach)).await;
        assert_eq!(sent, Err(SendFailure::AddressRefused), "{}", endpoint.url);
    }
}

#[tokio::test]
async fn a_receiver_inside_that_the_operator_allows_is_called() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let allowed = vec![address.to_string().parse().unwrap()];
    let url = format!("http://{address}/");
    let endpoint = Endpoint { url, ..test_endpoint() };
    let sending = send_within(&endpoint, Guard { allowed, ..guard(Reach::Public) });
    let answering = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_buf(&mut Vec::new()).await.unwrap();
        let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        // Until the sender hangs up.
        drop(stream.read_to_end(&mut Vec::new()).await);
    };
    let (sent, ()) = tokio::join!(sending, answering);
    assert_eq!(sent.unwrap().status, 204);
}
