//! The program, and a bank that tells it of everything: what it tells must neither be lost nor do
//! harm, whenever it comes.
//!
//! No worker looks at an attempt in doubt before eight minutes have passed, so what is settled
//! earlier was settled by a notice.

use std::time::Duration;

use provider_simulator::{fault::Faults, options::Options, profile::Profile, server::Simulator};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    Client, Reply,
    program::{Place, Program},
};

payment_store::on_every_database! { crate::support::program::Place::on:
    a_lost_answer_is_settled_by_the_notice_at_once
    a_notice_before_our_own_record_settles_and_the_request_agrees
    a_notice_that_comes_twice_settles_once
    notices_out_of_order_change_nothing
    a_notice_after_a_void_changes_nothing
    a_notice_that_was_stored_outlives_the_program
}

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const PATIENCE: Duration = Duration::from_mins(2);

/// A bank that sends notices, and the place for a program that takes them.
struct World {
    place: Place,
    bank: Client,
    _simulator: Simulator,
    /// Kept, because dropping it deletes the ledger.
    _folder: TempDir,
}

impl World {
    async fn new(place: Place, faults: &Value) -> Self {
        let folder = TempDir::new().unwrap();
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: folder.path().join("ledger.jsonl"),
            profile: Profile::Query,
            faults: Some(Faults::read(&faults.to_string()).unwrap()),
            seed: 0,
            max_late_landing_ms: 100,
            // It is told where the program listens once that is known.
            notify_url: Some("http://127.0.0.1:9/".to_owned()),
            notify_secret: Some(SECRET.to_owned()),
        };
        let simulator = Simulator::start(&options).await.unwrap();
        let place = place
            .with("PROVIDERS_MOCK_PROVIDER_BASE_URL", &simulator.url())
            .with("PROVIDERS_MOCK_PROVIDER_PROFILE", "query")
            .with("PROVIDERS_MOCK_PROVIDER_WEBHOOK_SECRET", SECRET)
            .with("PAYMENT_PROVIDER_DOUBT_INTERVALS", "7200")
            .with("PAYMENT_WORKER_LEASE_SECONDS", "600");
        let address = simulator.url().trim_start_matches("http://").parse().unwrap();
        let bank = Client::new(address, "", "");
        Self { place, bank, _simulator: simulator, _folder: folder }
    }

    /// The same world, where the program has a variable in its environment.
    fn with(self, variable: &'static str, value: &str) -> Self {
        Self { place: self.place.with(variable, value), ..self }
    }

    /// The program, and the bank told where it is.
    async fn start(self) -> (Program, Self) {
        let start = tokio::task::spawn_blocking(move || (self.place.start(), self));
        let (program, world) = start.await.unwrap();
        let url = format!("http://{}/v1/webhooks/mock_provider", program.address);
        let told = world.bank.bare(Method::PUT, "/simulator/notify-url").body(url);
        Reply::of(told).await.assert_status(200);
        (program, world)
    }

    async fn set_faults(&self, faults: &Value) {
        let set = self.bank.bare(Method::PUT, "/simulator/faults").body(faults.to_string());
        Reply::of(set).await.assert_status(200);
    }
}

/// Returns once `condition` holds.
async fn until(condition: impl AsyncFn() -> bool) {
    let holds = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, holds).await.unwrap();
}

/// How many notices the program took, and how many of them wait.
async fn notices(client: &Client) -> (u64, i64) {
    let text = client.browse("/actuator/prometheus").await.text;
    let taken = text.lines().filter(|line| line.starts_with("provider_notices_total{"));
    let count = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
    let waiting = client.browse("/v1/admin/health").await.field("providerNoticesPending");
    (taken.map(count).sum(), waiting.as_i64().unwrap())
}

/// Returns once so many notices came, and all of them were heeded.
async fn heeded(client: &Client, count: u64) {
    until(async || notices(client).await == (count, 0)).await;
}

/// All that a merchant can see of a payment.
async fn seen(client: &Client, payment: &str) -> [Value; 4] {
    let read = async |path: &str| client.get(&format!("{payment}{path}")).await.json();
    [read("").await, read("/attempts").await, read("/transactions").await, read("/timeline").await]
}

async fn count_of(client: &Client, payment: &str, kind: &str) -> usize {
    client.get(&format!("{payment}/timeline")).await.text.matches(kind).count()
}

