//! A simulator of one's own for each test, and the adapter that talks to it.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_transport::{
    limits::Limits,
    transport::{Connecting, Transport},
};
use payment_core::{attempt::Attempt, id::ProviderId};
use payment_providers::mock::remote::{Profile, RemoteMock};
use provider_simulator::{options::Options, profile::Profile as Played, server::Simulator};
use rustls::RootCertStore;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::numbered;

/// How late the simulator of a test may land an order, in milliseconds.
pub(crate) const LANDING_MS: u64 = 100;

/// A bank that remembers, and faults on demand.
pub(crate) struct Bank {
    pub(crate) provider: RemoteMock,
    simulator: Simulator,
    transport: Transport,
    /// Kept, because dropping it deletes the ledger.
    _folder: TempDir,
}

impl Bank {
    pub(crate) async fn start(profile: Profile) -> Self {
        Self::notifying(profile, None).await
    }

    /// One that posts notices there, signed with that secret.
    pub(crate) async fn notifying(profile: Profile, notify: Option<(String, &str)>) -> Self {
        let folder = TempDir::new().unwrap();
        let (notify_url, notify_secret) =
            notify.map(|(url, secret)| (url, secret.to_owned())).unzip();
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: folder.path().join("ledger.jsonl"),
            profile: played(profile),
            faults: None,
            seed: 7,
            max_late_landing_ms: LANDING_MS,
            notify_url,
            notify_secret,
        };
        let simulator = Simulator::start(&options).await.unwrap();
        let transport = transport();
        let provider = provider(profile, simulator.url(), &transport);
        Self { provider, simulator, transport, _folder: folder }
    }

    /// What goes wrong from now on.
    pub(crate) async fn set_faults(&self, faults: Value) {
        let url = format!("{}/simulator/faults", self.simulator.url());
        let body = Bytes::from(faults.to_string());
        let set = self.ask(Request::put(url).body(body).unwrap()).await;
        assert_eq!(set.get("error"), None, "{set}");
    }

    /// What goes wrong with the next order.
    pub(crate) async fn next(&self, fault: &str) {
        self.set_faults(json!({ "script": [fault], "slowByteMs": 1, "landTooLateMs": 100 })).await;
    }

    /// What took effect: operation, amount in minor units, and whether it was late.
    pub(crate) async fn effects(&self) -> Vec<(String, i64, bool)> {
        let ledger = self.ledger().await;
        let effects = ledger["effects"].as_array().unwrap().iter().map(|effect| {
            let operation = effect["operation"].as_str().unwrap().to_owned();
            let amount = effect["amountMinor"].as_i64().unwrap();
            (operation, amount, effect["isLate"].as_bool().unwrap())
        });
        effects.collect()
    }

    /// Waits until no order is under way any more.
    pub(crate) async fn landed(&self) {
        while self.ledger().await["underWay"] != 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until something took effect.
    pub(crate) async fn moved(&self) {
        while self.effects().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many orders arrived.
    pub(crate) async fn asked(&self) -> u64 {
        let ledger = self.ledger().await;
        let asked = ledger["asked"].as_array().unwrap().iter();
        asked.map(|asked| asked["count"].as_u64().unwrap()).sum()
    }

    pub(crate) async fn ledger(&self) -> Value {
        let url = format!("{}/simulator/ledger", self.simulator.url());
        self.ask(Request::get(url).body(Bytes::new()).unwrap()).await
    }

    async fn ask(&self, request: Request<Bytes>) -> Value {
        let limits = Limits { body_bytes: 1 << 20, ..Limits::within(Duration::from_secs(30)) };
        let answer = self.transport.send(request, limits).await.unwrap();
        serde_json::from_slice(&answer.body().bytes).unwrap()
    }
}

/// The same attempt under a number of its own.
pub(crate) fn another(number: u128, attempt: &Attempt) -> Attempt {
    numbered(number, attempt.instruction.clone())
}

pub(crate) fn transport() -> Transport {
    let roots = RootCertStore::empty();
    Transport::new(Connecting { roots, timeout: Duration::from_secs(3) }).unwrap()
}

pub(crate) fn provider(profile: Profile, base: String, transport: &Transport) -> RemoteMock {
    let id = ProviderId::parse("MOCK_PROVIDER").unwrap();
    let capabilities = profile.capabilities(Duration::from_millis(LANDING_MS));
    RemoteMock::new(id, capabilities, base, transport.clone())
}

const fn played(profile: Profile) -> Played {
    match profile {
        Profile::Key => Played::Key,
        Profile::UniqueReference => Played::UniqueReference,
        Profile::Query => Played::Query,
        Profile::Cancel => Played::Cancel,
    }
}
