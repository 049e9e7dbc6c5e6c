//! Listening, one request a connection.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::{bank::Bank, fault::Dice, notice::Notices, options::Options, route};

/// A bank that answers until it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

/// What every request needs.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) bank: Bank,
    pub(crate) notices: Option<Arc<Notices>>,
    pub(crate) max_late_landing: Duration,
    dice: Mutex<Dice>,
    background: Mutex<JoinSet<()>>,
}

impl Simulator {
    /// Reads the ledger and listens.
    ///
    /// # Errors
    ///
    /// A ledger that cannot be read or is none, an address that is taken, or options that are wrong.
    pub async fn start(options: &Options) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            bank: Bank::open(&options.ledger, options.profile)?,
            notices: Notices::new(options)?,
            max_late_landing: Duration::from_millis(options.max_late_landing_ms),
            dice: Mutex::new(Dice::new(options.faults.clone().unwrap_or_default(), options.seed)),
            background: Mutex::default(),
        });
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        #[expect(clippy::disallowed_methods, reason = "it listens beside whoever started it")]
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, listening })
    }

    /// Where it listens, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.listening.abort();
        self.shared.background().abort_all();
    }
}

impl Shared {
    pub(crate) fn dice(&self) -> MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something that nobody waits for; it ends with the simulator.
    pub(crate) fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.background();
        while running.try_join_next().is_some() {}
        running.spawn(work);
    }

    fn background(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.background.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, Arc::clone(&shared)));
            }
            // Too many open files, or a client that is gone already: the next may fare better.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// An order goes on although its sender hangs up, as it does at a bank.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        #[expect(clippy::disallowed_methods, reason = "it must outlive its connection")]
        let answered = tokio::spawn(route::answer(shared, request));
        async move { answered.await.map_err(io::Error::other)? }
    });
    let mut connection = http1::Builder::new();
    let connection = connection.keep_alive(false).serve_connection(TokioIo::new(stream), service);
    let served = connection.await;
    // The client hung up, or was hung up on.
    drop(served);
}
