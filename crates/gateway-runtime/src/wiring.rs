//! From settings to a world that use-cases can work with.

use std::{io, sync::Arc, time::Duration};

use http_transport::{error::SetupError, guard::lookup::SystemLookup, transport::Connecting};
use payment_core::id::{InvalidId, MerchantId};
use payment_ports::{
    clock::Clock,
    ids::Ids as _,
    store::{Directory, StoreError, WorkQueue},
};
use payment_providers::known;
use payment_store::{SchemaError, Signals, SqlStore, StoreSettings};
use payment_usecases::ports::{Policy, Ports};

use crate::{
    addresses::GuardedAddresses,
    clock::SystemClock,
    demo,
    ids::SystemIds,
    mail::LogMailer,
    presence::Presence,
    relay::WakeRelay,
    secrets::{Secrets, SecretsError},
    settings::{Environment, Settings},
    wake::Nudge,
    webhooks::HttpWebhookSender,
};

/// How long a receiver may take for its whole answer.
const LONGEST_WEBHOOK: Duration = Duration::from_secs(15);

/// A process that is ready to work.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The world.
    pub ports: Ports,
    /// Nudges a worker inside this process.
    pub nudge: Arc<Nudge>,
    /// Wakes workers here and in other processes; `ports.wake` is the same.
    pub relay: Arc<WakeRelay>,
    /// What must be known to nobody else.
    pub secrets: Secrets,
    /// Shows others that this process uses its SQLite file.
    pub presence: Option<Arc<Presence>>,
    store: Arc<SqlStore>,
}

impl Runtime {
    /// Gives all connections to the database back, at the end of a process.
    pub async fn close(&self) {
        self.relay.close().await;
        self.store.close().await;
    }
}

