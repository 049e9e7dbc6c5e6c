//! The merchant's endpoint: it takes webhooks, and fails now and then.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinSet};

/// Longer than the gateway waits.
const TOO_LATE: Duration = Duration::from_secs(3);

/// What arrived of one event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The body that arrived first.
    pub body: String,
    /// How often it arrived.
    pub arrived: u64,
    /// How often it was taken: answered with 200, in time.
    pub taken: u64,
    /// How often it arrived with other bytes than the first time.
    pub differed: u64,
}

/// What arrived, by the event's id.
pub type Deliveries = HashMap<String, Delivery>;

/// A merchant's endpoint.
#[derive(Debug)]
pub struct Receiver {
    url: String,
    state: Arc<State>,
    _accepting: JoinSet<()>,
}

#[derive(Debug, Default)]
struct State {
    fails: AtomicBool,
    deliveries: Mutex<Deliveries>,
}

impl Receiver {
    /// Listens on a port of its own.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/hooks", listener.local_addr()?);
        let state = Arc::<State>::default();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { url, state, _accepting: accepting })
    }

    /// Where webhooks are posted.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it fails now and then from now on.
    pub fn fail(&self, fails: bool) {
        self.state.fails.store(fails, Ordering::Relaxed);
    }

    /// What arrived so far.
    #[must_use]
    pub fn deliveries(&self) -> Deliveries {
        self.state.deliveries().clone()
    }
}

impl State {
    fn deliveries(&self) -> MutexGuard<'_, Deliveries> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let id = request.headers().get("webhook-id").and_then(|id| id.to_str().ok());
        let id = id.unwrap_or_default().to_owned();
        let Ok(body) = request.into_body().collect().await else {
            return Ok(with(StatusCode::BAD_REQUEST));
        };
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        let luck = if self.fails.load(Ordering::Relaxed) { fastrand::u8(0..100) } else { 100 };
        if luck < 3 {
            tokio::time::sleep(TOO_LATE).await;
        }
        let is_taken = luck >= 15;
        self.record(id, body, is_taken);
        Ok(with(if is_taken { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }))
    }

    fn record(&self, id: String, body: String, is_taken: bool) {
        let mut deliveries = self.deliveries();
        let delivery = deliveries.entry(id).or_default();
        if delivery.arrived == 0 {
            delivery.body = body;
        } else if delivery.body != body {
            delivery.differed += 1;
        }
        delivery.arrived += 1;
        delivery.taken += u64::from(is_taken);
    }
}

fn with(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else { return };
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let take = |request| {
                let state = Arc::clone(&state);
                async move { state.take(request).await }
            };
            let service = hyper::service::service_fn(take);
            let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A worker that was killed hangs up.
            drop(serving.await);
        });
    }
}
