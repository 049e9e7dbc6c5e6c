//! Random load while everything breaks, and the comparison afterwards.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::Context;

use crate::{
    check::{Violation, sabotage, speed::Speed, speed::speed, violations},
    evidence::{
        Evidence,
        books::{self, Backlog},
        ledger::Ledger,
    },
    load::{crowd, story::Story},
    world::{
        kill::{Toll, rampage},
        proxy::{Lost, Proxy},
        stage::{Scene, Stage},
    },
};

/// How long everything may take to settle once everything runs.
const QUIET: Duration = Duration::from_mins(2);

/// How long what was given up is waited for where the bank is too late: nothing says that it will
/// take effect. It is longer than from the order to the look at it after its effect.
const TOO_LATE: Duration = Duration::from_secs(25);
/// How soon 99 of 100 attempts in doubt must be settled once the bank can be reached, in
/// milliseconds.
const SETTLED_MS: i64 = 120_000;

/// How long and how hard.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How long payments are made.
    pub load: Duration,
    /// How many merchants' programs make them.
    pub clients: u64,
    /// About how long it is between two kills.
    pub between_kills: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// All that is known.
    pub evidence: Evidence,
    /// What was killed.
    pub toll: Toll,
    /// What was lost on the way to the server.
    pub lost: Lost,
    /// How long it took until nothing was left to do, once everything ran.
    pub settled: Duration,
    /// Every breach of the promise.
    pub violations: Vec<Violation>,
    /// Where the logs are, if there was a breach.
    pub logs: Option<PathBuf>,
    /// The breaches that the checks would not have seen.
    pub unseen: Vec<&'static str>,
    /// How long it took to settle what was in doubt.
    pub speed: Speed,
}

impl Outcome {
    /// Whether the promise was kept, and a breach would have been seen.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        let is_right = self.violations.is_empty() && self.unseen.is_empty();
        is_right && self.toll.died_alone.is_empty() && self.is_quick()
    }

    /// Whether what was in doubt was settled in the time that is promised.
    #[must_use]
    pub const fn is_quick(&self) -> bool {
        self.speed.p99_ms <= SETTLED_MS
    }
}

/// Makes payments while everything breaks; then compares.
///
/// # Errors
///
/// If something cannot be started or read; a breach is no error.
pub async fn soak(scene: &Scene, effort: Effort) -> anyhow::Result<Outcome> {
    let stage = Stage::set(scene).await?;
    let played = Box::pin(play(&stage, scene, effort)).await;
    let logs = stage.strike(!played.as_ref().is_ok_and(Outcome::is_kept)).await?;
    let outcome = played.with_context(|| left(logs.as_deref()))?;
    Ok(Outcome { logs, ..outcome })
}

/// Where the logs of what came to no end are.
pub(crate) fn left(logs: Option<&Path>) -> String {
    format!("the logs are in {}", logs.unwrap_or(Path::new("no folder")).display())
}

async fn play(stage: &Stage, scene: &Scene, effort: Effort) -> anyhow::Result<Outcome> {
    stage.fail(true);
    let deadline = Instant::now() + effort.load;
    let paying = crowd::pay(&stage.client, effort.clients, scene.seed, deadline);
    let killing = rampage(stage, effort.between_kills, scene.seed, deadline);
    let (stories, toll) = tokio::join!(paying, killing);
    let toll = toll?;
    stage.fail(false);
    stage.controls.calm().await?;
    if scene.is_too_late {
        tokio::time::sleep(TOO_LATE).await;
    }
    settle(stage, stories, toll).await
}

/// Waits until nothing is left to do, and reads and judges everything.
///
/// # Errors
///
/// If something cannot be read.
pub async fn settle(stage: &Stage, mut stories: Vec<Story>, toll: Toll) -> anyhow::Result<Outcome> {
    let begun = Instant::now();
    let deadline = begun + QUIET;
    crowd::finish(&stage.client, &mut stories, deadline).await;
    while !is_quiet(stage).await? && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let settled = begun.elapsed();
    let Ledger { effects, holds } = stage.controls.ledger().await?;
    let evidence = Evidence {
        stories,
        payments: books::read(&stage.client).await?,
        backlog: Backlog::read(&stage.client).await?,
        effects,
        holds,
        deliveries: stage.receiver.deliveries(),
        outages: toll.outages.iter().map(in_ms).collect::<Result<_, _>>()?,
    };
    let violations = violations(&evidence);
    let lost = stage.database.proxy().map(Proxy::lost).unwrap_or_default();
    Ok(Outcome {
        logs: None,
        violations,
        unseen: sabotage::unseen(&evidence),
        speed: speed(&evidence),
        lost,
        settled,
        toll,
        evidence,
    })
}

/// The bank is asked first: what lands there may leave something to do here.
async fn is_quiet(stage: &Stage) -> anyhow::Result<bool> {
    let is_landed = stage.controls.under_way().await? == 0;
    Ok(is_landed && Backlog::read(&stage.client).await?.is_done())
}

fn in_ms((gone, back): &(SystemTime, SystemTime)) -> anyhow::Result<(i64, i64)> {
    let ms = |time: &SystemTime| -> anyhow::Result<i64> {
        let since = time.duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        Ok(i64::try_from(since.as_millis())?)
    };
    Ok((ms(gone)?, ms(back)?))
}
