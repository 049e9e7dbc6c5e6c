//! Nothing is ever sent twice.

use http_transport::error::TransportError;

use crate::server::{Behaviour, Server, answer, impatient, patient, transport};

#[tokio::test]
async fn a_server_that_reads_and_hangs_up_gets_one_request() {
    let server = Server::start(Behaviour::AnswerAndHangUp(Vec::new())).await;
    let requests = [server.get("/"), server.post("/", "{}")];
    for (sent, request) in requests.into_iter().enumerate() {
        let result = transport().send(request, patient()).await;
        assert!(matches!(result, Err(TransportError::Broken(_))), "{result:?}");
        assert_eq!(server.requests().len(), sent + 1);
    }
}

#[tokio::test]
async fn a_server_that_reads_and_hangs_gets_one_request() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let result = transport().send(server.post("/", "{}"), impatient()).await;
    assert_eq!(result.unwrap_err(), TransportError::TimedOut);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_connection_is_used_twice() {
    let server = Server::start(Behaviour::Answer(answer("200 OK", "ok"))).await;
    let transport = transport();
    for sent in 1..=3 {
        transport.send(server.post("/", "{}"), patient()).await.unwrap();
        assert_eq!((server.requests().len(), server.connections()), (sent, sent));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_not_made_again() {
    let server = Server::start(Behaviour::AnswerAndHangUp(Vec::new())).await;
    let transport = transport();
    for sent in 1..=3 {
        transport.send(server.post("/", "{}"), patient()).await.unwrap_err();
        assert_eq!(server.connections(), sent);
    }
}
