//! TLS: only with servers that a trusted root vouches for.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use http_transport::{
    error::TransportError,
    transport::{Connecting, Transport},
};
use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd, generate_simple_self_signed};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::server::{Behaviour, Server, answer, patient, serve, transport, trusting};

/// A TLS server whose certificate is for one name.
struct TlsServer {
    port: u16,
    roots: RootCertStore,
    requests: Arc<Mutex<Vec<String>>>,
    _connections: JoinSet<()>,
}

impl TlsServer {
    async fn start(name: &str) -> Self {
        Self::certified(generate_simple_self_signed([name.to_owned()]).unwrap()).await
    }

    async fn certified(CertifiedKey { cert, signing_key }: CertifiedKey<KeyPair>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let key: PrivateKeyDer<'_> =
            PrivatePkcs8KeyDer::from(KeyPair::serialize_der(&signing_key)).into();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::default();
        let log = Arc::clone(&requests);
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that does not trust us ends the handshake.
                if let Ok(stream) = acceptor.accept(stream).await {
                    let behaviour = Behaviour::AnswerAndHangUp(answer("200 OK", "ok"));
                    serve(stream, behaviour, Arc::clone(&log)).await;
                }
            }
        });
        Self { port, roots, requests, _connections: connections }
    }

    fn post(&self) -> Request<Bytes> {
        let url = format!("https://localhost:{}/", self.port);
        Request::post(url).body(Bytes::from("{}")).unwrap()
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

#[tokio::test]
async fn a_trusted_server_gets_the_request() {
    let server = TlsServer::start("localhost").await;
    let transport = trusting(server.roots.clone());
    let response = transport.send(server.post(), patient()).await.unwrap();
    assert_eq!(&response.body().bytes[..], b"ok");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_nothing() {
    let server = TlsServer::start("localhost").await;
    let error = transport().send(server.post(), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_server_with_the_certificate_of_another_name_gets_nothing() {
    let server = TlsServer::start("bank.example").await;
    let transport = trusting(server.roots.clone());
    let error = transport.send(server.post(), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_server_whose_certificate_has_expired_gets_nothing() {
    let mut terms = CertificateParams::new(["localhost".to_owned()]).unwrap();
    terms.not_after = date_time_ymd(2020, 1, 1);
    let signing_key = KeyPair::generate().unwrap();
    let cert = terms.self_signed(&signing_key).unwrap();
    let server = TlsServer::certified(CertifiedKey { cert, signing_key }).await;
    let transport = trusting(server.roots.clone());
    let error = transport.send(server.post(), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    assert!(error.to_string().contains("expired"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_gets_nothing() {
    let server = Server::start(Behaviour::AnswerAndHangUp(answer("200 OK", "ok"))).await;
    let url = format!("https://localhost:{}/", server.address.port());
    let request = Request::post(url).body(Bytes::from("{}")).unwrap();
    let transport = Transport::new(Connecting::platform()).unwrap();
    let error = transport.send(request, patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    assert!(server.requests().is_empty());
}
