//! Setting everything up.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        LazyLock,
        atomic::{AtomicU16, Ordering},
    },
};

use anyhow::{Context, bail};
use serde_json::json;
use tokio::sync::Mutex;

use super::{
    database::{Database, Kind},
    process::{Process, Recipe},
    receiver::Receiver,
    simulator::{Controls, NOBODY, Profile, faults},
};
use crate::load::client::Client;

/// The bank's promise: how late an order may take effect, in milliseconds.
const MAX_LATE_LANDING_MS: u64 = 3000;
/// When an attempt that was given up is looked at, in seconds since; where the bank is too late.
const WATCHED: &str = "1,2,4,6,8,10,12,15,20,25,30";
/// How many ports there are to choose from, from 20000.
const PORTS: u16 = 10_000;
/// How often a webhook is tried; a receiver that fails now and then takes it long before.
const WEBHOOK_TRIES: usize = 90;

/// What the bank signs its notices with.
const NOTICE_SECRET: &str = "whsec_Y2hhb3MsIGFuZCBub3QgYSBzZWNyZXQgYXQgYWxs";

/// What is set up.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Which database.
    pub database: Kind,
    /// What the bank does with an order that it knows.
    pub profile: Profile,
    /// Where the programs are.
    pub programs: PathBuf,
    /// Whether the bank has faults.
    pub has_faults: bool,
    /// Whether the bank does things later than it promises.
    pub is_too_late: bool,
    /// Decides what is asked and killed, and the bank's faults; not what comes of it.
    pub seed: u64,
}

/// The real processes, and what is around them.
#[derive(Debug)]
pub struct Stage {
    /// Two of the API.
    pub apis: [Mutex<Process>; 2],
    /// Two workers.
    pub workers: [Mutex<Process>; 2],
    /// The bank.
    pub bank: Mutex<Process>,
    /// The bank's controls.
    pub controls: Controls,
    /// The database.
    pub database: Database,
    /// The merchant's endpoint.
    pub receiver: Receiver,
    /// The merchant.
    pub client: Client,
    /// Where everything runs.
    pub folder: PathBuf,
    kind: Kind,
    /// How more processes of the gateway are started.
    api: Recipe,
    worker: Recipe,
}

impl Stage {
    /// Starts everything, and tells the gateway of the merchant's endpoint.
    ///
    /// # Errors
    ///
    /// If something cannot be started.
    pub async fn set(scene: &Scene) -> anyhow::Result<Self> {
        // Whatever fails, the logs are kept until all is well.
        let folder = tempfile::Builder::new().prefix("gateway-chaos-").tempdir()?.keep();
        match Box::pin(Self::set_in(&folder, scene)).await {
            Ok(stage) => Ok(stage),
            Err(error) => {
                let stopped = scene.database.stop(&folder).await;
                Err(error.context(format!("the logs are in {} ({stopped:?})", folder.display())))
            }
        }
    }

    async fn set_in(folder: &Path, scene: &Scene) -> anyhow::Result<Self> {
        let database = Database::start(scene.database, folder).await?;
        let bank_port = free_port()?;
        let controls = Controls::new(format!("http://127.0.0.1:{bank_port}"))?;
        let mut bank = Process::new(bank(scene, folder, bank_port));
        bank.start().await?;
        let gateway = Gateway { scene, folder, database: &database, bank: &controls.url };
        let ports = [free_port()?, free_port()?];
        let mut apis = ports.map(|port| Process::new(gateway.api(port)));
        for api in &mut apis {
            api.start().await?;
        }
        let mut workers = [1, 2].map(|number| Process::new(gateway.worker(number)));
        for worker in &mut workers {
            worker.start().await?;
        }
        let receiver = Receiver::start().await?;
        let client = client(&apis, ports)?;
        client.post("/v1/webhook-endpoints", &json!({ "url": receiver.url() })).await?;
        Ok(Self {
            apis: apis.map(Mutex::new),
            workers: workers.map(Mutex::new),
            bank: Mutex::new(bank),
            api: gateway.api(0),
            worker: gateway.worker(0),
            controls,
            database,
            receiver,
            client,
            folder: folder.to_owned(),
            kind: scene.database,
        })
    }

    /// Another process of the API, not started, and a client of it alone.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub fn another_api(&self) -> anyhow::Result<(Process, Client)> {
        let port = free_port()?;
        let mut recipe = self.api.clone();
        recipe.name = format!("api-{port}");
        recipe.environment.push(("SERVER_PORT".to_owned(), port.to_string()));
        let apis = vec![format!("http://127.0.0.1:{port}")];
        Ok((Process::new(recipe), self.client.clone().at(apis)))
    }

    /// Another worker, not started.
    #[must_use]
    pub fn another_worker(&self) -> Process {
        Process::new(self.worker.clone())
    }

    /// Whether everything around the gateway fails now and then; what fails by itself is told so
    /// when it starts.
    pub fn fail(&self, fails: bool) {
        self.receiver.fail(fails);
        if let Some(proxy) = self.database.proxy() {
            proxy.lose_answers(fails);
        }
    }

    /// Ends everything; answers where the logs are, if they are worth keeping.
    ///
    /// # Errors
    ///
    /// If something cannot be ended.
    pub async fn strike(self, is_worth_keeping: bool) -> anyhow::Result<Option<PathBuf>> {
        for process in self.processes() {
            process.lock().await.kill().await?;
        }
        self.kind.stop(&self.folder).await?;
        if is_worth_keeping {
            return Ok(Some(self.folder));
        }
        tokio::fs::remove_dir_all(&self.folder).await?;
        Ok(None)
    }

    /// All processes except the database.
    pub fn processes(&self) -> impl Iterator<Item = &Mutex<Process>> {
        self.apis.iter().chain(&self.workers).chain([&self.bank])
    }
}