/// Why a process must not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A secret is missing.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database does not answer, or holds something strange.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The schema is not the one of this version.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A provider cannot be made from its settings.
    #[error(transparent)]
    Providers(#[from] known::SettingsError),
    /// Nothing can be sent.
    #[error(transparent)]
    Transport(#[from] SetupError),
    /// The file beside an SQLite database that shows who uses it cannot be locked.
    #[error("the lock file of the database cannot be used")]
    Presence(#[from] io::Error),
    /// One of our own ids is malformed.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// Everybody can make the demo merchant's key who once saw the development key.
    #[error("the database holds {}: production needs a database of its own", demo::MERCHANT)]
    DemoData,
}

/// Builds everything that a process needs, and checks the database.
///
/// In development the database is brought up to date first; in production it must be already.
///
/// # Errors
///
/// [`StartError`] says what to do.
pub async fn wire(settings: &Settings) -> Result<Runtime, StartError> {
    for notice in &settings.notices {
        tracing::warn!("{notice}");
    }
    let ids = SystemIds;
    let secrets = Secrets::of(settings, &ids)?;
    let store = connect(settings, &secrets).await?;
    for warning in store.durability_warnings().await? {
        tracing::warn!("{warning}");
    }
    match settings.environment {
        Environment::Development => store.migrate().await?,
        Environment::Production => {
            store.check_schema().await?;
            refuse_demo_data(&store).await?;
        }
    }
    let presence = take_up_what_is_left(settings, &store).await?;
    let nudge = Arc::new(Nudge::default());
    let signals = Signals::of(&store_settings(settings, &secrets), ids.uuid())?;
    let relay = WakeRelay::new(Arc::clone(&nudge), signals, Arc::new(SystemClock));
    let relay = Arc::new(relay);
    let store = Arc::new(store);
    // What a worker begins to send ends well within its claim.
    let webhook_deadline = LONGEST_WEBHOOK.min(settings.payment.lease / 4);
    let addresses = GuardedAddresses::of(settings);
    let transport = addresses.transport(connecting(), Arc::new(SystemLookup))?;
    let ports = Ports {
        store: Arc::<SqlStore>::clone(&store),
        providers: known::providers(&settings.providers)?,
        clock: Arc::new(SystemClock),
        ids: Arc::new(ids),
        addresses: Arc::new(addresses.clone()),
        webhooks: Arc::new(HttpWebhookSender::new(transport, addresses, webhook_deadline)),
        mailer: Arc::new(LogMailer),
        wake: Arc::<WakeRelay>::clone(&relay),
        policy: Arc::new(policy(settings, &secrets)),
    };
    let ports = with_fail_points(ports);
    Ok(Runtime { ports, nudge, relay, secrets, presence, store })
}

#[cfg(feature = "failpoints")]
fn with_fail_points(ports: Ports) -> Ports {
    use fail_points::{FailingProvider, FailingStore, FailingWebhooks};
    use payment_ports::provider::Provider;

    fail_points::announce();
    let failing = |inner: &Arc<dyn Provider>| -> Arc<dyn Provider> {
        Arc::new(FailingProvider(Arc::clone(inner)))
    };
    Ports {
        store: Arc::new(FailingStore(ports.store)),
        providers: ports.providers.iter().map(failing).collect(),
        webhooks: Arc::new(FailingWebhooks(ports.webhooks)),
        ..ports
    }
}

#[cfg(not(feature = "failpoints"))]
const fn with_fail_points(ports: Ports) -> Ports {
    ports
}

fn connecting() -> Connecting {
    let connecting = Connecting::platform();
    if connecting.roots.is_empty() {
        tracing::warn!(
            "this machine trusts no certificate authority, so no https webhook can be sent: \
             install its package of certificates, often called ca-certificates"
        );
    }
    connecting
}

/// After a crash on the embedded database nobody is left to hold what the dead process held, so it
/// is due at once.
async fn take_up_what_is_left(
    settings: &Settings,
    store: &SqlStore,
) -> Result<Option<Arc<Presence>>, StartError> {
    let Some(file) = settings.database.sqlite_file() else {
        return Ok(None);
    };
    let presence = Presence::announce(&file)?;
    if presence.is_alone() {
        store.take_up(SystemClock.now()).await?;
    }
    Ok(Some(Arc::new(presence.share()?)))
}

/// Brings the database's schema up to this version.
///
/// # Errors
///
/// [`StartError`] says what to do.
pub async fn migrate(settings: &Settings) -> Result<(), StartError> {
    let secrets = Secrets::of(settings, &SystemIds)?;
    Ok(connect(settings, &secrets).await?.migrate().await?)
}

async fn connect(settings: &Settings, secrets: &Secrets) -> Result<SqlStore, StoreError> {
    SqlStore::connect(&store_settings(settings, secrets)).await
}

fn store_settings(settings: &Settings, secrets: &Secrets) -> StoreSettings {
    StoreSettings {
        url: settings.database.url.clone(),
        limits: settings.database.limits,
        encryption_key: secrets.encryption_key.clone(),
        previous_keys: Vec::new(),
    }
}

async fn refuse_demo_data(store: &SqlStore) -> Result<(), StartError> {
    match store.merchant(&MerchantId::parse(demo::MERCHANT)?).await? {
        Some(_) => Err(StartError::DemoData),
        None => Ok(()),
    }
}

fn policy(settings: &Settings, secrets: &Secrets) -> Policy {
    let rules = settings.payment.clone();
    Policy {
        default_provider: rules.default_provider,
        currencies: rules.currencies,
        public_url: settings.public_url.clone(),
        three_ds_timeout: rules.three_ds_timeout,
        three_ds_max_attempts: rules.three_ds_max_attempts,
        webhook_retries: rules.webhook_retries,
        webhook_disable_after: rules.webhook_disable_after,
        doubt_checks: rules.doubt_checks,
        doubt_limit: rules.doubt_limit,
        watch_checks: rules.watch_checks,
        call_timeout: rules.call_timeout,
        lease: rules.lease,
        idempotency_wait: rules.idempotency_wait,
        idempotency_retention: rules.idempotency_retention,
        api_key_pepper: secrets.api_key_pepper.clone(),
    }
}
