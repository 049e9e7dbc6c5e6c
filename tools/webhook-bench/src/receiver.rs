//! A receiver that notes when which webhook came.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::ensure;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Webhooks to this path are taken and never answered.
pub(crate) const HANG: &str = "/hang";

/// When which webhook first came, by its id.
type Arrivals = Arc<Mutex<HashMap<String, Instant>>>;

/// Takes webhooks until the process ends.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    arrivals: Arrivals,
}

impl Receiver {
    /// A receiver on loopback.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, arrivals) = (listener.local_addr()?, Arrivals::default());
        tokio::spawn(serve(listener, Arc::clone(&arrivals)));
        Ok(Self { address, arrivals })
    }

    /// Waits until so many different webhooks have come; answers when which came.
    pub(crate) async fn take(&self, count: usize) -> anyhow::Result<HashMap<String, Instant>> {
        let mut last = (0, Instant::now());
        loop {
            let so_far = self.locked().len();
            if so_far >= count {
                return Ok(std::mem::take(&mut *self.locked()));
            }
            if so_far > last.0 {
                last = (so_far, Instant::now());
            }
            let is_alive = last.1.elapsed() < Duration::from_secs(30);
            ensure!(is_alive, "{so_far} of {count} webhooks came, and no more");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<String, Instant>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(listener: TcpListener, arrivals: Arrivals) {
    while let Ok((stream, _)) = listener.accept().await {
        let arrivals = Arc::clone(&arrivals);
        let answer = service_fn(move |request| answer(request, Arc::clone(&arrivals)));
        // A connection that breaks is the sender's to notice.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

async fn answer(
    request: Request<Incoming>,
    arrivals: Arrivals,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let came = Instant::now();
    if request.uri().path() == HANG {
        return std::future::pending().await;
    }
    let id = request.headers().get("webhook-id").and_then(|id| id.to_str().ok());
    if let Some(id) = id.map(str::to_owned) {
        arrivals.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_insert(came);
    }
    // One that breaks off is sent again.
    drop(request.into_body().collect().await);
    Ok(Response::new(Empty::new()))
}
