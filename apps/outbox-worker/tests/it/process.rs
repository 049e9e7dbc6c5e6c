//! How the process starts and ends.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use tempfile::TempDir;

payment_store::on_every_database! { payment_store::test_database::TestDatabase::empty:
    several_share_one_database
    production_logs_json_and_says_why_it_does_not_start
}

/// A worker in that folder, with nothing else of this process's environment.
fn worker(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outbox-worker"));
    command.current_dir(folder).env_clear().stderr(Stdio::piped());
    command
}

fn refused(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap()
}

/// Reads the logs up to the line that has `text`.
fn read_until(logs: &mut BufReader<ChildStderr>, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert_ne!(logs.read_line(&mut line).unwrap(), 0, "the logs ended without `{text}`");
    }
}

fn started(command: &mut Command) -> (Child, BufReader<ChildStderr>) {
    let mut child = command.spawn().unwrap();
    let mut logs = BufReader::new(child.stderr.take().unwrap());
    read_until(&mut logs, "the worker begins");
    (child, logs)
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn it_starts_with_nothing_configured_and_ends_well_when_asked() {
    for name in ["-TERM", "-INT"] {
        let folder = TempDir::new().unwrap();
        let (mut child, mut logs) = started(&mut worker(folder.path()));
        signal(&child, name);
        read_until(&mut logs, "the worker has ended");
        assert!(child.wait().unwrap().success(), "{name}");
        assert!(folder.path().join("data/gateway.db").exists());
    }
}

async fn several_share_one_database(url: &str) {
    let folder = TempDir::new().unwrap();
    let worker = || started(worker(folder.path()).env("DATABASE_URL", url));
    let mut workers: Vec<_> = (0..3).map(|_: i32| worker()).collect();
    for (child, _) in &workers {
        signal(child, "-TERM");
    }
    for (child, logs) in &mut workers {
        let mut rest = String::new();
        logs.read_to_string(&mut rest).unwrap();
        assert!(child.wait().unwrap().success(), "{rest}");
        assert!(!rest.contains("ERROR"), "{rest}");
    }
}

#[test]
fn it_reads_the_file_of_its_folder() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("application.yml"), "payment: { webhok: 1 }").unwrap();
    let logs = refused(&mut worker(folder.path()));
    assert!(logs.contains("payment.webhok is not a setting of this gateway"), "{logs}");
}

#[test]
fn it_reads_the_file_that_it_is_told() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("other.yml"), "server: { port: http }").unwrap();
    let logs = refused(worker(folder.path()).env("CONFIG_FILE", "other.yml"));
    assert!(logs.contains("server.port is `http`, which is not a whole number"), "{logs}");
}

#[test]
fn a_file_that_it_is_told_and_that_is_not_there_is_named() {
    let folder = TempDir::new().unwrap();
    let logs = refused(worker(folder.path()).env("CONFIG_FILE", "missing.yml"));
    assert!(logs.contains("missing.yml cannot be read"), "{logs}");
}

async fn production_logs_json_and_says_why_it_does_not_start(url: &str) {
    let folder = TempDir::new().unwrap();
    let production = [
        ("APP_ENV", "production"),
        ("DATABASE_URL", url),
        ("PUBLIC_URL", "https://pay.example.com"),
        ("SECURITY_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ("SECURITY_API_KEY_PEPPER", "0123456789abcdef0123456789abcdef"),
    ];
    let logs = refused(worker(folder.path()).envs(production));
    assert!(logs.starts_with(r#"{"timestamp":""#), "{logs}");
    assert!(logs.contains("run `gateway-api migrate`"), "{logs}");
}
