//! Measures how fast webhooks go out on PostgreSQL.
//!
//! Each rate stands beside a raw ceiling of the same run: the ratio travels between machines. The
//! receiver is on this machine and takes its share of the processors.
#![expect(clippy::disallowed_methods, reason = "measuring needs a clock and tasks")]

mod claims;
mod latency;
mod receiver;
mod report;
mod throughput;
mod world;

use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, Subcommand};
use gateway_runtime::{
    logging,
    settings::{Settings, WorkerPace},
    shutdown,
    wiring::wire,
    worker,
};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// `DATABASE_URL` names an empty PostgreSQL database.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// How many events are claimed and acknowledged, and how many webhooks delivered.
    #[arg(long, default_value_t = 40_000)]
    events: usize,
    /// How many webhooks of a steady load are timed.
    #[arg(long, default_value_t = 3_000)]
    samples: usize,
    /// Only this part.
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Subcommand)]
enum Command {
    /// Only works, as `outbox-worker` does, until it is asked to end.
    Worker,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Claims,
    Throughput,
    Latency,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let settings = Settings::load()?;
    logging::start(&settings.logging)?;
    match arguments.command {
        Some(Command::Worker) => work(&settings).await,
        None => measure(&settings, &arguments).await,
    }
}

async fn measure(settings: &Settings, arguments: &Arguments) -> anyhow::Result<()> {
    let world = World::new(settings).await?;
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    if wanted(Part::Claims) {
        claims::measure(&world, arguments.events).await?;
    }
    if wanted(Part::Throughput) {
        throughput::measure(&world, arguments.events).await?;
    }
    if wanted(Part::Latency) {
        latency::measure(&world, arguments.samples).await?;
    }
    world.runtime.close().await;
    Ok(())
}

async fn work(settings: &Settings) -> anyhow::Result<()> {
    let requested = shutdown::requested();
    let runtime = wire(settings).await?;
    let pace = WorkerPace { is_woken: runtime.relay.reaches_others(), ..settings.worker };
    let stop = CancellationToken::new();
    let work = worker::run(runtime.ports.clone(), pace, Arc::clone(&runtime.nudge), stop.clone());
    let ended = async {
        let requested = requested.await;
        stop.cancel();
        requested
    };
    let ((), (), ended) = tokio::join!(work, runtime.relay.listen(stop.clone()), ended);
    runtime.close().await;
    ended.context("the worker cannot listen for signals")
}
