//! `kill -9`, of anything, at any time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

use fastrand::Rng;
use tokio::sync::Mutex;

use super::{process::Process, stage::Stage};

/// How often a supervisor looks.
const LOOK: Duration = Duration::from_millis(200);

/// What can be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Victim {
    /// A process of the API.
    Api,
    /// A worker.
    Worker,
    /// The bank.
    Bank,
    /// The database server.
    Database,
}

/// What was killed when.
#[derive(Debug, Clone, Default)]
pub struct Toll {
    /// How often what was killed.
    pub kills: BTreeMap<Victim, u64>,
    /// From when to when the bank was away.
    pub outages: Vec<(SystemTime, SystemTime)>,
    /// Processes that ended although nobody killed them, by name.
    pub died_alone: Vec<String>,
}

impl Toll {
    /// How often anything was killed.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.kills.values().sum()
    }
}

/// Kills one thing after the other, about every `pause`, until `deadline`; afterwards everything
/// runs.
///
/// # Errors
///
/// If something does not come back.
pub async fn rampage(
    stage: &Stage,
    pause: Duration,
    seed: u64,
    deadline: Instant,
) -> anyhow::Result<Toll> {
    let mut rng = Rng::with_seed(seed);
    let mut toll = Toll::default();
    while Instant::now() + pause < deadline {
        let half = u64::try_from(pause.as_millis())? / 2;
        let wait = Duration::from_millis(rng.u64(half..=3 * half));
        watch(stage, Instant::now() + wait, &mut toll).await?;
        let victim = strike(stage, &mut rng, &mut toll).await?;
        *toll.kills.entry(victim).or_default() += 1;
    }
    watch(stage, deadline, &mut toll).await?;
    Ok(toll)
}

/// Starts again what ends although nobody killed it, as a supervisor would.
async fn watch(stage: &Stage, until: Instant, toll: &mut Toll) -> anyhow::Result<()> {
    loop {
        revive(stage, toll).await?;
        if until <= Instant::now() {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn strike(stage: &Stage, rng: &mut Rng, toll: &mut Toll) -> anyhow::Result<Victim> {
    let [first, second] = if rng.bool() { [0, 1] } else { [1, 0] };
    match rng.u8(0..100) {
        0..35 => kill(stage.apis.get(first), rng).await?,
        35..65 => {
            kill(stage.workers.get(second), rng).await?;
            return Ok(Victim::Worker);
        }
        65..80 => {
            let gone = SystemTime::now();
            kill(Some(&stage.bank), rng).await?;
            toll.outages.push((gone, SystemTime::now()));
            return Ok(Victim::Bank);
        }
        _ if stage.database.crash().await? => return Ok(Victim::Database),
        _ => kill(stage.apis.get(second), rng).await?,
    }
    Ok(Victim::Api)
}

/// Kills a process, and starts it again after a while.
async fn kill(process: Option<&Mutex<Process>>, rng: &mut Rng) -> anyhow::Result<()> {
    if let Some(process) = process {
        let mut process = process.lock().await;
        process.kill().await?;
        tokio::time::sleep(Duration::from_millis(rng.u64(0..800))).await;
        process.start_at_last().await?;
    }
    Ok(())
}

async fn revive(stage: &Stage, toll: &mut Toll) -> anyhow::Result<()> {
    for process in stage.processes() {
        let mut process = process.lock().await;
        if process.has_ended()? {
            toll.died_alone.push(process.name().to_owned());
            process.start_at_last().await?;
        }
    }
    Ok(())
}
