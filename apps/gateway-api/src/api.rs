//! What every request is given.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use payment_usecases::{error::Error, ports::Ports};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::{error::ApiError, sources::NoticeSources};

/// The world, and where use-cases run.
#[derive(Debug, Clone)]
pub struct Api {
    pub(crate) ports: Ports,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) sources: Arc<NoticeSources>,
    tasks: TaskTracker,
    runtime: Handle,
}

impl Api {
    /// An API whose use-cases run on `runtime`, which must outlive the server.
    #[must_use]
    pub fn new(ports: Ports, metrics: PrometheusHandle, runtime: Handle) -> Self {
        Self { ports, metrics, sources: Arc::default(), tasks: TaskTracker::new(), runtime }
    }

    /// The same API, which accepts the notices of providers from these sources only.
    #[must_use]
    pub fn with_sources(self, sources: NoticeSources) -> Self {
        Self { sources: Arc::new(sources), ..self }
    }

    /// Runs a use-case to its end, even if the client hangs up meanwhile.
    ///
    /// It runs on the process's own runtime: the server's worker threads, and with them all that
    /// they were working on, are gone as soon as the last connection is closed.
    pub(crate) async fn run<T, F>(&self, use_case: impl FnOnce(Ports) -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let work = use_case(self.ports.clone()).in_current_span();
        let task = self.tasks.spawn_on(work, &self.runtime);
        let ended = task.await.map_err(|crash| ApiError::Crashed(crash.to_string()))?;
        Ok(ended?)
    }

    /// How many use-cases are running.
    pub(crate) fn running(&self) -> usize {
        self.tasks.len()
    }

    /// Returns once every use-case has ended; to be called when no request can come any more.
    pub async fn finished(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
