//! The command line.
#![expect(clippy::print_stdout, reason = "it is a command-line tool")]

use std::{env, fs, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use chaos::{
    goal::shortfalls,
    matrix::matrix,
    report::{self, Row},
    soak::{Effort, Outcome, soak},
    world::{database::Kind, seed::mixed, simulator::Profile, stage::Scene},
};
use clap::Parser;
use futures::{StreamExt, stream};

/// Often enough for a hundred kills in five minutes.
const BETWEEN_KILLS: Duration = Duration::from_millis(1500);

/// Kills everything while payments are made, and compares the books afterwards.
#[derive(Debug, Clone, Parser)]
struct Options {
    /// For how many seconds payments are made on each database; 0 for the kill matrix alone.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Which databases; all of them, if none is named.
    #[arg(long, value_enum)]
    database: Vec<Kind>,
    /// What the bank does with an order that it knows; two kinds, if none is named. The seconds are
    /// shared among them.
    #[arg(long, value_enum)]
    profile: Vec<Profile>,
    /// The bank breaks its own promise: orders to hold or take money may take effect after they were
    /// given up, and must be taken back. Fails unless that happens; with `--profile query` alone, and
    /// without the kill matrix.
    #[arg(long, requires = "profile", requires = "no_matrix")]
    too_late: bool,
    /// Leaves the kill matrix out.
    #[arg(long)]
    no_matrix: bool,
    /// Works on so many databases at once.
    #[arg(long, default_value_t = 1)]
    at_once: usize,
    /// How many merchants' programs make payments.
    #[arg(long, default_value_t = 64)]
    clients: u64,
    /// Decides what is asked and killed; not what comes of it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Fails with fewer payments on a database, all banks together.
    #[arg(long, default_value_t = 0)]
    at_least_payments: usize,
    /// Fails with fewer kills on a database, all banks together; the kill matrix does not count.
    #[arg(long, default_value_t = 0)]
    at_least_kills: u64,
    /// Where the programs are; with `--programs target/release`, scripts/chaos builds nothing and runs
    /// those of a release, as `cargo build --release -p chaos -p provider-simulator -p gateway-api
    /// -p outbox-worker` leaves them; they have no fail points, so add `--no-matrix`.
    #[arg(long, default_value = "target/debug")]
    programs: PathBuf,
    /// The document whose tables are written anew, such as docs/chaos.md.
    #[arg(long)]
    scoreboard: Option<PathBuf>,
}

/// What is to be done on one database.
#[derive(Debug, Clone)]
struct Task {
    options: Options,
    scene: Scene,
    seconds: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // Everything is on this machine and speaks plain HTTP; the client wants a provider all the same.
    ensure!(rustls::crypto::ring::default_provider().install_default().is_ok(), "TLS is set up");
    let tasks = tasks(&options)?;
    // One that fails must not end the others in the middle of their work.
    let carried_out: Vec<anyhow::Result<Vec<Row>>> = stream::iter(tasks)
        .map(|task| Box::pin(task.carry_out()))
        .buffered(options.at_once)
        .collect()
        .await;
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for result in carried_out {
        match result {
            Ok(found) => rows.extend(found),
            Err(error) => errors.push(format!("{error:#}")),
        }
    }
    println!("{}", report::tables(&rows));
    if let Some(path) = &options.scoreboard {
        let document = fs::read_to_string(path).context("the scoreboard cannot be read")?;
        fs::write(path, report::entered(&document, &rows)?)?;
    }
    ensure!(errors.is_empty(), "not everything was carried out: {errors:#?}");
    let few = shortfalls(&rows, options.at_least_payments, options.at_least_kills);
    ensure!(few.is_empty(), "it was too easy: {few:?}");
    ensure!(rows.iter().all(|row| row.is_kept), "the promise was broken; see above");
    Ok(())
}

fn tasks(options: &Options) -> anyhow::Result<Vec<Task>> {
    let databases = match options.database.as_slice() {
        [] => vec![Kind::Sqlite, Kind::Postgres, Kind::Mariadb],
        named => named.to_vec(),
    };
    let profiles = match options.profile.as_slice() {
        [] => vec![Profile::Key, Profile::Query],
        named => named.to_vec(),
    };
    let programs = options.programs.canonicalize().context("the programs are not built")?;
    let seconds = options.seconds / u64::try_from(profiles.len())?;
    let scenes = databases.iter().flat_map(|&database| {
        let programs = programs.clone();
        profiles.iter().map(move |&profile| {
            let programs = programs.clone();
            let seed = mixed(options.seed, &[database.title(), profile.name()]);
            Scene {
                database,
                profile,
                programs,
                has_faults: true,
                is_too_late: options.too_late,
                seed,
            }
        })
    });
    Ok(scenes.map(|scene| Task { options: options.clone(), scene, seconds }).collect())
}

/// How this run was started.
fn command() -> String {
    let arguments: Vec<_> = env::args().skip(1).collect();
    format!("scripts/chaos {}", arguments.join(" "))
}

impl Task {
    async fn carry_out(self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        let title = format!("{}, {}", self.scene.database.title(), self.scene.profile.name());
        if !self.options.no_matrix {
            let matrix = matrix(&self.scene).await.with_context(|| title.clone())?;
            println!("== kill matrix, {title}\nnever reached: {:?}", matrix.missed);
            println!("{}", report::remarks(&matrix.outcome));
            rows.push(Row::of_matrix(&self.scene, &matrix, &command()));
        }
        if self.seconds > 0 {
            let outcome: Outcome =
                soak(&self.scene, self.effort()).await.with_context(|| title.clone())?;
            println!("== soak, {title}\n{}", report::remarks(&outcome));
            rows.push(Row::of_soak(&self.scene, self.effort(), &outcome, &command()));
        }
        Ok(rows)
    }

    fn effort(&self) -> Effort {
        Effort {
            load: Duration::from_secs(self.seconds),
            clients: self.options.clients,
            between_kills: BETWEEN_KILLS,
        }
    }
}
