//! The program is killed between sending a webhook and writing down that it was taken.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::support::program::{Place, Program};

payment_store::on_every_database! { crate::support::program::Place::on:
    a_webhook_that_was_under_way_is_sent_again_under_the_same_id
}

const PATIENCE: Duration = Duration::from_mins(2);

async fn a_webhook_that_was_under_way_is_sent_again_under_the_same_id(place: Place) {
    let place = place
        .with("PAYMENT_PROVIDER_CALL_TIMEOUT_SECONDS", "4")
        .with("PAYMENT_WORKER_LEASE_SECONDS", "8")
        .with("PAYMENT_OUTBOX_POLL_INTERVAL_SECONDS", "1");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let program = place.start();
    let hook = json!({ "url": url, "eventTypes": ["PaymentCreated"] });
    program.client.post("/v1/webhook-endpoints", &hook).await.assert_status(201);
    program.client.created().await;

    let (first, unanswered) = arrival(&listener).await;
    program.kill();
    drop(unanswered);

    let program = place.start();
    let (second, mut stream) = arrival(&listener).await;
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    drop(stream);
    assert_eq!(id(&first), id(&second));
    assert_eq!(body(&first), body(&second));
    timeout(PATIENCE, delivered(&program)).await.unwrap();
}

/// The next request, whole, and the connection that it came by.
async fn arrival(listener: &TcpListener) -> (String, TcpStream) {
    let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    let mut request = Vec::new();
    let text = loop {
        stream.read_buf(&mut request).await.unwrap();
        let text = String::from_utf8_lossy(&request).into_owned();
        if text.contains("\r\n\r\n") && text.ends_with('}') {
            break text;
        }
    };
    (text, stream)
}

fn id(request: &str) -> &str {
    let mut lines = request.lines();
    lines.find_map(|line| line.strip_prefix("webhook-id: ")).unwrap()
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

async fn delivered(program: &Program) {
    loop {
        let health = program.client.browse("/v1/admin/health").await.json();
        if health["outboxPending"] == 0 && health["webhookDeliveriesPending"] == 0 {
            return;
        }
    }
}
