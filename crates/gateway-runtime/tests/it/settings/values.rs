//! Every setting: its default, its variable, its place in the file.

use std::{collections::BTreeMap, time::Duration};

use gateway_runtime::settings::{Environment, Settings};
use payment_core::{id::ProviderId, retry::RetrySchedule};
use secrecy::ExposeSecret;

use super::{from_env, from_file};

pub(super) type Seen = fn(&Settings) -> String;

/// A setting's path, a value that is not its default, where it is seen, and as what.
pub(super) const SETTINGS: &[(&str, &str, Seen, &str)] = &[
    ("server.port", "9090", |s| s.server.port.to_string(), "9090"),
    ("server.host", "0.0.0.0", |s| s.server.host.to_string(), "0.0.0.0"),
    ("server.shutdown-timeout-seconds", "7", |s| secs(s.server.shutdown_timeout), "7"),
    (
        "server.trusted-proxies",
        "10.0.0.0/8, ::1",
        |s| nets(&s.server.trusted_proxies),
        "10.0.0.0/8 ::1/128",
    ),
    ("public-url", "https://pay.example/", |s| s.public_url.clone(), "https://pay.example"),
    ("database.url", "mysql://a:b@db/x", |s| url(s), "mysql://a:b@db/x"),
    ("database.max-connections", "3", |s| s.database.limits.max_connections.to_string(), "3"),
    ("database.acquire-timeout-seconds", "4", |s| secs(s.database.limits.acquire_timeout), "4"),
    ("database.lock-timeout-seconds", "4", |s| secs(s.database.limits.lock_timeout), "4"),
    ("database.statement-timeout-seconds", "4", |s| secs(s.database.limits.statement_timeout), "4"),
    ("database.idle-in-transaction-timeout-seconds", "4", |s| idle_timeout(s), "4"),
    ("database.busy-timeout-seconds", "4", |s| secs(s.database.limits.busy_timeout), "4"),
    ("payment.currencies", "JPY, KWD", |s| format!("{:?}", s.payment.currencies), "[JPY, KWD]"),
    ("payment.threeds.session-timeout-minutes", "2", |s| secs(s.payment.three_ds_timeout), "120"),
    ("payment.threeds.max-attempts", "4", |s| s.payment.three_ds_max_attempts.to_string(), "4"),
    ("payment.webhook.retry-intervals", "0,7", |s| delays(&s.payment.webhook_retries), "0 7"),
    ("payment.webhook.max-retries", "2", |s| delays(&s.payment.webhook_retries), "0 30"),
    ("payment.webhook.allowed-hosts", "a.internal,10.0.0.5:9000", |s| allowed(s), "2: true"),
    ("payment.outbox.poll-interval-seconds", "9", |s| secs(s.worker.poll_interval), "9"),
    ("payment.outbox.batch-size", "17", |s| s.worker.batch_size.to_string(), "17"),
    ("payment.idempotency.wait-milliseconds", "3000", |s| secs(s.payment.idempotency_wait), "3"),
    ("payment.idempotency.retention-days", "1", |s| secs(s.payment.idempotency_retention), "86400"),
    ("payment.provider.call-timeout-seconds", "11", |s| secs(s.payment.call_timeout), "11"),
    ("payment.provider.doubt-intervals", "1,2", |s| delays(&s.payment.doubt_checks), "1 2"),
    ("payment.provider.watch-intervals", "3,4", |s| delays(&s.payment.watch_checks), "3 4"),
    (
        "payment.provider.review-after-hours",
        "2",
        |s| s.payment.doubt_limit.as_secs().to_string(),
        "7200",
    ),
    ("payment.worker.enabled", "false", |s| s.worker.in_process.to_string(), "false"),
    ("payment.worker.lease-seconds", "90", |s| secs(s.payment.lease), "90"),
    ("logging.level", "WARN", |s| s.logging.filter.clone(), "warn"),
    ("security.encryption-key", KEY, |s| has_key(s), "true"),
    ("security.api-key-pepper", PEPPER, |s| pepper(s), PEPPER),
    ("providers.MOCK_PROVIDER.mode", "FAIL", |s| mock(s, "mode"), "FAIL"),
    ("providers.MOCK_PROVIDER.base-url", "http://b", |s| mock(s, "base-url"), "http://b"),
    ("providers.MOCK_PROVIDER.profile", "query", |s| mock(s, "profile"), "query"),
    ("providers.MOCK_PROVIDER.max-late-landing-seconds", "7", |s| mock(s, LANDING), "7"),
    ("providers.MOCK_PROVIDER.webhook-secret", SECRET, |s| mock(s, "webhook-secret"), SECRET),
    ("providers.MOCK_PROVIDER.notice-sources", "203.0.113.7", |s| sources(s), "203.0.113.7/32"),
    ("payment.routing.default-provider", "MOCK_PROVIDER", |s| default_provider(s), "MOCK_PROVIDER"),
];

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const LANDING: &str = "max-late-landing-seconds";
const PEPPER: &str = "0123456789abcdef0123456789abcdef";

