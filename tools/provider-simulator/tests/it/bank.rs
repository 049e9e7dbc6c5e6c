//! A simulator, inside the test or as a process of its own, and a client that asks it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request};
use http_transport::{
    error::TransportError,
    limits::Limits,
    transport::{Connecting, Transport},
};
use provider_simulator::{fault::Faults, options::Options, profile::Profile, server::Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Asks one simulator.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    transport: Transport,
}

/// The simulator as a process; it is killed when the test ends.
pub(crate) struct Process {
    child: Child,
    pub(crate) client: Client,
}

/// A simulator inside the test.
pub(crate) struct Inside {
    pub(crate) client: Client,
    _simulator: Simulator,
    _folder: TempDir,
}

impl Client {
    fn new(base: &str) -> Self {
        let roots = rustls::RootCertStore::empty();
        let transport = Transport::new(Connecting { roots, timeout: Duration::from_secs(3) });
        Self { base: base.to_owned(), transport: transport.unwrap() }
    }

    /// The answer's status and body; an error is a connection that was closed without one.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<(u16, Value), TransportError> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let limits = Limits { body_bytes: 1 << 24, ..Limits::within(Duration::from_mins(1)) };
        let answer = self.transport.send(request, limits).await?;
        let body = &answer.body().bytes;
        Ok((answer.status().as_u16(), serde_json::from_slice(body).unwrap_or_default()))
    }

    pub(crate) async fn post(&self, path: &str, order: &Value) -> Result<Value, TransportError> {
        Ok(self.ask(Method::POST, path, &order.to_string()).await?.1)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, "").await.unwrap().1
    }

    /// The references of all that took effect, in order.
    pub(crate) async fn effects(&self) -> Vec<String> {
        let ledger = self.get("/simulator/ledger").await;
        let effects = ledger["effects"].as_array().unwrap().iter();
        effects.map(|effect| effect["reference"].as_str().unwrap().to_owned()).collect()
    }
}

impl Process {
    pub(crate) fn start(ledger: &Path, arguments: &[&str]) -> Self {
        let mut child = command(ledger, arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
        Self { child, client: Client::new(base) }
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn command(ledger: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provider-simulator"));
    command.arg("--ledger").arg(ledger).args(arguments);
    command
}

impl Inside {
    pub(crate) async fn start(faults: Value, seed: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: folder.path().join("ledger.jsonl"),
            profile: Profile::Query,
            faults: Some(Faults::read(&faults.to_string()).unwrap()),
            seed,
            max_late_landing_ms: 100,
            notify_url: None,
            notify_secret: None,
        };
        let simulator = Simulator::start(&options).await.unwrap();
        let client = Client::new(&simulator.url());
        Self { client, _simulator: simulator, _folder: folder }
    }
}

pub(crate) fn authorization(reference: &str) -> Value {
    json!({ "reference": reference, "payment": "p", "amountMinor": 500, "currency": "TRY",
        "cardToken": "tok_visa" })
}

pub(crate) fn capture(reference: &str, hold: &Value, minor: i64) -> Value {
    json!({ "reference": reference, "payment": "p", "amountMinor": minor, "currency": "TRY",
        "authorization": hold, "isFinal": false })
}
