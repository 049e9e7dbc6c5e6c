//! The program itself, started as an operator starts it.

use std::{collections::BTreeSet, net::TcpListener, process::Stdio, time::Duration};

use futures::future::join_all;
use payment_store::test_database::{TestDatabase, tamper};
use serde_json::{Value, json};

use crate::support::{
    Client,
    program::{Place, Program},
    receiver::Receiver,
};

payment_store::on_every_database! { crate::support::program::Place::on:
    a_request_in_flight_is_answered_before_it_ends
    a_repetition_after_a_crash_is_answered_with_the_same_bytes
    nothing_secret_is_logged_even_when_everything_is
    merchants_and_keys_are_made_on_the_command_line
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn it_starts_with_nothing_configured_and_ends_when_asked() {
    let place = Place::unconfigured();
    let program = place.start();
    let payment = program.client.captured().await;
    assert!(program.terminate());

    let again = place.start();
    assert_eq!(again.client.status_of(&payment).await, "CAPTURED");
    assert!(again.terminate());
}

#[test]
fn it_ends_well_even_if_asked_the_moment_it_listens() {
    let place = Place::unconfigured();
    for _ in 0..8 {
        assert!(place.start().terminate());
    }
}

async fn a_request_in_flight_is_answered_before_it_ends(place: Place) {
    let program = place.start();
    let client = program.client.clone();
    let payment = client.created().await;
    let in_flight = async {
        let reply = client.authorize(&payment, "tok_slow_1000").await;
        assert_eq!(reply.string("status"), "AUTHORIZED");
    };
    let end = async {
        let pending = |read: Value| !read["pendingOperation"].is_null();
        while !pending(client.get(&payment).await.json()) {}
        tokio::task::spawn_blocking(|| program.terminate()).await.unwrap()
    };
    let ((), is_well) = tokio::join!(in_flight, end);
    assert!(is_well);
}

async fn a_repetition_after_a_crash_is_answered_with_the_same_bytes(place: Place) {
    let order = json!({ "amount": "1500.00", "currency": "TRY" });
    let program = place.start();
    let first = program.client.post_keyed("order-1", "/v1/payments", &order).await;
    program.kill();

    let program = place.start();
    let again = program.client.post_keyed("order-1", "/v1/payments", &order).await;

    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(every_payment(&program.client).await.len(), 1);
}

/// On a server, what the dead process held is due only when its lease ends.
#[tokio::test]
async fn after_a_crash_no_payment_is_stuck_and_every_event_is_told() {
    let place = Place::unconfigured();
    let receiver = Receiver::start();
    let hook = json!({ "url": format!("http://{}/hooks", receiver.address) });
    let program = place.start();
    program.client.post("/v1/webhook-endpoints", &hook).await.assert_status(201);
    let client = program.client.clone();
    let buyers = join_all((0..16).map(|buyer| buy_until_it_crashes(&client, buyer)));
    let crash = async {
        while receiver.events().len() < 40 {
            tokio::task::yield_now().await;
        }
        program.kill();
    };
    tokio::join!(buyers, crash);

    let program = place.start();
    let client = &program.client;
    let settled = async {
        loop {
            let health = client.browse("/v1/admin/health").await.json();
            let counts = ["outboxPending", "webhookDeliveriesPending", "attemptsInDoubt"];
            if counts.iter().all(|count| health[count] == 0) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), settled).await.unwrap();

    let mut told = BTreeSet::new();
    for payment in every_payment(client).await {
        assert_eq!(payment["pendingOperation"], Value::Null, "{payment}");
        assert_ne!(payment["status"], "FAILED", "{payment}");
        let path = format!("/v1/payments/{}/timeline", payment["id"].as_str().unwrap());
        let entries = client.get(&path).await.field("data");
        let events = entries.as_array().unwrap().iter().filter(|entry| entry["type"] == "EVENT");
        told.extend(events.map(|event| event["reference"].as_str().unwrap().to_owned()));
    }
    assert!(told.len() >= 40);
    assert_eq!(receiver.events(), told);
}

async fn buy_until_it_crashes(client: &Client, buyer: u32) {
    for order in 0.. {
        let key = format!("{buyer}-{order}");
        let body = json!({ "amount": 10, "currency": "TRY", "orderId": key });
        let Some(created) = client.try_post("/v1/payments", &body).await else { return };
        let payment = format!("/v1/payments/{}", created.string("id"));
        let card = json!({ "cardToken": "tok_slow_20", "cardBin": "454678" });
        for (operation, body) in
            [("authorize", card), ("capture", json!({})), ("refund", json!({}))]
        {
            if client.try_post(&format!("{payment}/{operation}"), &body).await.is_none() {
                return;
            }
        }
    }
}

async fn every_payment(client: &Client) -> Vec<Value> {
    let mut payments = Vec::new();
    let mut path = "/v1/payments?limit=100".to_owned();
    loop {
        let page = client.get(&path).await;
        payments.extend(page.field("data").as_array().unwrap().clone());
        let next = page.field("nextCursor");
        let Some(cursor) = next.as_str() else { return payments };
        path = format!("/v1/payments?limit=100&cursor={cursor}");
    }
}

async fn nothing_secret_is_logged_even_when_everything_is(place: Place) {
    const CARD: &str = "4111111111111111";
    let log = place.path().join("log");
    let program = place.start_talkative(&log);
    let client = &program.client;
    for path in [format!("/v1/payments/{CARD}"), format!("/v1/payments?orderId={CARD}")] {
        client.get(&path).await.assert_status(400);
    }
    client.browse(&format!("/{CARD}?card={CARD}")).await.assert_status(404);
    let body = json!({ "amount": 1, "currency": "TRY", "description": CARD, "cvv": "cvv-canary" });
    client.post_keyed(CARD, "/v1/payments", &body).await.assert_status(400);
    client.post_text("/v1/payments", &format!("{{broken {CARD}")).await.assert_status(400);
    let body = json!({ "amount": 1, "currency": "TRY", "customerEmail": "somebody@email.com" });
    let created = client.post("/v1/payments", &body).await;
    let payment = format!("/v1/payments/{}", created.string("id"));
    client.authorize(&payment, "tok_canary").await.assert_status(200);
    let hook = json!({ "url": "http://127.0.0.1:1/hooks" });
    let hook = client.post("/v1/webhook-endpoints", &hook).await.string("secret");
    let (waiting, page) = client.challenged("tok_3ds", None).await;
    client.post_form(&page, "code=111111&md=bankdata").await.assert_status(200);
    assert_eq!(client.status_of(&waiting).await, "AUTHORIZED");
    let (_, session) = page.split_once('=').unwrap();
    let secrets = [
        CARD,
        "cvv-canary",
        "somebody",
        "tok_canary",
        client.key.as_str(),
        hook.as_str(),
        session,
        "bankdata",
    ];
    let secrets = secrets.map(str::to_owned);
    assert!(program.terminate());

    let logged = std::fs::read_to_string(&log).unwrap();

    assert!(logged.contains("request answered") && logged.contains("TRACE"), "{logged}");
    for secret in secrets {
        let line = logged.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret}");
    }
}

