//! Settings that were read and found right.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use http_transport::guard::allowed::AllowedHost;
use ipnet::IpNet;
use payment_core::{currency::Currency, id::ProviderId, retry::RetrySchedule};
use payment_store::{EncryptionKey, Limits};
use secrecy::{ExposeSecret, SecretString};

/// Everything that the operator decided. Secrets are hidden in `Debug`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `app.env`.
    pub environment: Environment,
    /// `server.*`.
    pub server: Server,
    /// `public-url`: where customers reach this gateway, without a slash at its end.
    pub public_url: String,
    /// `database.*`.
    pub database: Database,
    /// `payment.*`.
    pub payment: PaymentRules,
    /// `payment.worker.*` and `payment.outbox.*`.
    pub worker: WorkerPace,
    /// `logging.*`.
    pub logging: Logging,
    /// `security.*`.
    pub security: Security,
    /// `providers.<ID>.*`: what each provider is told, by its id.
    pub providers: BTreeMap<String, payment_providers::known::Settings>,
    /// `providers.<ID>.notice-sources`: from where each provider's notices are accepted; those of one
    /// that is not listed here, from everywhere.
    pub notice_sources: BTreeMap<ProviderId, Vec<IpNet>>,
    /// What the operator should know although nothing is wrong; to be logged once.
    pub notices: Vec<String>,
}

/// Whether mistakes are forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    /// Starts with nothing configured: demo merchant, loopback only, secrets from a local file.
    #[default]
    Development,
    /// Refuses to start with anything that is made for development.
    Production,
}

impl Environment {
    /// `development` or `production`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// Where the API listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `server.host`: loopback in development, every address in production.
    pub host: IpAddr,
    /// `server.port`; 0 lets the system choose.
    pub port: u16,
    /// `server.shutdown-timeout-seconds`: how long requests may still take after a signal.
    pub shutdown_timeout: Duration,
    /// `server.trusted-proxies`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// Which database is used.
#[derive(Debug, Clone)]
pub struct Database {
    /// `database.url`; it may hold a password.
    pub url: SecretString,
    /// `database.max-connections` and `database.*-timeout-seconds`.
    pub limits: Limits,
}

impl Database {
    /// The file of an SQLite database; `None` for servers, and for SQLite in memory.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let file = self.sqlite_name().filter(|_| !self.is_in_memory())?;
        Some(Path::new(file).to_owned())
    }

    /// Whether everything is forgotten when the process ends.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        let in_memory = |name: &str| name.is_empty() || name == ":memory:";
        self.sqlite_name().is_some_and(in_memory)
            || self.url.expose_secret().contains("mode=memory")
    }

    fn sqlite_name(&self) -> Option<&str> {
        let rest = self.url.expose_secret().strip_prefix("sqlite:")?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        Some(rest.split_once('?').map_or(rest, |(name, _)| name))
    }
}

/// How payments are handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRules {
    /// `payment.routing.default-provider`.
    pub default_provider: ProviderId,
    /// `payment.currencies`.
    pub currencies: Vec<Currency>,
    /// `payment.threeds.session-timeout-minutes`.
    pub three_ds_timeout: Duration,
    /// `payment.threeds.max-attempts`: how many wrong codes block a session.
    pub three_ds_max_attempts: i32,
    /// `payment.webhook.retry-intervals`, cut after `payment.webhook.max-retries` tries.
    pub webhook_retries: RetrySchedule,
    /// `payment.webhook.allowed-hosts`: receivers that may be called although they are not public.
    pub webhook_allowed_hosts: Vec<AllowedHost>,
    /// `payment.webhook.disable-after-hours`: an endpoint that took nothing for so long is disabled.
    pub webhook_disable_after: Duration,
    /// `payment.provider.doubt-intervals`: when an unknown outcome is asked about again.
    pub doubt_checks: RetrySchedule,
    /// `payment.provider.review-after-hours`: when a person must settle it.
    pub doubt_limit: Duration,
    /// `payment.provider.watch-intervals`: how long after it was given up an attempt is looked at.
    pub watch_checks: RetrySchedule,
    /// `payment.provider.call-timeout-seconds`.
    pub call_timeout: Duration,
    /// `payment.worker.lease-seconds`: how long anybody keeps what they work on; at least twice
    /// `call_timeout`.
    pub lease: Duration,
    /// `payment.idempotency.wait-milliseconds`: how long a repeated request waits for the first.
    pub idempotency_wait: Duration,
    /// `payment.idempotency.retention-days`.
    pub idempotency_retention: Duration,
}

/// How a worker goes about its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerPace {
    /// `payment.worker.enabled`: whether the API's process has a worker inside.
    pub in_process: bool,
    /// `payment.outbox.poll-interval-seconds`: how often it looks for work unasked.
    pub poll_interval: Duration,
    /// `payment.outbox.batch-size`: how much it claims at once.
    pub batch_size: u64,
    /// Whether others wake it; if not, it looks for work by itself more often.
    pub is_woken: bool,
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// `logging.level`, as a filter of `tracing`, such as `info,payment_store=debug`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

/// Secrets of the gateway itself; in development, missing ones come from a local file.
#[derive(Debug, Clone)]
pub struct Security {
    /// `security.encryption-key`: encrypts what the database must not show.
    pub encryption_key: Option<EncryptionKey>,
    /// `security.api-key-pepper`: the secret under which API keys are hashed.
    pub api_key_pepper: Option<SecretString>,
}
