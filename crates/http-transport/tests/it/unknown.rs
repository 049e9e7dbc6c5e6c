//! Requests of which nobody knows what came.

use http_transport::error::TransportError;

use crate::server::{Behaviour, Server, endless, impatient, patient, transport};

/// What comes of a post to a server that behaves so.
async fn outcome(behaviour: Behaviour) -> TransportError {
    let server = Server::start(behaviour).await;
    let error = transport().send(server.post("/", "{}"), impatient()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
    error
}

#[tokio::test]
async fn no_answer_in_time() {
    assert_eq!(outcome(Behaviour::AnswerAndHang(Vec::new())).await, TransportError::TimedOut);
}

#[tokio::test]
async fn half_a_head_and_no_more() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-le".to_vec();
    assert_eq!(outcome(Behaviour::AnswerAndHang(half)).await, TransportError::TimedOut);
}

#[tokio::test]
async fn half_a_body_and_no_more() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345".to_vec();
    assert_eq!(outcome(Behaviour::AnswerAndHang(half)).await, TransportError::TimedOut);
}

#[tokio::test]
async fn a_body_that_drips_past_the_deadline() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n".to_vec();
    assert_eq!(outcome(Behaviour::Drip(head)).await, TransportError::TimedOut);
}

#[tokio::test]
async fn a_head_that_drips_past_the_deadline() {
    let head = b"HTTP/1.1 200 OK\r\nx-long: ".to_vec();
    assert_eq!(outcome(Behaviour::Drip(head)).await, TransportError::TimedOut);
}

/// What comes of a post to a server that behaves so, with time enough.
async fn is_broken(behaviour: Behaviour) -> bool {
    let server = Server::start(behaviour).await;
    let error = transport().send(server.post("/", "{}"), patient()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
    matches!(error, TransportError::Broken(_))
}

#[tokio::test]
async fn half_a_body_and_a_hang_up() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345".to_vec();
    assert!(is_broken(Behaviour::AnswerAndHangUp(half)).await);
}

#[tokio::test]
async fn an_answer_that_is_not_http() {
    let garbage = b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec();
    assert!(is_broken(Behaviour::AnswerAndHangUp(garbage)).await);
}

#[tokio::test]
async fn a_head_without_end() {
    assert!(is_broken(endless(b"HTTP/1.1 200 OK\r\nx-long: ")).await);
}

#[tokio::test]
async fn headers_without_end() {
    let (line, header) = (b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-more: of the same\r\n".to_vec());
    assert!(is_broken(Behaviour::Repeat(line, header)).await);
}
