//! Clients that hang up, and servers that stop.

use std::time::Duration;

use payment_core::{attempt::AttemptState, id::PaymentId};

use crate::support::{TestApp, on_every_store};

on_every_store! {
    a_client_that_hangs_up_cancels_nothing
    requests_in_flight_are_answered_before_the_server_stops
    what_a_lost_client_began_is_finished_before_the_server_stops
}

/// The provider takes that long.
const SLOW: &str = "tok_slow_500";

fn id_of(payment: &str) -> PaymentId {
    payment.rsplit('/').next().unwrap().parse().unwrap()
}

/// Returns once the only attempt is in one of these states.
async fn until(app: &TestApp, payment: &str, state: AttemptState) {
    let reached = async {
        loop {
            let attempts = app.ports.store.attempts(id_of(payment)).await.unwrap();
            if attempts.iter().any(|attempt| attempt.state == state) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reached).await.unwrap();
}

async fn a_client_that_hangs_up_cancels_nothing(app: TestApp) {
    let payment = app.client.created().await;
    tokio::select! {
        reply = app.client.authorize(&payment, SLOW) => panic!("{}", reply.text),
        () = until(&app, &payment, AttemptState::Intent) => {}
    }

    until(&app, &payment, AttemptState::Succeeded).await;

    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
}

async fn requests_in_flight_are_answered_before_the_server_stops(app: TestApp) {
    let payment = app.client.created().await;
    let stop = async {
        until(&app, &payment, AttemptState::Intent).await;
        app.stop.cancel();
    };
    let (reply, ()) = tokio::join!(app.client.authorize(&payment, SLOW), stop);
    assert_eq!(reply.string("status"), "AUTHORIZED");
    app.server.await.unwrap().unwrap();
    std::net::TcpStream::connect(app.address).unwrap_err();
}

async fn what_a_lost_client_began_is_finished_before_the_server_stops(app: TestApp) {
    let payment = app.client.created().await;
    tokio::select! {
        reply = app.client.authorize(&payment, SLOW) => panic!("{}", reply.text),
        () = until(&app, &payment, AttemptState::Intent) => {}
    }

    app.stop.cancel();
    app.server.await.unwrap().unwrap();

    let attempts = app.ports.store.attempts(id_of(&payment)).await.unwrap();
    assert_eq!(attempts[0].state, AttemptState::Succeeded);
}