async fn a_lost_answer_is_settled_by_the_notice_at_once(place: Place) {
    let faults = json!({ "perThousand": { "hang_up_after_reading": 1000 } });
    let (program, _world) = World::new(place, &faults).await.start().await;
    let client = &program.client;
    let payment = client.created().await;
    let reply = client.authorize(&payment, "tok_visa").await;
    // The notice may be faster than the broken connection.
    assert!([200, 202].contains(&reply.status), "{}", reply.text);
    until(async || client.status_of(&payment).await == "AUTHORIZED").await;
    for (operation, status) in [("capture", "CAPTURED"), ("refund", "REFUNDED")] {
        client.post(&format!("{payment}/{operation}"), &json!({})).await;
        until(async || client.status_of(&payment).await == status).await;
    }
    heeded(client, 3).await;
}

async fn a_notice_before_our_own_record_settles_and_the_request_agrees(place: Place) {
    let faults = json!({ "script": ["early_notice"], "noticeLeadMs": 3000 });
    let (program, _world) = World::new(place, &faults).await.start().await;
    let client = &program.client;
    let payment = client.created().await;
    let answered = client.authorize(&payment, "tok_visa");
    let settled = until(async || client.status_of(&payment).await == "AUTHORIZED");
    tokio::pin!(answered);
    tokio::select! {
        reply = &mut answered => panic!("answered before the notice was heeded: {}", reply.text),
        () = settled => {}
    }
    let reply = answered.await;
    reply.assert_status(200);
    assert_eq!(reply.string("status"), "AUTHORIZED");
    assert_eq!(count_of(client, &payment, "PaymentAuthorized").await, 1);
    heeded(client, 1).await;
}

async fn a_notice_that_comes_twice_settles_once(place: Place) {
    let faults = json!({ "script": ["duplicate_notice", "duplicate_notice"] });
    let (program, _world) = World::new(place, &faults).await.start().await;
    let client = &program.client;
    let payment = client.captured().await;
    heeded(client, 4).await;
    assert_eq!(client.status_of(&payment).await, "CAPTURED");
    for kind in ["PaymentAuthorized", "PaymentCaptured"] {
        assert_eq!(count_of(client, &payment, kind).await, 1, "{kind}");
    }
}

async fn notices_out_of_order_change_nothing(place: Place) {
    let faults = json!({ "script": ["late_notice"], "noticeDelayMs": 2000 });
    let (program, world) = World::new(place, &faults).await.start().await;
    let client = &program.client;
    let payment = client.captured().await;
    client.post(&format!("{payment}/refund"), &json!({})).await.assert_status(200);
    heeded(client, 2).await;
    let before = seen(client, &payment).await;
    heeded(client, 3).await;
    assert_eq!(seen(client, &payment).await, before);
    drop(world);
}

async fn a_notice_after_a_void_changes_nothing(place: Place) {
    let faults = json!({ "script": ["late_notice"], "noticeDelayMs": 2000 });
    let (program, world) = World::new(place, &faults).await.start().await;
    let client = &program.client;
    let payment = client.authorized().await;
    client.post(&format!("{payment}/void"), &json!({})).await.assert_status(200);
    heeded(client, 1).await;
    let before = seen(client, &payment).await;
    assert_eq!(before[0]["status"], "VOIDED");
    heeded(client, 2).await;
    assert_eq!(seen(client, &payment).await, before);
    drop(world);
}

async fn a_notice_that_was_stored_outlives_the_program(place: Place) {
    let faults = json!({ "script": ["hang_up_after_reading"] });
    let world = World::new(place, &faults).await;
    // Without a worker, a notice is stored and not heeded.
    let (program, world) = world.with("PAYMENT_WORKER_ENABLED", "false").start().await;
    let payment = program.client.created().await;
    program.client.authorize(&payment, "tok_visa").await.assert_status(202);
    until(async || notices(&program.client).await.1 == 1).await;
    program.kill();

    world.set_faults(&json!({})).await;
    let (program, _world) = world.with("PAYMENT_WORKER_ENABLED", "true").start().await;
    until(async || program.client.status_of(&payment).await == "AUTHORIZED").await;
    until(async || notices(&program.client).await.1 == 0).await;
}
