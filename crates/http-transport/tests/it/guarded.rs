//! Requests to addresses that somebody else chose.

use std::{
    collections::VecDeque,
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_transport::{
    error::TransportError,
    guard::{
        lookup::{Lookup, SystemLookup},
        rules::{Guard, Reach},
    },
    transport::{Connecting, Transport},
};

use crate::server::{Behaviour, Server, answer, connecting, patient};

/// A resolver that answers as planned.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    planned: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Answers {
    pub(crate) fn of(planned: impl IntoIterator<Item = Vec<IpAddr>>) -> Arc<Self> {
        let planned = Mutex::new(planned.into_iter().collect());
        Arc::new(Self { planned, ..Self::default() })
    }

    /// One planned answer for each list of addresses.
    fn listed(planned: &[&[&str]]) -> Arc<Self> {
        let parsed = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        Self::of(planned.iter().map(parsed))
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Lookup for Answers {
    async fn lookup(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let next = self.planned.lock().unwrap().pop_front();
        next.ok_or_else(|| io::Error::other("no such name"))
    }
}

/// A guard that knows of no host of its own and allows none.
pub(crate) fn guard(reach: Reach) -> Guard {
    Guard { reach, own_hosts: Vec::new(), allowed: Vec::new() }
}

/// A transport that finds names as planned.
pub(crate) fn guarded(reach: Reach, answers: &Arc<Answers>) -> Transport {
    let lookup = Arc::<Answers>::clone(answers);
    Transport::guarded(connecting(), guard(reach), lookup).unwrap()
}

async fn server() -> Server {
    Server::start(Behaviour::Answer(answer("200 OK", "ok"))).await
}

/// A post to `host` on the port of `server`.
fn post(host: &str, server: &Server) -> Request<Bytes> {
    let url = format!("http://{host}:{}/", server.address.port());
    Request::post(url).body(Bytes::from("{}")).unwrap()
}

#[tokio::test]
async fn a_name_that_leads_to_what_is_in_reach_is_called_there() {
    let server = server().await;
    let answers = Answers::listed(&[&["127.0.0.1"]]);
    let transport = guarded(Reach::PublicAndLoopback, &answers);
    let response = transport.send(post("shop.example", &server), patient()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!((server.requests().len(), answers.asked()), (1, 1));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_refused_the_next_time() {
    let server = server().await;
    let answers = Answers::listed(&[&["127.0.0.1"], &["10.0.0.5"], &["127.0.0.1"]]);
    let transport = guarded(Reach::PublicAndLoopback, &answers);
    // Asked once for each request: between the check and the connection nothing can change.
    for (asked, is_refused) in [(1, false), (2, true), (3, false)] {
        let sent = transport.send(post("shop.example", &server), patient()).await;
        assert_eq!(sent.is_err_and(|error| error == TransportError::Refused), is_refused);
        assert_eq!(answers.asked(), asked);
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn one_answer_out_of_reach_spoils_all() {
    let server = server().await;
    let dual: [&[&str]; 4] = [
        &["127.0.0.1", "10.0.0.5"],
        &["10.0.0.5", "127.0.0.1"],
        &["127.0.0.1", "::1", "fd00::1"],
        &["127.0.0.1", "::ffff:169.254.169.254"],
    ];
    let answers = Answers::listed(&dual);
    let transport = guarded(Reach::PublicAndLoopback, &answers);
    for list in dual {
        let refused = transport.send(post("shop.example", &server), patient()).await;
        assert_eq!(refused.unwrap_err(), TransportError::Refused, "{list:?}");
    }
    let answers = Answers::listed(&[&["8.8.8.8", "127.0.0.1"]]);
    let transport = guarded(Reach::Public, &answers);
    let refused = transport.send(post("shop.example", &server), patient()).await;
    assert_eq!(refused.unwrap_err(), TransportError::Refused);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn this_machine_is_not_called_however_it_is_spelled() {
    let server = server().await;
    let lookup = Arc::new(SystemLookup);
    let transport = Transport::guarded(connecting(), guard(Reach::Public), lookup).unwrap();
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "localhost.",
        "LocalHost",
    ] {
        let refused = transport.send(post(host, &server), patient()).await;
        assert_eq!(refused.unwrap_err(), TransportError::Refused, "{host}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn development_calls_this_machine_and_no_other_inside() {
    let server = server().await;
    let answers = Answers::listed(&[&["127.0.0.1"]]);
    let transport = guarded(Reach::PublicAndLoopback, &answers);
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost"] {
        transport.send(post(host, &server), patient()).await.unwrap();
    }
    for host in ["10.0.0.5", "169.254.169.254", "[fd00::1]", "db.internal", "db"] {
        let refused = transport.send(post(host, &server), patient()).await;
        assert_eq!(refused.unwrap_err(), TransportError::Refused, "{host}");
    }
    assert_eq!(answers.asked(), 1);
}

#[tokio::test]
async fn a_redirect_to_the_metadata_service_is_an_answer_and_not_followed() {
    let bytes = "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n\
                 location: http://169.254.169.254/latest/meta-data/\r\n\r\n";
    let server = Server::start(Behaviour::Answer(bytes.as_bytes().to_vec())).await;
    let answers = Answers::listed(&[&["127.0.0.1"]]);
    let transport = guarded(Reach::PublicAndLoopback, &answers);
    let response = transport.send(post("shop.example", &server), patient()).await.unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!((server.requests().len(), answers.asked()), (1, 1));
}

#[tokio::test]
async fn an_allowed_host_is_called_wherever_it_is_but_on_its_port_only() {
    let (server, other) = (server().await, server().await);
    let allowed =
        ["127.0.0.1", "localhost"].map(|host| format!("{host}:{}", server.address.port()));
    let allowed = allowed.iter().map(|text| text.parse().unwrap()).collect();
    let guard = Guard { allowed, ..guard(Reach::Public) };
    let lookup = Arc::new(SystemLookup);
    let transport = Transport::guarded(connecting(), guard, lookup).unwrap();
    for host in ["127.0.0.1", "localhost"] {
        transport.send(post(host, &server), patient()).await.unwrap();
        let refused = transport.send(post(host, &other), patient()).await;
        assert_eq!(refused.unwrap_err(), TransportError::Refused, "{host}");
    }
    assert_eq!((server.requests().len(), other.connections()), (2, 0));
}

#[tokio::test]
async fn a_name_without_an_address_is_not_sent_and_not_refused() {
    let server = server().await;
    let transport = guarded(Reach::Public, &Answers::listed(&[]));
    let error = transport.send(post("shop.example", &server), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    let transport = guarded(Reach::Public, &Answers::listed(&[&[]]));
    let error = transport.send(post("shop.example", &server), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
}

/// A resolver that never answers.
#[derive(Debug)]
struct Silence;

#[async_trait]
impl Lookup for Silence {
    async fn lookup(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_resolver_that_does_not_answer_is_given_up_in_time() {
    let server = server().await;
    let soon = Connecting { timeout: Duration::from_millis(100), ..connecting() };
    let transport = Transport::guarded(soon, guard(Reach::Public), Arc::new(Silence)).unwrap();
    let error = transport.send(post("shop.example", &server), patient()).await.unwrap_err();
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
}

#[tokio::test]
async fn a_refusal_tells_nothing_of_where_the_name_leads() {
    let server = server().await;
    let transport = guarded(Reach::Public, &Answers::listed(&[&["10.0.0.5"]]));
    let refused = transport.send(post("hush.example", &server), patient()).await.unwrap_err();
    assert_eq!(refused.to_string(), "the address may not be called");
    assert_eq!(format!("{refused:?}"), "Refused");
}

#[tokio::test]
async fn the_operators_own_addresses_are_not_guarded() {
    let server = server().await;
    let transport = Transport::new(connecting()).unwrap();
    transport.send(post("localhost", &server), patient()).await.unwrap();
}
