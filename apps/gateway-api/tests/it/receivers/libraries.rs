//! The libraries of Standard Webhooks, and the seed's function, verify what the gateway sent.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use reqwest::header::HeaderMap;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::webhook::other;
use crate::support::{
    program::Place,
    receiver::{Arrived, Receiver},
};

/// What a merchant verifies webhooks with.
#[derive(Debug, Clone, Copy)]
enum Library {
    Node,
    Python,
    Rust,
    SeedFunction,
}

const LIBRARIES: [Library; 4] =
    [Library::Node, Library::Python, Library::Rust, Library::SeedFunction];

impl Library {
    /// Whether it takes the webhook for one that was signed with that secret.
    fn accepts(self, secret: &str, webhook: &Arrived) -> bool {
        let Arrived { headers, body } = webhook;
        let input = json!({ "secret": secret, "headers": headers, "body": body,
            "signature": headers["x-webhook-signature"] });
        match self {
            Self::Node => verdict(node(&folder().join("verify.cjs")), &input),
            Self::Python => verdict(python(), &input),
            Self::SeedFunction => verdict(node(&seed_function()), &input),
            Self::Rust => {
                let headers = headers
                    .iter()
                    .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
                let headers: HeaderMap = headers.collect();
                let library = standardwebhooks::Webhook::new(secret).unwrap();
                library.verify(body.as_bytes(), &headers).is_ok()
            }
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/libraries")
}

fn seed_function() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    crates.join("webhook-signing/tests/fixtures/seed_receiver.mjs")
}

/// Where `scripts/webhook-libraries` puts them.
fn installed() -> PathBuf {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("webhook-libraries");
    assert!(installed.join("wanted").exists(), "run scripts/webhook-libraries first");
    installed
}

fn node(script: &Path) -> Command {
    let mut node = Command::new("node");
    node.arg(script).env("NODE_PATH", installed().join("node_modules"));
    node
}

fn python() -> Command {
    let mut python = Command::new("python3");
    python.arg("-B").arg(folder().join("verify.py"));
    python.env("PYTHONPATH", installed().join("python"));
    python
}

fn verdict(mut command: Command, input: &Value) -> bool {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap_or_else(|error| {
            panic!("this runs a merchant's library: install {:?}: {error}", command.get_program())
        });
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout == b"true\n"
}

/// What arrives of a payment, and the secret that it is signed with.
async fn captured() -> (Vec<Arrived>, String) {
    let place = Place::unconfigured();
    let gateway = place.start();
    let receiver = Receiver::start();
    let hook = json!({ "url": format!("http://{}/payments", receiver.address) });
    let hook = gateway.client.post("/v1/webhook-endpoints", &hook).await;
    gateway.client.captured().await;
    receiver.arrived(3).await;
    (receiver.webhooks(), hook.string("secret"))
}

#[tokio::test]
async fn libraries_accept_what_the_gateway_sent() {
    let (webhooks, secret) = captured().await;
    for library in LIBRARIES {
        for webhook in &webhooks {
            assert!(library.accepts(&secret, webhook), "{library:?}: {webhook:?}");
        }
    }
}

#[tokio::test]
async fn libraries_refuse_another_secret_and_another_body() {
    let (webhooks, secret) = captured().await;
    let genuine = &webhooks[0];
    let body = genuine.body.replace("1500.00", "1500.0");
    assert_ne!(body, genuine.body);
    let changed = Arrived { body, ..genuine.clone() };
    for library in LIBRARIES {
        assert!(!library.accepts(&secret, &changed), "{library:?}");
        assert!(!library.accepts(other().expose_secret(), genuine), "{library:?}");
    }
}

#[tokio::test]
async fn libraries_accept_either_secret_while_two_are_valid() {
    let place = Place::unconfigured();
    let gateway = place.start();
    let (client, receiver) = (&gateway.client, Receiver::start());
    let hook = json!({ "url": format!("http://{}/payments", receiver.address) });
    let hook = client.post("/v1/webhook-endpoints", &hook).await;
    let secret = format!("/v1/webhook-endpoints/{}/secret", hook.string("id"));
    let old = hook.string("secret");

    let new = client.post(&format!("{secret}/rotate"), &json!({})).await.string("secret");
    client.created().await;
    let webhook = receiver.arrived(1).await;

    for library in [Library::Node, Library::Python, Library::Rust] {
        assert!(library.accepts(&old, &webhook) && library.accepts(&new, &webhook), "{library:?}");
    }
    assert!(Library::SeedFunction.accepts(&old, &webhook));
    let next = webhook.headers["x-webhook-signature-next"].clone();
    let mut by_new = webhook;
    by_new.headers.insert("x-webhook-signature".to_owned(), next);
    assert!(Library::SeedFunction.accepts(&new, &by_new));

    client.post(&format!("{secret}/promote"), &json!({})).await.assert_status(200);
    client.created().await;
    let webhook = receiver.arrived(2).await;
    for library in LIBRARIES {
        assert!(library.accepts(&new, &webhook) && !library.accepts(&old, &webhook), "{library:?}");
    }
    assert!(!webhook.headers.contains_key("x-webhook-signature-next"));
}
