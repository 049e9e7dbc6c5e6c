//! Delivers events, settles attempts in doubt and runs due work; several may run at once.

use std::sync::Arc;

use anyhow::Context;
use gateway_runtime::{logging, settings::Settings, shutdown, wiring::wire, worker};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let requested = shutdown::requested();
    let settings = Settings::load()?;
    logging::start(&settings.logging)?;
    let runtime = wire(&settings).await.context("the worker cannot start")?;
    let shutdown = CancellationToken::new();
    let work = worker::run(
        runtime.ports.clone(),
        settings.worker,
        Arc::clone(&runtime.nudge),
        shutdown.clone(),
    );
    let stop = async {
        let requested = requested.await;
        shutdown.cancel();
        requested
    };
    let ((), stopped) = tokio::join!(work, stop);
    runtime.close().await;
    stopped.context("the worker cannot listen for signals")
}
