//! Where a process takes its secrets from.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use gateway_runtime::{
    ids::SystemIds,
    secrets::{Secrets, SecretsError},
    settings::Settings,
};
use secrecy::ExposeSecret;
use tempfile::TempDir;

const PEPPER: &str = "0123456789abcdef0123456789abcdef";

/// Settings of a development whose database lies in that folder.
fn settings(folder: &Path, more: &[(&str, &str)]) -> Settings {
    let url = format!("sqlite:{}/data/gateway.db", folder.display());
    let mut env = BTreeMap::from([("DATABASE_URL".to_owned(), url)]);
    env.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Settings::read(None, &env).unwrap()
}

fn secrets(settings: &Settings) -> Secrets {
    Secrets::of(settings, &SystemIds).unwrap()
}

fn pepper(secrets: &Secrets) -> &str {
    secrets.api_key_pepper.expose_secret()
}

#[test]
fn development_makes_a_key_that_only_its_owner_can_read() {
    let folder = TempDir::new().unwrap();
    secrets(&settings(folder.path(), &[]));
    let file = fs::metadata(folder.path().join("data/development.key")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert_eq!(file.len(), 32);
}

#[test]
fn the_same_key_gives_the_same_secrets_and_another_gives_others() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let first = secrets(&settings(folder.path(), &[]));
    let again = secrets(&settings(folder.path(), &[]));
    let elsewhere = secrets(&settings(other.path(), &[]));
    assert_eq!(pepper(&first), pepper(&again));
    assert_eq!(first.demo_seed, again.demo_seed);
    assert_ne!(pepper(&first), pepper(&elsewhere));
    assert_ne!(first.demo_seed, elsewhere.demo_seed);
}

#[test]
fn no_secret_is_derived_from_another() {
    let folder = TempDir::new().unwrap();
    let secrets = secrets(&settings(folder.path(), &[]));
    let key = fs::read(folder.path().join("data/development.key")).unwrap();
    let seed = secrets.demo_seed.as_ref().unwrap();
    assert_ne!(seed.as_slice(), key);
    assert!(!pepper(&secrets).as_bytes().windows(32).any(|window| window == key));
}

#[test]
fn a_pepper_of_the_settings_wins_and_changes_the_demo_key() {
    let folder = TempDir::new().unwrap();
    let derived = secrets(&settings(folder.path(), &[]));
    let given = secrets(&settings(folder.path(), &[("SECURITY_API_KEY_PEPPER", PEPPER)]));
    assert_eq!(pepper(&given), PEPPER);
    assert_ne!(derived.demo_seed, given.demo_seed);
}

#[test]
fn a_damaged_key_is_refused_and_kept() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data/development.key");
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(&path, "too short").unwrap();
    let error = Secrets::of(&settings(folder.path(), &[]), &SystemIds).unwrap_err();
    assert!(matches!(error, SecretsError::Malformed(_)), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"too short");
}

#[test]
fn production_makes_no_key_and_no_demo() {
    let folder = TempDir::new().unwrap();
    let production = [
        ("APP_ENV", "production"),
        ("PUBLIC_URL", "https://pay.example.com"),
        ("SECURITY_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ("SECURITY_API_KEY_PEPPER", PEPPER),
    ];
    let secrets = secrets(&settings(folder.path(), &production));
    assert_eq!(secrets.demo_seed, None);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn debug_output_shows_no_secret() {
    let folder = TempDir::new().unwrap();
    let shown = format!("{:?}", secrets(&settings(folder.path(), &[])));
    assert_eq!(shown, "Secrets(…)");
}
