//! The program and a bank that is a process of its own, as far as the program can tell: both keep
//! books, and in the end the books are equal.

use std::time::Duration;

use clap::ValueEnum;
use provider_simulator::{fault::Faults, options::Options, profile::Profile, server::Simulator};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    Client, Reply,
    program::{Place, Program},
};

payment_store::on_every_database! { crate::support::program::Place::on:
    a_payment_goes_its_way_and_both_books_are_equal
    a_lost_answer_to_every_call_moves_the_money_once
    a_customer_who_passes_three_ds_is_held_at_the_bank
    what_lands_after_it_was_given_up_is_taken_back
    what_is_cancelled_at_the_bank_never_lands
}

/// A bank, and the program that talks to it.
struct World {
    program: Program,
    bank: Client,
    _simulator: Simulator,
    /// Kept, because dropping them deletes the databases.
    _place: Place,
    _folder: TempDir,
}

impl World {
    async fn start(place: Place, faults: &Value) -> Self {
        Self::at_a_bank(place, "query", faults).await
    }

    async fn at_a_bank(place: Place, profile: &str, faults: &Value) -> Self {
        let folder = TempDir::new().unwrap();
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: folder.path().join("ledger.jsonl"),
            profile: Profile::from_str(profile, false).unwrap(),
            faults: Some(Faults::read(&faults.to_string()).unwrap()),
            seed: 0,
            max_late_landing_ms: 100,
            notify_url: None,
            notify_secret: None,
        };
        let simulator = Simulator::start(&options).await.unwrap();
        let place = place
            .with("PROVIDERS_MOCK_PROVIDER_BASE_URL", &simulator.url())
            .with("PROVIDERS_MOCK_PROVIDER_PROFILE", profile)
            .with("PROVIDERS_MOCK_PROVIDER_MAX_LATE_LANDING_SECONDS", "1")
            .with("PAYMENT_PROVIDER_CALL_TIMEOUT_SECONDS", "1")
            .with("PAYMENT_PROVIDER_WATCH_INTERVALS", "1,2,4,6,8,10,12,15,20,30")
            .with("PAYMENT_PROVIDER_DOUBT_INTERVALS", "0,1")
            .with("PAYMENT_OUTBOX_POLL_INTERVAL_SECONDS", "1");
        let start = tokio::task::spawn_blocking(move || (place.start(), place));
        let (program, place) = start.await.unwrap();
        let address = simulator.url().trim_start_matches("http://").parse().unwrap();
        let bank = Client::new(address, "", "");
        Self { program, bank, _simulator: simulator, _place: place, _folder: folder }
    }

    fn client(&self) -> &Client {
        &self.program.client
    }

    async fn ledger(&self) -> Value {
        Reply::of(self.bank.bare(Method::GET, "/simulator/ledger")).await.json()
    }

    /// Waits until nothing of the payment is in doubt any more.
    async fn settled(&self, payment: &str) -> Reply {
        loop {
            let read = self.client().get(payment).await;
            if read.field("pendingOperation").is_null() {
                return read;
            }
            pause().await;
        }
    }

    /// Waits until the payment's attempts stand like that.
    async fn until_attempts_are(&self, payment: &str, states: &[&str]) {
        let path = format!("{payment}/attempts");
        loop {
            let attempts = self.client().get(&path).await.field("attempts");
            let attempts = attempts.as_array().unwrap().iter();
            if attempts.map(|attempt| &attempt["status"]).eq(states) {
                return;
            }
            pause().await;
        }
    }

    /// Each of the payment's attempts moved money at the bank once, and nothing else did.
    async fn assert_books_are_equal(&self, payment: &str) {
        let payment_read = self.client().get(payment).await;
        let ledger = self.ledger().await;
        let hold = &ledger["holds"][0];
        assert_eq!(hold["authorization"], payment_read.field("providerReference"));
        assert_eq!(hold["payment"], payment_read.field("id"));
        assert_eq!(hold["currency"], payment_read.field("currency"));
        let names = [
            ("amount", "authorizedMinor"),
            ("capturedAmount", "capturedMinor"),
            ("refundedAmount", "refundedMinor"),
        ];
        for (ours, theirs) in names {
            let ours = payment_read.field(ours).to_string().replace('.', "");
            assert_eq!(ours.parse::<i64>().ok(), hold[theirs].as_i64(), "{ledger}");
        }
        let attempts = self.client().get(&format!("{payment}/attempts")).await.field("attempts");
        let moved = attempts.as_array().unwrap().iter().filter(|attempt| {
            assert_ne!(attempt["status"], "PENDING");
            attempt["status"] == "SUCCESS"
        });
        let ours: Vec<_> = moved.map(|attempt| &attempt["id"]).collect();
        let effects = ledger["effects"].as_array().unwrap();
        let theirs: Vec<_> = effects.iter().map(|effect| &effect["reference"]).collect();
        assert_eq!(ours, theirs);
        let asked = ledger["asked"].as_array().unwrap();
        assert!(asked.iter().all(|asked| asked["count"] == 1), "{ledger}");
    }
}

