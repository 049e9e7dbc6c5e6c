//! How a process starts, on a real database.

use std::{collections::BTreeMap, path::Path};

use gateway_runtime::{
    demo,
    settings::Settings,
    wiring::{Runtime, StartError, migrate, wire},
};
use payment_core::id::Mode;
use payment_store::SchemaError;
use payment_usecases::{api_keys, error::Error};
use secrecy::ExposeSecret;
use tempfile::TempDir;

fn settings(folder: &Path, more: &[(&str, &str)]) -> Settings {
    let url = format!("sqlite:{}/gateway.db", folder.display());
    let mut env = BTreeMap::from([("DATABASE_URL".to_owned(), url)]);
    env.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Settings::read(None, &env).unwrap()
}

const PRODUCTION: [(&str, &str); 4] = [
    ("APP_ENV", "production"),
    ("PUBLIC_URL", "https://pay.example.com"),
    ("SECURITY_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ("SECURITY_API_KEY_PEPPER", "0123456789abcdef0123456789abcdef"),
];

async fn demo_key(runtime: &Runtime) -> String {
    demo::ensure(runtime).await.unwrap().unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn development_starts_from_nothing_with_a_key_that_works() {
    let folder = TempDir::new().unwrap();
    let runtime = wire(&settings(folder.path(), &[])).await.unwrap();
    let key = demo_key(&runtime).await;
    assert!(key.starts_with("sk_test_"));
    let known = api_keys::authenticate(&runtime.ports, demo::MERCHANT, &key).await.unwrap();
    assert_eq!((known.0.as_str(), known.1), (demo::MERCHANT, Mode::Test));
}

#[tokio::test]
async fn the_demo_key_is_the_same_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let first = demo_key(&wire(&settings(folder.path(), &[])).await.unwrap()).await;
    let again = demo_key(&wire(&settings(folder.path(), &[])).await.unwrap()).await;
    assert_eq!(first, again);
}

#[tokio::test]
async fn the_demo_key_works_under_a_new_pepper_too() {
    let folder = TempDir::new().unwrap();
    demo_key(&wire(&settings(folder.path(), &[])).await.unwrap()).await;
    let pepper = [("SECURITY_API_KEY_PEPPER", "0123456789abcdef0123456789abcdef")];
    let runtime = wire(&settings(folder.path(), &pepper)).await.unwrap();
    let key = demo_key(&runtime).await;
    api_keys::authenticate(&runtime.ports, demo::MERCHANT, &key).await.unwrap();
}

#[tokio::test]
async fn production_does_not_migrate_by_itself() {
    let folder = TempDir::new().unwrap();
    let settings = settings(folder.path(), &PRODUCTION);
    let refused = wire(&settings).await.unwrap_err();
    assert!(matches!(refused, StartError::Schema(SchemaError::Outdated(_))), "{refused}");
    assert!(refused.to_string().contains("gateway-api migrate"), "{refused}");
    migrate(&settings).await.unwrap();
    let runtime = wire(&settings).await.unwrap();
    assert!(demo::ensure(&runtime).await.unwrap().is_none());
    let known = api_keys::authenticate(&runtime.ports, demo::MERCHANT, "sk_test_x").await;
    assert_eq!(known, Err(Error::Unauthorized));
}

#[tokio::test]
async fn production_refuses_a_database_that_development_used() {
    let folder = TempDir::new().unwrap();
    demo_key(&wire(&settings(folder.path(), &[])).await.unwrap()).await;
    let refused = wire(&settings(folder.path(), &PRODUCTION)).await.unwrap_err();
    assert!(matches!(refused, StartError::DemoData), "{refused}");
}

#[tokio::test]
async fn the_lease_outlives_a_slow_provider() {
    let folder = TempDir::new().unwrap();
    let slow = [("PAYMENT_PROVIDER_CALL_TIMEOUT_SECONDS", "120")];
    let policy = wire(&settings(folder.path(), &slow)).await.unwrap().ports.policy;
    assert_eq!(policy.lease.as_secs(), 240);
    let policy = wire(&settings(folder.path(), &[])).await.unwrap().ports.policy;
    assert_eq!(policy.lease.as_secs(), 60);
}

/// Whether a merchant may name that address for test mode in a process with those settings.
async fn may_be_named(more: &[(&str, &str)], address: &str) -> bool {
    let folder = TempDir::new().unwrap();
    let settings = settings(folder.path(), more);
    migrate(&settings).await.unwrap();
    let runtime = wire(&settings).await.unwrap();
    runtime.ports.addresses.check(address, Mode::Test).is_ok()
}

#[tokio::test]
async fn production_lets_merchants_name_public_hosts_only_and_not_itself() {
    assert!(may_be_named(&PRODUCTION, "https://shop.example/").await);
    for inside in ["http://127.0.0.1:8080/", "https://10.0.0.5/", "https://pay.example.com/"] {
        assert!(!may_be_named(&PRODUCTION, inside).await, "{inside}");
    }
}

#[tokio::test]
async fn production_lets_merchants_name_what_the_operator_allows() {
    let allowed = ("PAYMENT_WEBHOOK_ALLOWED_HOSTS", "10.0.0.5:9000");
    let settings: Vec<_> = PRODUCTION.into_iter().chain([allowed]).collect();
    assert!(may_be_named(&settings, "https://10.0.0.5:9000/").await);
    assert!(!may_be_named(&settings, "https://10.0.0.6:9000/").await);
}

#[tokio::test]
async fn development_lets_merchants_name_this_machine_but_no_private_network() {
    assert!(may_be_named(&[], "http://localhost:3000/").await);
    assert!(!may_be_named(&[], "http://10.0.0.5/").await);
}
