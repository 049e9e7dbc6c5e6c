//! What another process commits is sent long before the worker's poll.

use std::{
    process::{Command, Stdio},
    sync::Arc,
};

use gateway_runtime::{clock::SystemClock, relay::WakeRelay, wake::Nudge};
use payment_ports::{
    fakes::Samples,
    store::{Change, Store as _},
    wake::Wake as _,
    webhook::Endpoint,
};
use payment_store::{
    Signals,
    test_database::{migrated, settings},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The base64 of the key of `settings`.
const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

payment_store::on_every_database! { payment_store::test_database::TestDatabase::empty:
    what_is_committed_elsewhere_does_not_wait_for_the_poll
}

async fn what_is_committed_elsewhere_does_not_wait_for_the_poll(url: &str) {
    let (store, samples) = (migrated(url).await, Samples::new());
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = format!("http://{}/", receiver.local_addr().unwrap());
    let endpoint = Endpoint { url: here, ..samples.endpoint() };
    store.apply(&[Change::InsertEndpoint(endpoint)]).await.unwrap();
    let signals = Signals::of(&settings(url), Uuid::from_u128(1)).unwrap();
    let relay = WakeRelay::new(Arc::new(Nudge::default()), signals, Arc::new(SystemClock));
    let folder = TempDir::new().unwrap();
    let mut worker = Command::new(env!("CARGO_BIN_EXE_outbox-worker"))
        .current_dir(folder.path())
        .env_clear()
        .envs([("DATABASE_URL", url), ("SECURITY_ENCRYPTION_KEY", KEY)])
        .env("PAYMENT_OUTBOX_POLL_INTERVAL_SECONDS", "300")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until_told = async {
        // Whatever its start finds: that is not five times.
        for _ in 0..5 {
            let payment = samples.payment();
            let event = samples.event(&payment, 1);
            store
                .apply(&[Change::InsertPayment(payment), Change::InsertEvent(event)])
                .await
                .unwrap();
            relay.events_wait();
            take_one(&receiver).await;
        }
    };
    let told = CancellationToken::new();
    let until_told = async {
        until_told.await;
        told.cancel();
    };
    tokio::join!(until_told, relay.announce(told.clone()));
    worker.kill().unwrap();
    worker.wait().unwrap();
}

async fn take_one(receiver: &TcpListener) {
    let (mut connection, _) = receiver.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        assert_ne!(connection.read_buf(&mut request).await.unwrap(), 0);
    }
    connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    // The sender ends the connection once it has read the answer.
    connection.read_to_end(&mut request).await.unwrap();
}
