//! The command line.
#![expect(clippy::print_stdout, reason = "it is a command-line tool")]

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use chaos::{
    report,
    soak::{Effort, soak},
    world::{database::Kind, simulator::Profile, stage::Scene},
};
use clap::Parser;

/// Kills everything while payments are made, and compares the books afterwards.
#[derive(Debug, Parser)]
struct Options {
    /// For how many seconds payments are made on each database.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Which databases; all of them, if none is named.
    #[arg(long, value_enum)]
    database: Vec<Kind>,
    /// What the bank does with an order that it knows.
    #[arg(long, value_enum, default_value_t = Profile::Key)]
    profile: Profile,
    /// How many merchants' programs make payments.
    #[arg(long, default_value_t = 24)]
    clients: u64,
    /// Decides what is asked and killed; not what comes of it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the programs are.
    #[arg(long, default_value = "target/debug")]
    programs: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // Everything is on this machine and speaks plain HTTP; the client wants a provider all the same.
    ensure!(rustls::crypto::ring::default_provider().install_default().is_ok(), "TLS is set up");
    let databases = match options.database.as_slice() {
        [] => vec![Kind::Sqlite, Kind::Postgres, Kind::Mariadb],
        named => named.to_vec(),
    };
    let mut rows = String::new();
    let mut is_kept = true;
    for database in databases {
        let outcome = soak(&scene(&options, database)?, effort(&options)).await?;
        rows.push_str(&report::row(database.title(), options.profile.name(), &outcome));
        println!("== {}\n{}", database.title(), report::remarks(&outcome));
        is_kept &= outcome.violations.is_empty() && outcome.unseen.is_empty();
    }
    println!("{}{rows}", report::HEAD);
    ensure!(is_kept, "the promise was broken, or a breach would not have been seen");
    Ok(())
}

fn scene(options: &Options, database: Kind) -> anyhow::Result<Scene> {
    let programs = options.programs.canonicalize()?;
    Ok(Scene { database, profile: options.profile, programs, has_faults: true })
}

fn effort(options: &Options) -> Effort {
    Effort {
        load: Duration::from_secs(options.seconds),
        clients: options.clients,
        between_kills: Duration::from_secs((options.seconds / 150).clamp(2, 4)),
        seed: options.seed,
    }
}