/// Leaves the processor to those who are waited for.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

async fn a_payment_goes_its_way_and_both_books_are_equal(place: Place) {
    let world = World::start(place, &json!({})).await;
    let payment = world.client().captured().await;
    let part = json!({ "amount": "400.50" });
    world.client().post(&format!("{payment}/refund"), &part).await.assert_status(200);
    world.assert_books_are_equal(&payment).await;
    assert_eq!(world.ledger().await["holds"][0]["refundedMinor"], 40_050);
}

async fn a_lost_answer_to_every_call_moves_the_money_once(place: Place) {
    let faults = json!({ "perThousand": { "hang_up_after_reading": 1000 } });
    let world = World::start(place, &faults).await;
    let payment = world.client().created().await;
    world.client().authorize(&payment, "tok_visa").await.assert_status(202);
    assert_eq!(world.settled(&payment).await.string("status"), "AUTHORIZED");
    for (operation, status) in [("capture", "CAPTURED"), ("refund", "REFUNDED")] {
        let path = format!("{payment}/{operation}");
        world.client().post(&path, &json!({})).await.assert_status(202);
        assert_eq!(world.settled(&payment).await.string("status"), status);
    }
    world.assert_books_are_equal(&payment).await;
    assert_eq!(world.ledger().await["effects"].as_array().unwrap().len(), 3);
}

async fn a_customer_who_passes_three_ds_is_held_at_the_bank(place: Place) {
    let world = World::start(place, &json!({})).await;
    let (payment, page) = world.client().challenged("tok_3ds", None).await;
    assert_eq!(world.ledger().await["effects"], json!([]));
    world.client().post_form(&page, "code=111111").await.assert_status(200);
    assert_eq!(world.client().status_of(&payment).await, "AUTHORIZED");
    let ledger = world.ledger().await;
    assert_eq!(ledger["holds"][0]["leftMinor"], 150_000);
    assert_eq!(ledger["effects"].as_array().unwrap().len(), 1);
}

async fn what_lands_after_it_was_given_up_is_taken_back(place: Place) {
    let faults = json!({ "script": ["land_too_late"], "landTooLateMs": 8000 });
    let world = World::start(place, &faults).await;
    let payment = world.client().created().await;
    world.client().authorize(&payment, "tok_visa").await.assert_status(202);
    assert_eq!(world.settled(&payment).await.string("status"), "FAILED");
    assert_eq!(world.ledger().await["effects"], json!([]));

    world.until_attempts_are(&payment, &["REVERSED", "SUCCESS"]).await;

    let ledger = world.ledger().await;
    let names = ledger["effects"].as_array().unwrap().iter().map(|effect| &effect["operation"]);
    assert!(names.eq(["authorize", "void"]), "{ledger}");
    assert_eq!(ledger["holds"][0]["leftMinor"], 0);
}

async fn what_is_cancelled_at_the_bank_never_lands(place: Place) {
    let faults = json!({ "script": ["land_too_late"], "landTooLateMs": 4000 });
    let world = World::at_a_bank(place, "cancel", &faults).await;
    let payment = world.client().created().await;
    world.client().authorize(&payment, "tok_visa").await.assert_status(202);
    assert_eq!(world.settled(&payment).await.string("status"), "FAILED");

    while world.ledger().await["underWay"] != 0 {
        pause().await;
    }

    assert_eq!(world.ledger().await["effects"], json!([]));
}
