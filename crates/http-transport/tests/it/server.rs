//! A server of our own, which does what no well-behaved one does.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use http_transport::{
    limits::Limits,
    transport::{Connecting, Transport},
};
use rustls::RootCertStore;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};

/// What the server does once it has read a whole request.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Writes these bytes and waits for the next request.
    Answer(Vec<u8>),
    /// Writes these bytes and hangs up.
    AnswerAndHangUp(Vec<u8>),
    /// Writes these bytes and never anything else.
    AnswerAndHang(Vec<u8>),
    /// Writes the first bytes once, and then the second ones without end.
    Repeat(Vec<u8>, Vec<u8>),
    /// Writes these bytes, and then one byte at a time, slowly.
    Drip(Vec<u8>),
}

/// Answers until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Requests,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

type Requests = Arc<Mutex<Vec<String>>>;

impl Server {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Requests::default();
        let connections = Arc::new(AtomicUsize::new(0));
        let (log, count) = (Arc::clone(&requests), Arc::clone(&connections));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                open.spawn(serve(stream, behaviour.clone(), Arc::clone(&log)));
            }
        });
        Self { address, requests, connections, _tasks: tasks }
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests that arrived whole, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn get(&self, path: &str) -> Request<Bytes> {
        Request::get(format!("http://{}{path}", self.address)).body(Bytes::new()).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &'static str) -> Request<Bytes> {
        Request::post(format!("http://{}{path}", self.address)).body(Bytes::from(body)).unwrap()
    }
}

/// Serves one connection until it is over.
pub(crate) async fn serve<S>(mut stream: S, behaviour: Behaviour, requests: Requests)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(request) = whole_request(&mut stream).await {
        requests.lock().unwrap().push(request);
        // The client may hang up at any time, so what cannot be written is of no interest.
        let (Behaviour::Answer(bytes)
        | Behaviour::AnswerAndHangUp(bytes)
        | Behaviour::AnswerAndHang(bytes)
        | Behaviour::Repeat(bytes, _)
        | Behaviour::Drip(bytes)) = &behaviour;
        if stream.write_all(bytes).await.is_err() {
            return;
        }
        match &behaviour {
            Behaviour::Answer(_) => (),
            Behaviour::AnswerAndHangUp(_) => return,
            Behaviour::AnswerAndHang(_) => std::future::pending().await,
            Behaviour::Repeat(_, again) => while stream.write_all(again).await.is_ok() {},
            Behaviour::Drip(_) => {
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }
}

/// The next request with all of its body; `None` once the client is gone.
async fn whole_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut text = String::new();
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => text.push_str(std::str::from_utf8(&bytes[..count]).unwrap()),
        }
    }
}

/// Writes that head, and then bytes without end.
pub(crate) fn endless(head: &[u8]) -> Behaviour {
    Behaviour::Repeat(head.to_vec(), vec![b'x'; 1024])
}

/// An answer with that status line and body.
pub(crate) fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

pub(crate) fn transport() -> Transport {
    trusting(RootCertStore::empty())
}

pub(crate) fn trusting(roots: RootCertStore) -> Transport {
    Transport::new(Connecting { roots, ..connecting() }).unwrap()
}

/// Soon, and to nobody over TLS.
pub(crate) fn connecting() -> Connecting {
    Connecting { timeout: Duration::from_secs(3), roots: RootCertStore::empty() }
}

/// Enough time for any answer that is on its way.
pub(crate) fn patient() -> Limits {
    Limits::within(Duration::from_secs(30))
}

/// So little time that a server that never ends is soon given up.
pub(crate) fn impatient() -> Limits {
    Limits::within(Duration::from_millis(300))
}
