//! The HTTP server.

use std::{future::pending, io, net::TcpListener, time::Duration};

use actix_web::{App, HttpServer, middleware::from_fn, web::Data};
use tokio_util::sync::CancellationToken;

use crate::{api::Api, envelope::envelope, openapi::Document, routes};

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection without requests is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How often measurements are compacted.
const UPKEEP: Duration = Duration::from_secs(5);

/// How the operator wants the API served.
#[derive(Debug, Clone, Copy)]
pub struct Serving {
    /// How long requests in flight may take once the server stops.
    pub shutdown_timeout: Duration,
}

/// Serves the API on `listener` until `stop`; then finishes what was begun, and returns.
///
/// # Errors
///
/// If the listener cannot be used.
pub async fn serve(
    listener: TcpListener,
    api: Api,
    serving: Serving,
    stop: CancellationToken,
) -> io::Result<()> {
    let data = Data::new(api.clone());
    let document = Data::new(Document::new());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(document.clone())
            .wrap(from_fn(envelope))
            .configure(routes::configure)
    })
    .client_request_timeout(HEAD_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(serving.shutdown_timeout.as_secs())
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let stopped = async {
        stop.cancelled().await;
        handle.stop(true).await;
        pending::<()>().await;
    };
    let upkeep = async {
        loop {
            tokio::time::sleep(UPKEEP).await;
            api.metrics.run_upkeep();
        }
    };
    tokio::select! {
        ended = server => ended?,
        () = stopped => {}
        () = upkeep => {}
    }
    api.finished().await;
    Ok(())
}