async fn merchants_and_keys_are_made_on_the_command_line(place: Place) {
    assert!(place.output(&["migrate"]).status.success());
    let merchant = ["merchants", "create", "--id", "TRENDYOL", "--name", "Trendyol"];
    let made = place.output(&merchant);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert_eq!(text(&made.stdout), "TRENDYOL\n");
    let keys: Vec<_> = ["test", "live"]
        .iter()
        .map(|mode| {
            let arguments = ["api-keys", "create", "--merchant", "TRENDYOL", "--mode", mode];
            let made = place.output(&arguments);
            assert!(made.status.success(), "{}", text(&made.stderr));
            let key = text(&made.stdout);
            assert!(key.starts_with(&format!("sk_{mode}_")) && key.lines().count() == 1);
            assert!(!text(&made.stderr).contains(key.trim()));
            key.trim().to_owned()
        })
        .collect();

    let program = place.start();
    for key in &keys {
        let client = Client::new(program.address, "TRENDYOL", key);
        let payment = client.created().await;
        assert_eq!(client.get(&payment).await.string("merchantId"), "TRENDYOL");
    }
}

#[tokio::test]
async fn what_nobody_can_know_is_settled_on_the_command_line() {
    let place = Place::unconfigured();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = place.program(&[]);
    command
        .env("PROVIDERS_MOCK_PROVIDER_BASE_URL", format!("http://{}", silent.local_addr().unwrap()))
        .env("PAYMENT_PROVIDER_CALL_TIMEOUT_SECONDS", "1")
        .env("PAYMENT_PROVIDER_REVIEW_AFTER_HOURS", "0");
    let program = Program::spawn(command.stderr(Stdio::null()));
    let payment = program.client.created().await;
    assert_eq!(program.client.authorize(&payment, "tok_visa").await.status, 202);

    let listed = loop {
        let listed = place.output(&["attempts", "review"]);
        assert!(listed.status.success(), "{}", text(&listed.stderr));
        if !listed.stdout.is_empty() {
            break text(&listed.stdout);
        }
    };
    assert!(listed.contains("NEEDS_REVIEW AUTHORIZE of 1500.00 TRY at MOCK_PROVIDER"), "{listed}");
    assert!(listed.contains(payment.rsplit('/').next().unwrap()), "{listed}");
    let attempt = listed.split(' ').next().unwrap();
    let settle = ["attempts", "settle", attempt, "--as", "succeeded", "--by", "Ayşe"];
    let nameless = place.output(&[&settle[..], &["--reason", "seen"]].concat());
    assert!(!nameless.status.success());
    assert!(text(&nameless.stderr).contains("provider reference"), "{}", text(&nameless.stderr));
    let known = ["--reason", "seen in the panel", "--provider-reference", "bank-1"];
    let settled = place.output(&[&settle[..], &known].concat());
    assert!(settled.status.success(), "{}", text(&settled.stderr));
    assert!(text(&settled.stdout).contains("SUCCEEDED"));
    assert_eq!(program.client.status_of(&payment).await, "AUTHORIZED");
}

