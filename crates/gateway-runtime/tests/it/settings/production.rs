//! What production refuses to start with.

use gateway_runtime::settings::{Environment, Settings};

use super::{env, env_problems, from_env};

/// All that production needs.
const ENOUGH: [(&str, &str); 5] = [
    ("APP_ENV", "production"),
    ("DATABASE_URL", "postgres://u:p@db/pay"),
    ("PUBLIC_URL", "https://pay.example.com"),
    ("SECURITY_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ("SECURITY_API_KEY_PEPPER", "0123456789abcdef0123456789abcdef"),
];

fn with(name: &str, value: &str) -> Vec<String> {
    let mut variables = env(&ENOUGH);
    variables.insert(name.to_owned(), value.to_owned());
    super::problems(Settings::read(None, &variables))
}

#[test]
fn every_missing_setting_is_named() {
    let expected = [
        "database.url must be set in production (DATABASE_URL)",
        "public-url must be set in production (PUBLIC_URL)",
        "security.encryption-key must be set in production (SECURITY_ENCRYPTION_KEY)",
        "security.api-key-pepper must be set in production (SECURITY_API_KEY_PEPPER)",
    ];
    assert_eq!(env_problems(&[("APP_ENV", "production")]), expected);
}

#[test]
fn with_these_it_starts_open_to_the_network_and_without_a_worker_inside() {
    let settings = from_env(&ENOUGH);
    assert_eq!(settings.environment, Environment::Production);
    assert_eq!(settings.server.host.to_string(), "0.0.0.0");
    assert!(!settings.worker.in_process);
    assert!(settings.logging.json);
    assert!(settings.payment.webhook_allowed_hosts.is_empty());
    let expected = "the default provider is the mock, which declines live payments";
    assert_eq!(settings.notices, [expected]);
}

#[test]
fn secrets_that_look_like_placeholders_are_refused() {
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let key = "SECURITY_ENCRYPTION_KEY must be random in production: try `openssl rand -base64 32`";
    assert_eq!(with("SECURITY_ENCRYPTION_KEY", zeros), [key]);
    let pepper =
        "SECURITY_API_KEY_PEPPER must be random in production: try `openssl rand -base64 32`";
    assert_eq!(with("SECURITY_API_KEY_PEPPER", "changeme-changeme-changeme-changeme"), [pepper]);
}

#[test]
fn a_wrong_secret_is_not_also_called_missing() {
    let told = with("SECURITY_ENCRYPTION_KEY", "c2hvcnQ=");
    assert_eq!(told, ["SECURITY_ENCRYPTION_KEY must be the base64 of 32 bytes"]);
}

#[test]
fn a_database_in_memory_is_refused() {
    let told = with("DATABASE_URL", "sqlite::memory:");
    assert_eq!(told, ["database.url must not be in memory in production"]);
}
