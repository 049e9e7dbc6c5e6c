//! How a simulator is started.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;

use crate::{fault::Faults, profile::Profile};

/// Plays a bank over HTTP.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Options {
    /// Where it listens; port 0 lets the system choose.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The file that its books are kept in; made if it is not there.
    #[arg(long)]
    pub ledger: PathBuf,
    /// What it does with an order that it knows already.
    #[arg(long, value_enum, default_value_t = Profile::Key)]
    pub profile: Profile,
    /// The faults to begin with: JSON, or the name of a file of it.
    #[arg(long, value_parser = Faults::read)]
    pub faults: Option<Faults>,
    /// Makes the faults and delays the same in every run.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Within how many milliseconds an order whose sender is gone takes effect.
    #[arg(long, default_value_t = 5000)]
    pub max_late_landing_ms: u64,
    /// Where notices of what was done are posted.
    #[arg(long, requires = "notify_secret")]
    pub notify_url: Option<String>,
    /// The secret that notices are signed with: `whsec_` and base64.
    #[arg(long, requires = "notify_url")]
    pub notify_secret: Option<String>,
}
