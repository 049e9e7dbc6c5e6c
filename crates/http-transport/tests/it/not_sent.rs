//! Requests that are proved not to have been sent.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_transport::{
    error::TransportError,
    transport::{Connecting, Transport},
};
use rustls::RootCertStore;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::server::{patient, transport};

fn post(url: &str) -> Request<Bytes> {
    Request::post(url).body(Bytes::from("{}")).unwrap()
}

async fn is_not_sent(url: &str) -> bool {
    let error = transport().send(post(url), patient()).await.unwrap_err();
    matches!(error, TransportError::NotSent(_))
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = transport().send(post(&format!("http://{address}/")), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    // People need the cause, not only that there was one.
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_name_without_an_address() {
    // A label over 63 characters is refused by the resolver without asking the network.
    assert!(is_not_sent(&format!("http://{}.invalid/", "a".repeat(64))).await);
}

#[tokio::test]
async fn an_address_that_is_not_one() {
    assert!(is_not_sent("/only/a/path").await);
    assert!(is_not_sent("ftp://127.0.0.1/").await);
}

#[tokio::test]
async fn a_server_that_does_not_accept_the_connection_in_time() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Fill the queue of connections, which nobody accepts.
    let mut queue = Vec::new();
    while let Ok(Ok(waiting)) =
        tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await
    {
        queue.push(waiting);
    }
    let (timeout, roots) = (Duration::from_millis(100), RootCertStore::empty());
    let transport = Transport::new(Connecting { timeout, roots }).unwrap();
    let error = transport.send(post(&format!("http://{address}/")), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
}
