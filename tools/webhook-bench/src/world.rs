//! A gateway without an API: its database, endpoints, and events that happen.

use std::{sync::Arc, time::Instant};

use anyhow::ensure;
use gateway_runtime::{
    settings::{Settings, WorkerPace},
    wiring::{Runtime, wire},
    worker,
};
use payment_core::{
    event::EventKind,
    id::{MerchantId, Mode, PaymentId},
};
use payment_ports::{
    store::Change,
    webhook::{Aggregate, Endpoint, EndpointSecrets, OutboxEvent},
};
use sea_orm::{
    ConnectOptions, Database, DbBackend,
    sqlx::{AssertSqlSafe, Executor as _, PgPool},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The base64 of 32 bytes, as every endpoint's secret is.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
/// As long as the payload of a captured payment.
const PAYLOAD_BYTES: usize = 700;

pub(crate) struct World {
    pub(crate) runtime: Runtime,
    pub(crate) pace: WorkerPace,
    /// Past the store.
    pub(crate) sql: PgPool,
}

/// A worker inside this process.
pub(crate) struct Worker {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl World {
    pub(crate) async fn new(settings: &Settings) -> anyhow::Result<Self> {
        let runtime = wire(settings).await?;
        ensure!(runtime.relay.reaches_others(), "DATABASE_URL must name a PostgreSQL database");
        let url = std::env::var("DATABASE_URL")?;
        let mut options = ConnectOptions::new(url);
        options.max_connections(8).sqlx_logging(false).test_before_acquire(false);
        let sql = Database::connect(options).await?;
        ensure!(sql.get_database_backend() == DbBackend::Postgres, "PostgreSQL is measured");
        let sql = sql.get_postgres_connection_pool().clone();
        Ok(Self { runtime, pace: settings.worker, sql })
    }

    /// Forgets everything.
    pub(crate) async fn clear(&self) -> anyhow::Result<()> {
        self.run(
            "TRUNCATE webhook_endpoints, webhook_queues, webhook_deliveries, webhook_attempts, \
             events, outbox_events",
        )
        .await
    }

    /// Runs a statement past the store.
    pub(crate) async fn run(&self, sql: &str) -> anyhow::Result<()> {
        self.sql.execute(AssertSqlSafe(sql.to_owned())).await?;
        Ok(())
    }

    /// One endpoint for each of so many merchants.
    pub(crate) async fn endpoints(&self, urls: &[String]) -> anyhow::Result<()> {
        let mut all = Vec::new();
        for (number, url) in urls.iter().enumerate() {
            all.push(Change::InsertEndpoint(self.endpoint(number, url)?));
        }
        self.runtime.ports.store.apply(&all).await?;
        Ok(())
    }

    /// The endpoint of that merchant.
    pub(crate) fn endpoint(&self, merchant: usize, url: &str) -> anyhow::Result<Endpoint> {
        Ok(Endpoint {
            id: self.runtime.ports.ids.uuid().into(),
            merchant: merchant_of(merchant)?,
            mode: Mode::Test,
            url: url.to_owned(),
            description: None,
            secrets: EndpointSecrets { current: SECRET.into(), next: None },
            event_kinds: Vec::new(),
            is_ordered: false,
            rate_per_second: None,
            disabled: None,
            event_count: 0,
            created_at: self.runtime.ports.clock.now(),
            version: 1,
        })
    }

    /// The first event of a payment of that merchant.
    pub(crate) fn event(&self, merchant: usize) -> anyhow::Result<OutboxEvent> {
        let ports = &self.runtime.ports;
        Ok(OutboxEvent {
            id: ports.ids.uuid().into(),
            merchant: merchant_of(merchant)?,
            mode: Mode::Test,
            aggregate: Aggregate::Payment(PaymentId::from(ports.ids.uuid())),
            sequence: 1,
            kind: EventKind::PaymentCaptured,
            payload: format!(r#"{{"data":"{}"}}"#, "x".repeat(PAYLOAD_BYTES)),
            created_at: ports.clock.now(),
        })
    }

    /// Commits events and wakes the workers, as a use-case does; answers when that was done.
    pub(crate) async fn commit(&self, events: Vec<OutboxEvent>) -> anyhow::Result<Instant> {
        let changes: Vec<_> = events.into_iter().map(Change::InsertEvent).collect();
        self.runtime.ports.store.apply(&changes).await?;
        let committed = Instant::now();
        self.runtime.ports.wake.events_wait();
        Ok(committed)
    }

    /// A worker in this process.
    pub(crate) fn worker(&self) -> Worker {
        let stop = CancellationToken::new();
        let (ports, nudge) = (self.runtime.ports.clone(), Arc::clone(&self.runtime.nudge));
        let task = tokio::spawn(worker::run(ports, self.pace, nudge, stop.clone()));
        Worker { stop, task }
    }
}

impl Worker {
    /// Lets it end what it is doing.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        Ok(self.task.await?)
    }
}

/// What an event is called in its webhooks.
pub(crate) fn webhook_id(event: &OutboxEvent) -> String {
    format!("evt_{}", event.id.uuid().simple())
}

fn merchant_of(number: usize) -> anyhow::Result<MerchantId> {
    Ok(MerchantId::parse(&format!("SHOP_{number}"))?)
}
