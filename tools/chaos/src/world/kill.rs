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

/// Victims are drawn from a shuffled bag: however short a run is, each kind has its turn.
const BAG: [Victim; 6] =
    [Victim::Api, Victim::Api, Victim::Worker, Victim::Worker, Victim::Bank, Victim::Database];

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
    /// How many orders each of the bank's faults happened to, as far as it could still say.
    pub faults: BTreeMap<String, u64>,
    /// Processes that ended at work although nobody killed them, by name.
    pub died_alone: Vec<String>,
    /// How often a start came to nothing, as the database may be away just then.
    pub failed_starts: u64,
}

impl Toll {
    /// Adds what one bank said before its end.
    fn count(&mut self, faults: BTreeMap<String, u64>) {
        for (fault, times) in faults {
            *self.faults.entry(fault).or_default() += times;
        }
    }

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
    let has_server = stage.database.proxy().is_some();
    let mut bag = Vec::new();
    while Instant::now() + pause < deadline {
        let half = u64::try_from(pause.as_millis())? / 2;
        let wait = Duration::from_millis(rng.u64(half..=3 * half));
        watch(stage, Instant::now() + wait, &mut toll).await?;
        if bag.is_empty() {
            bag.extend(BAG.iter().filter(|victim| has_server || **victim != Victim::Database));
            rng.shuffle(&mut bag);
        }
        let Some(victim) = bag.pop() else { break };
        strike(stage, victim, &mut rng, &mut toll).await?;
        *toll.kills.entry(victim).or_default() += 1;
    }
    watch(stage, deadline, &mut toll).await?;
    toll.count(stage.controls.injected().await);
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

async fn strike(
    stage: &Stage,
    victim: Victim,
    rng: &mut Rng,
    toll: &mut Toll,
) -> anyhow::Result<()> {
    let one = usize::from(rng.bool());
    match victim {
        Victim::Api => kill(stage.apis.get(one), rng).await?,
        Victim::Worker => kill(stage.workers.get(one), rng).await?,
        Victim::Bank => {
            toll.count(stage.controls.injected().await);
            let gone = SystemTime::now();
            kill(Some(&stage.bank), rng).await?;
            toll.outages.push((gone, SystemTime::now()));
        }
        Victim::Database => {
            stage.database.crash().await?;
        }
    }
    Ok(())
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
            if process.is_new() {
                toll.failed_starts += 1;
            } else {
                toll.died_alone.push(process.name().to_owned());
            }
            process.start_at_last().await?;
        }
    }
    Ok(())
}
