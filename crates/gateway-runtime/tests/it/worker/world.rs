//! A world of fakes with workers in it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use gateway_runtime::{
    settings::{Settings, WorkerPace},
    wake::Nudge,
    worker,
};
use payment_core::{
    currency::Currency,
    id::{DeliveryId, ProviderId},
    payment::Payment,
    retry::RetrySchedule,
};
use payment_ports::{
    fakes::{
        CountingIds, FakeClock, MemoryStore, RecordingMailer, RecordingSender, Samples,
        ScriptedAddresses,
    },
    store::{Change, Store},
    wake::Wake,
    webhook::{Delivery, Endpoint, WebhookSender},
};
use payment_providers::known;
use payment_usecases::ports::{Policy, Ports};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) struct World {
    pub(super) store: Arc<MemoryStore>,
    pub(super) receiver: Arc<RecordingSender>,
    pub(super) nudge: Arc<Nudge>,
    pub(super) shutdown: CancellationToken,
    pub(super) ports: Ports,
    pub(super) samples: Samples,
}

impl World {
    pub(super) fn new() -> Self {
        let receiver = Arc::new(RecordingSender::new());
        Self::with(Arc::clone(&receiver), receiver)
    }

    /// A world whose webhooks go through `sender` to the receiver.
    pub(super) fn with(receiver: Arc<RecordingSender>, sender: Arc<dyn WebhookSender>) -> Self {
        let store = Arc::new(MemoryStore::new());
        let nudge = Arc::new(Nudge::default());
        let ports = Ports {
            store: Arc::<MemoryStore>::clone(&store),
            providers: known::providers(&BTreeMap::new()).unwrap(),
            clock: Arc::new(FakeClock::new()),
            ids: Arc::new(CountingIds::new()),
            addresses: Arc::new(ScriptedAddresses::new()),
            webhooks: sender,
            mailer: Arc::new(RecordingMailer::new()),
            wake: Arc::<Nudge>::clone(&nudge),
            policy: Arc::new(policy()),
        };
        let (shutdown, samples) = (CancellationToken::new(), Samples::new());
        Self { store, receiver, nudge, shutdown, ports, samples }
    }

    /// A worker, until shutdown.
    pub(super) async fn worker(&self) {
        let shutdown = self.shutdown.clone();
        worker::run(self.ports.clone(), pace(), Arc::clone(&self.nudge), shutdown).await;
    }

    /// Works while `story` goes on, and ends with it.
    pub(super) async fn work_during<T>(&self, story: impl Future<Output = T>) -> T {
        tokio::select! {
            told = story => told,
            () = self.worker() => panic!("the worker ended by itself"),
        }
    }

    pub(super) async fn apply(&self, changes: &[Change]) {
        self.store.apply(changes).await.unwrap();
    }

    /// An endpoint that hears of everything that happens to that shop's payments.
    pub(super) async fn endpoint(&self, samples: &Samples) -> Endpoint {
        let endpoint = samples.endpoint();
        self.apply(&[Change::InsertEndpoint(endpoint.clone())]).await;
        endpoint
    }

    /// Something happens to a payment of its own; nobody is nudged.
    pub(super) async fn event(&self, samples: &Samples) -> Payment {
        let payment = samples.payment();
        let event = samples.event(&payment, 1);
        self.apply(&[Change::InsertPayment(payment.clone()), Change::InsertEvent(event)]).await;
        payment
    }

    /// The same, as the API does it.
    pub(super) async fn nudging_event(&self, samples: &Samples) {
        self.event(samples).await;
        self.nudge.events_wait();
    }

    pub(super) fn deliveries(&self) -> BTreeMap<DeliveryId, Delivery> {
        self.store.tables().deliveries
    }

    /// Whether somebody still has an event or a delivery for themselves.
    pub(super) fn has_claims(&self) -> bool {
        let tables = self.store.tables();
        let of_events = tables.events.values().any(|row| !row.is_sent && row.claim.is_some());
        of_events || tables.queues.values().any(|row| row.claim.is_some())
    }
}

/// As it is by default.
pub(super) fn pace() -> WorkerPace {
    Settings::read(None, &BTreeMap::new()).unwrap().worker
}

fn policy() -> Policy {
    let seconds = |list: [u64; 3]| list.map(Duration::from_secs).to_vec();
    Policy {
        default_provider: ProviderId::parse("MOCK_PROVIDER").unwrap(),
        currencies: vec![Currency::parse("TRY").unwrap()],
        public_url: "https://pay.example".to_owned(),
        three_ds_timeout: Duration::from_mins(5),
        three_ds_max_attempts: 3,
        webhook_retries: RetrySchedule::webhooks(),
        webhook_disable_after: Duration::from_hours(5 * 24),
        doubt_checks: RetrySchedule::new(seconds([2, 5, 15])),
        doubt_limit: Duration::from_hours(7 * 24),
        watch_checks: RetrySchedule::new(seconds([3600, 86_400, 604_800])),
        call_timeout: Duration::from_secs(25),
        lease: Duration::from_mins(1),
        idempotency_wait: Duration::from_secs(2),
        idempotency_retention: Duration::from_hours(7 * 24),
        api_key_pepper: "pepper".into(),
    }
}

/// Lets everybody go on until `holds`, and answers how long that took.
pub(super) async fn until(holds: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    let tick = Duration::from_millis(1);
    while !holds() {
        assert!(begun.elapsed() < Duration::from_hours(1), "it never came about");
        // Whoever is ready goes first; time passes only when nobody is.
        tokio::time::sleep(tick).await;
    }
    begun.elapsed()
}

pub(super) async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}
