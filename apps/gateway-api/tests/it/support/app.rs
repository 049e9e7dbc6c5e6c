//! An API that listens on a port of its own.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    sync::{Arc, OnceLock},
    time::Duration,
};

use gateway_api::{
    api::Api,
    metrics,
    server::{self, Serving},
    sources::NoticeSources,
};
use gateway_runtime::addresses::GuardedAddresses;
use http_transport::guard::rules::{Guard, Reach};
use payment_core::{
    currency::Currency,
    id::{MerchantId, Mode, ProviderId},
    retry::RetrySchedule,
};
use payment_ports::{
    fakes::{CountingIds, FakeClock, MemoryStore, RecordingMailer, RecordingSender},
    provider::Providers,
    store::Store,
    wake::NoWake,
};
use payment_providers::known;
use payment_store::{
    Limits, SqlStore, StoreSettings,
    test_database::{TestDatabase, settings},
};
use payment_usecases::{
    api_keys, merchants,
    ports::{Policy, Ports},
    worker,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::Client;

type Metrics = metrics_exporter_prometheus::PrometheusHandle;

/// The API, the world it lives in, and a merchant's client.
pub(crate) struct TestApp {
    /// The client of the merchant `SHOP` in test mode.
    pub(crate) client: Client,
    pub(crate) address: SocketAddr,
    pub(crate) ports: Ports,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) receiver: Arc<RecordingSender>,
    pub(crate) stop: CancellationToken,
    pub(crate) server: JoinHandle<std::io::Result<()>>,
}

impl TestApp {
    pub(crate) async fn in_memory() -> Self {
        Self::with(Arc::new(MemoryStore::new()), providers()).await
    }

    /// Runs a test on a database of its own.
    pub(crate) async fn on(database: TestDatabase, test: impl AsyncFnOnce(Self)) {
        let test = async |url: &str| Box::pin(test(Self::at(url).await)).await;
        Box::pin(database.empty(test)).await;
    }

    /// On the empty database of that URL.
    pub(crate) async fn at(url: &str) -> Self {
        let limits = Limits { max_connections: 4, ..Limits::default() };
        let few = StoreSettings { limits, ..settings(url) };
        let store = SqlStore::connect(&few).await.unwrap();
        store.migrate().await.unwrap();
        Self::with(Arc::new(store), providers()).await
    }

    pub(crate) async fn with(store: Arc<dyn Store>, providers: Providers) -> Self {
        let clock = Arc::new(FakeClock::new());
        let receiver = Arc::new(RecordingSender::new());
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let ports = Ports {
            store,
            providers,
            clock: Arc::<FakeClock>::clone(&clock),
            ids: Arc::new(CountingIds::new()),
            addresses: Arc::new(addresses()),
            webhooks: Arc::<RecordingSender>::clone(&receiver),
            mailer: Arc::new(RecordingMailer::new()),
            wake: Arc::new(NoWake),
            policy: Arc::new(policy(&format!("http://{address}"))),
        };
        let stop = CancellationToken::new();
        let api = Api::new(ports.clone(), measurements(), Handle::current());
        let server = serving(listener, api, &stop);
        merchants::create(&ports, "SHOP", "Shop").await.unwrap();
        let client = client(&ports, address, "SHOP", Mode::Test).await;
        Self { client, address, ports, clock, receiver, stop, server }
    }

    /// A second API in the same world, with other providers and sources of notices.
    pub(crate) async fn again_with(self, providers: Providers, sources: NoticeSources) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let ports = Ports { providers, ..self.ports.clone() };
        let api = Api::new(ports.clone(), measurements(), Handle::current());
        let server = serving(listener, api.with_sources(sources), &self.stop);
        let client = client(&ports, address, "SHOP", Mode::Test).await;
        Self { client, address, ports, server, ..self }
    }

    /// The client of another merchant.
    pub(crate) async fn client_of(&self, merchant: &str) -> Client {
        merchants::create(&self.ports, merchant, merchant).await.unwrap();
        client(&self.ports, self.address, merchant, Mode::Test).await
    }

    /// The client of the same merchant with a key for real money.
    pub(crate) async fn live_client(&self) -> Client {
        client(&self.ports, self.address, "SHOP", Mode::Live).await
    }

    /// Lets a worker do all that is due, until nothing is.
    pub(crate) async fn work(&self) {
        let id = self.ports.ids.uuid();
        loop {
            let settled = worker::settle(&self.ports, id, 100).await.unwrap();
            let fanned_out = worker::fan_out(&self.ports, id, 100).await.unwrap();
            let recovered = worker::recover(&self.ports, 3).await.unwrap();
            let delivered = worker::deliver(&self.ports, id, 100).await.unwrap();
            let expired = worker::expire_sessions(&self.ports, 100).await.unwrap();
            if settled + fanned_out + recovered + delivered + expired == 0 {
                return;
            }
        }
    }
}

/// Serves beside the test, until `stop`.
fn serving(
    listener: TcpListener,
    api: Api,
    stop: &CancellationToken,
) -> JoinHandle<std::io::Result<()>> {
    let serving = Serving { shutdown_timeout: Duration::from_secs(5) };
    #[expect(clippy::disallowed_methods, reason = "the server runs beside the test")]
    tokio::spawn(server::serve(listener, api, serving, stop.clone()))
}

async fn client(ports: &Ports, address: SocketAddr, merchant: &str, mode: Mode) -> Client {
    let id = MerchantId::parse(merchant).unwrap();
    let key = api_keys::issue(ports, &id, mode).await.unwrap();
    Client::new(address, merchant, key.expose_secret())
}

/// What production says about addresses that merchants name.
pub(crate) fn addresses() -> GuardedAddresses {
    let (own_hosts, allowed) = (Vec::new(), Vec::new());
    GuardedAddresses::new(Guard { reach: Reach::Public, own_hosts, allowed })
}

pub(crate) fn providers() -> Providers {
    known::providers(&BTreeMap::new()).unwrap()
}

/// All APIs of the process share one recorder, as the crate `metrics` wants it.
fn measurements() -> Metrics {
    static MEASUREMENTS: OnceLock<Metrics> = OnceLock::new();
    MEASUREMENTS.get_or_init(|| metrics::install().unwrap()).clone()
}

/// What the operator of every test decided.
fn policy(public_url: &str) -> Policy {
    let seconds = |list: &[u64]| {
        RetrySchedule::new(list.iter().map(|seconds| Duration::from_secs(*seconds)).collect())
    };
    Policy {
        default_provider: ProviderId::parse("MOCK_PROVIDER").unwrap(),
        currencies: ["TRY", "USD", "EUR"].map(|code| Currency::parse(code).unwrap()).to_vec(),
        public_url: public_url.to_owned(),
        three_ds_timeout: Duration::from_mins(5),
        three_ds_max_attempts: 3,
        webhook_retries: seconds(&[0, 30, 120]),
        webhook_disable_after: Duration::from_hours(5 * 24),
        doubt_checks: seconds(&[5, 30]),
        doubt_limit: Duration::from_hours(7 * 24),
        watch_checks: RetrySchedule::new(vec![Duration::from_hours(1)]),
        call_timeout: Duration::from_secs(25),
        lease: Duration::from_mins(1),
        idempotency_wait: Duration::from_secs(2),
        idempotency_retention: Duration::from_hours(168),
        api_key_pepper: SecretString::from("pepper"),
    }
}
