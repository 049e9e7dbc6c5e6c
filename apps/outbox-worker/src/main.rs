//! Delivers events, settles attempts in doubt and runs due work; several may run at once.

use std::sync::Arc;

use anyhow::Context;
use gateway_runtime::{
    logging,
    settings::{Settings, WorkerPace},
    shutdown,
    wiring::wire,
    worker,
};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let requested = shutdown::requested();
    let settings = Settings::load()?;
    logging::start(&settings.logging)?;
    let runtime = wire(&settings).await.context("the worker cannot start")?;
    let shutdown = CancellationToken::new();
    // What there is to do comes from other processes.
    let pace = WorkerPace { is_woken: runtime.relay.reaches_others(), ..settings.worker };
    let work =
        worker::run(runtime.ports.clone(), pace, Arc::clone(&runtime.nudge), shutdown.clone());
    let stop = async {
        let requested = requested.await;
        shutdown.cancel();
        requested
    };
    let listen = runtime.relay.listen(shutdown.clone());
    let announce = runtime.relay.announce(shutdown.clone());
    let ((), (), (), stopped) = tokio::join!(work, listen, announce, stop);
    runtime.close().await;
    stopped.context("the worker cannot listen for signals")
}