fn nets(networks: &[ipnet::IpNet]) -> String {
    networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn sources(settings: &Settings) -> String {
    let mock = ProviderId::parse("MOCK_PROVIDER").unwrap();
    nets(&settings.notice_sources[&mock])
}

fn secs(duration: Duration) -> String {
    duration.as_secs().to_string()
}

fn idle_timeout(settings: &Settings) -> String {
    secs(settings.database.limits.idle_in_transaction_timeout)
}

fn url(settings: &Settings) -> String {
    settings.database.url.expose_secret().to_owned()
}

fn delays(schedule: &RetrySchedule) -> String {
    let delays: Vec<_> = (0..).map_while(|tries| schedule.delay_after(tries)).map(secs).collect();
    delays.join(" ")
}

fn allowed(settings: &Settings) -> String {
    let allowed = &settings.payment.webhook_allowed_hosts;
    let expected = ["a.internal", "10.0.0.5:9000"].map(|host| host.parse().unwrap());
    format!("{}: {}", allowed.len(), allowed[..] == expected)
}

fn has_key(settings: &Settings) -> String {
    settings.security.encryption_key.is_some().to_string()
}

fn pepper(settings: &Settings) -> String {
    settings.security.api_key_pepper.as_ref().unwrap().expose_secret().to_owned()
}

fn mock(settings: &Settings, name: &str) -> String {
    settings.providers["MOCK_PROVIDER"][name].expose_secret().to_owned()
}

fn default_provider(settings: &Settings) -> String {
    settings.payment.default_provider.to_string()
}

#[test]
fn every_setting_has_the_variable_of_its_path() {
    for (path, value, seen, expected) in SETTINGS {
        let variable = path.replace(['.', '-'], "_").to_uppercase();
        assert_eq!(seen(&from_env(&[(&variable, value)])), *expected, "{variable}");
    }
}

#[test]
fn every_setting_has_a_place_in_the_file() {
    for (path, value, seen, expected) in SETTINGS {
        let mut yaml = format!("\"{value}\"");
        for name in path.rsplit('.') {
            yaml = format!("{{ {name}: {yaml} }}");
        }
        assert_eq!(seen(&from_file(&yaml)), *expected, "{path}");
    }
}

#[test]
fn a_variable_wins_over_the_file() {
    let env = super::env(&[("SERVER_PORT", "2")]);
    let settings = Settings::read(Some("server:\n  port: 1\n"), &env).unwrap();
    assert_eq!(settings.server.port, 2);
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    assert_eq!(from_env(&[("SERVER_PORT", "")]).server.port, 8080);
}

#[test]
fn nothing_needs_to_be_configured_in_development() {
    let settings = Settings::read(None, &BTreeMap::new()).unwrap();
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.server.host.to_string(), "127.0.0.1");
    assert_eq!(settings.server.port, 8080);
    assert_eq!(settings.public_url, "http://localhost:8080");
    assert_eq!(url(&settings), "sqlite:data/gateway.db");
    assert_eq!(settings.database.sqlite_file().unwrap().to_str(), Some("data/gateway.db"));
    assert_eq!(format!("{:?}", settings.payment.currencies), "[TRY, USD, EUR]");
    assert_eq!(settings.payment.three_ds_timeout, Duration::from_mins(5));
    assert_eq!(settings.payment.three_ds_max_attempts, 3);
    assert_eq!(settings.payment.webhook_retries, RetrySchedule::webhooks());
    assert_eq!(settings.payment.call_timeout, Duration::from_secs(25));
    assert_eq!(settings.payment.idempotency_wait, Duration::from_secs(2));
    assert_eq!(settings.payment.idempotency_retention, Duration::from_hours(7 * 24));
    assert_eq!(settings.worker.poll_interval, Duration::from_secs(5));
    assert_eq!(settings.worker.batch_size, 100);
    assert!(settings.worker.in_process);
    assert_eq!(settings.logging.filter, "info");
    assert!(!settings.logging.json);
    assert_eq!(settings.notices, Vec::<String>::new());
}

#[test]
fn the_public_address_follows_the_port() {
    assert_eq!(from_env(&[("SERVER_PORT", "9")]).public_url, "http://localhost:9");
}

#[test]
fn log_level_wins_over_the_file() {
    let env = super::env(&[("LOG_LEVEL", "Debug")]);
    let file = "logging: { level: { root: WARN, payment_store: TRACE } }";
    let settings = Settings::read(Some(file), &env).unwrap();
    assert_eq!(settings.logging.filter, "debug,payment_store=trace");
}

#[test]
fn debug_output_shows_no_secret() {
    let secrets = [
        ("DATABASE_URL", "mysql://user:hunter2@db/x"),
        ("SECURITY_ENCRYPTION_KEY", KEY),
        ("SECURITY_API_KEY_PEPPER", PEPPER),
        ("PROVIDERS_MOCK_PROVIDER_MODE", "REQUIRES_3DS"),
    ];
    let shown = format!("{:?}", from_env(&secrets));
    for secret in ["hunter2", KEY, PEPPER, "REQUIRES_3DS"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}
