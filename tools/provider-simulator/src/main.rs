//! The simulator as a process of its own.
#![expect(clippy::print_stdout, reason = "whoever starts it reads the address there")]

use clap::Parser;
use provider_simulator::{options::Options, server::Simulator};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let simulator = Simulator::start(&Options::parse()).await?;
    println!("listening on {}", simulator.url());
    Ok(tokio::signal::ctrl_c().await?)
}