/// How the gateway's processes are started.
struct Gateway<'a> {
    scene: &'a Scene,
    folder: &'a Path,
    database: &'a Database,
    bank: &'a str,
}

impl Gateway<'_> {
    fn api(&self, port: u16) -> Recipe {
        let mut environment = self.environment();
        environment.push(("SERVER_PORT".to_owned(), port.to_string()));
        environment.push(("PAYMENT_WORKER_ENABLED".to_owned(), "false".to_owned()));
        let name = format!("api-{port}");
        self.recipe(name, "gateway-api", environment, Some("Listening on http://"))
    }

    fn worker(&self, number: u16) -> Recipe {
        self.recipe(format!("worker-{number}"), "outbox-worker", self.environment(), None)
    }

    fn recipe(
        &self,
        name: String,
        program: &str,
        environment: Vec<(String, String)>,
        ready: Option<&'static str>,
    ) -> Recipe {
        let program = self.scene.programs.join(program);
        let folder = self.folder.to_owned();
        Recipe { name, program, arguments: Vec::new(), environment, folder, ready, seed: None }
    }

    /// Everything is quicker than in production, so that what is due is soon due.
    fn environment(&self) -> Vec<(String, String)> {
        let retries = format!("0{}", ",1".repeat(WEBHOOK_TRIES));
        let settings = [
            ("DATABASE_URL", self.database.url()),
            ("LOG_LEVEL", "WARN"),
            ("PAYMENT_OUTBOX_POLL_INTERVAL_SECONDS", "1"),
            ("PAYMENT_PROVIDER_CALL_TIMEOUT_SECONDS", "2"),
            ("PAYMENT_PROVIDER_DOUBT_INTERVALS", "1,1,2,2,3"),
            ("PAYMENT_WEBHOOK_RETRY_INTERVALS", &retries),
            ("PAYMENT_WORKER_LEASE_SECONDS", "4"),
            ("PROVIDERS_MOCK_PROVIDER_BASE_URL", self.bank),
            ("PROVIDERS_MOCK_PROVIDER_MAX_LATE_LANDING_SECONDS", "4"),
            ("PROVIDERS_MOCK_PROVIDER_PROFILE", self.scene.profile.name()),
            ("PROVIDERS_MOCK_PROVIDER_WEBHOOK_SECRET", NOTICE_SECRET),
        ];
        let watch = self.scene.is_too_late.then_some(("PAYMENT_PROVIDER_WATCH_INTERVALS", WATCHED));
        let settings = settings.into_iter().chain(watch);
        settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

fn bank(scene: &Scene, folder: &Path, port: u16) -> Recipe {
    let mut arguments = vec![
        "--listen".to_owned(),
        format!("127.0.0.1:{port}"),
        "--ledger".to_owned(),
        folder.join("ledger").display().to_string(),
        "--profile".to_owned(),
        scene.profile.name().to_owned(),
        "--max-late-landing-ms".to_owned(),
        MAX_LATE_LANDING_MS.to_string(),
        "--notify-url".to_owned(),
        NOBODY.to_owned(),
        "--notify-secret".to_owned(),
        NOTICE_SECRET.to_owned(),
    ];
    if scene.has_faults {
        arguments.extend(["--faults".to_owned(), faults(scene.is_too_late).to_string()]);
    }
    Recipe {
        name: "bank".to_owned(),
        program: scene.programs.join("provider-simulator"),
        arguments,
        environment: Vec::new(),
        folder: folder.to_owned(),
        ready: Some("listening on "),
        seed: Some(scene.seed),
    }
}

/// The merchant that development begins with.
fn client(apis: &[Process; 2], ports: [u16; 2]) -> anyhow::Result<Client> {
    let said = |prefix: &str| {
        let mut lines = apis.iter().flat_map(|api| &api.said);
        let found = lines.find_map(|line| line.strip_prefix(prefix));
        found.map(str::to_owned).with_context(|| format!("the API did not say {prefix}"))
    };
    let addresses = ports.map(|port| format!("http://127.0.0.1:{port}"));
    Client::new(addresses.to_vec(), said("Merchant: ")?, said("API key: ")?)
}

/// A port that nobody uses now and that is never given out again: whoever is killed must come back
/// where they were. No system gives such a port to whoever asks for any.
fn free_port() -> anyhow::Result<u16> {
    static FIRST: LazyLock<u16> = LazyLock::new(|| fastrand::u16(0..PORTS));
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    for _ in 0..PORTS {
        let given = GIVEN.fetch_add(1, Ordering::Relaxed) % PORTS;
        let port = 20_000 + (*FIRST + given) % PORTS;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port from 20000 to 29999 is free")
}
