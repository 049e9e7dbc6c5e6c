//! Receives webhooks: checks who sent them, answers, and then does the work.
//!
//! ```sh
//! WEBHOOK_SECRET=whsec_… cargo run -- 9000
//! ```

#![expect(clippy::print_stdout, reason = "it tells what it took")]

use std::{
    collections::HashSet,
    error::Error,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

const MAX_BODY_BYTES: usize = 128 * 1024;

struct Shop {
    webhook: Webhook,
    /// In a shop: a table in which the id is unique, and the event is kept before it is answered.
    seen: Mutex<HashSet<String>>,
    inbox: mpsc::Sender<Bytes>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "eventId")]
    id: String,
    #[serde(rename = "eventType")]
    kind: String,
    sequence: i64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("which port?")?.parse()?;
    let webhook = Webhook::new(&std::env::var("WEBHOOK_SECRET")?)?;
    let (inbox, events) = mpsc::channel();
    thread::spawn(move || events.iter().for_each(|event: Bytes| work(&event)));
    let shop = Shop { webhook, seen: Mutex::default(), inbox };
    let router = Router::new().fallback(receive).with_state(Arc::new(shop));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router.layer(DefaultBodyLimit::max(MAX_BODY_BYTES))).await?;
    Ok(())
}

/// The library wants a signature in the list that is ours, over id, time and body as they came, and
/// a time that is at most 300 seconds from now.
async fn receive(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if shop.webhook.verify(&body, &headers).is_err() {
        println!("refused");
        return StatusCode::BAD_REQUEST;
    }
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let mut seen = shop.seen.lock().unwrap_or_else(PoisonError::into_inner);
    if !seen.contains(id) && shop.inbox.send(body).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    seen.insert(id.to_owned());
    StatusCode::NO_CONTENT
}

fn work(body: &[u8]) {
    match serde_json::from_slice(body) {
        Ok(Event { id, kind, sequence }) => println!("{id} {kind} #{sequence}"),
        Err(error) => println!("not an event: {error}"),
    }
}