#[test]
fn mistakes_on_the_command_line_are_told() {
    let place = Place::unconfigured();
    let merchant = ["merchants", "create", "--id", "SHOP", "--name", "Shop"];
    assert!(place.output(&merchant).status.success());
    for (arguments, said) in [
        (&merchant[..], "merchant SHOP exists already"),
        (
            &["merchants", "create", "--id", "TWO WORDS", "--name", "Shop"],
            "id is not a valid merchant id: expected 1 to 50",
        ),
        (&["api-keys", "create", "--merchant", "NOBODY", "--mode", "test"], "NOBODY was not found"),
        (
            &["api-keys", "create", "--merchant", "SHOP", "--mode", "demo"],
            "[possible values: test, live]",
        ),
        (&["sell"], "unrecognized subcommand"),
    ] {
        let output = place.output(arguments);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let place = Place::unconfigured();
    let first = place.start();
    let port = first.address.port().to_string();
    let second = place.program(&[]).env("SERVER_PORT", &port).output().unwrap();
    assert!(!second.status.success());
    let said = text(&second.stderr);
    assert!(said.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{said}");
    assert!(said.contains("SERVER_PORT"), "{said}");
}

#[test]
fn the_document_is_printed() {
    let place = Place::unconfigured();
    let printed = place.output(&["openapi"]);
    assert!(printed.status.success());
    let document: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(document["info"]["title"], "Payment gateway");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_database_server_that_may_forget_is_warned_of() {
    let forgetful = "DO $$ BEGIN EXECUTE \
         format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$";
    let test = async |url: &str| {
        tamper(url, forgetful).await;
        let place = Place::at(url);
        let log = place.path().join("log");
        assert!(place.start_talkative(&log).terminate());
        let logged = std::fs::read_to_string(&log).unwrap();
        assert!(logged.contains("the database server has synchronous_commit = off"), "{logged}");
    };
    Box::pin(TestDatabase::Postgres.empty(test)).await;
}
