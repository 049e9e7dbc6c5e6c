//! The kill matrix: a process dies at every step of every operation, and of the worker's work.

use std::time::Duration;

use anyhow::{Context, ensure};
use fastrand::Rng;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    load::{
        ask::Operation,
        client::{Client, Persistence},
        story::{Shopping, Story, Wish},
    },
    soak::{Outcome, left, settle},
    world::{
        kill::{Toll, Victim},
        stage::{Scene, Stage},
    },
};

/// The steps of an operation that asks the bank, as fail points name them.
pub const STEPS: [&str; 8] = [
    "t1.before",
    "t1.within",
    "t1.committed",
    "call.before",
    "call.answered",
    "t2.before",
    "t2.within",
    "t2.committed",
];
/// The steps of a worker on its way from an event to the merchant.
pub const TELLING: [&str; 10] = [
    "events.claimed",
    "fan_out.t2.before",
    "fan_out.t2.within",
    "fan_out.t2.committed",
    "queues.claimed",
    "delivery.before",
    "delivery.sent",
    "delivery.t2.before",
    "delivery.t2.within",
    "delivery.t2.committed",
];
/// The steps of an API that takes a notice of the bank.
pub const TAKING_NOTICE: [&str; 2] = ["notice.t1.before", "notice.t1.committed"];
/// The steps of a worker that heeds one.
pub const HEEDING: [&str; 3] = ["notices.claimed", "notice.t2.before", "notice.t2.committed"];
/// The operations that ask the bank.
const ASKING: [Operation; 5] = [
    Operation::Authorize,
    Operation::Confirm,
    Operation::Capture,
    Operation::Void,
    Operation::Refund,
];

/// How much is paid, in minor units.
const MINOR: i64 = 12_345;
/// How many processes of the API die at once.
const AT_ONCE: usize = 3;
/// How long a process may take to come to its end.
const PATIENCE: Duration = Duration::from_secs(12);
/// A merchant's program that asks once.
const ONCE: Persistence = Persistence { tries: 1, is_hasty: false };
/// One that goes on until it has an answer.
const PATIENT: Persistence = Persistence { tries: 60, is_hasty: false };

/// What came of the matrix.
#[derive(Debug)]
pub struct Matrix {
    /// The fail points at which a process died.
    pub died: Vec<String>,
    /// Those that were never reached.
    pub missed: Vec<String>,
    /// What came of it all.
    pub outcome: Outcome,
}

/// One process that dies, and the payment that it was at.
#[derive(Debug)]
struct Cell {
    point: String,
    has_died: bool,
    story: Story,
}

/// Lets a process die at every fail point; then everything settles and is compared.
///
/// # Errors
///
/// If something cannot be started or read; a breach is no error.
pub async fn matrix(scene: &Scene) -> anyhow::Result<Matrix> {
    let scene = Scene { has_faults: false, is_too_late: false, ..scene.clone() };
    let stage = Stage::set(&scene).await?;
    let played = Box::pin(play(&stage)).await;
    let is_kept =
        played.as_ref().is_ok_and(|matrix| matrix.outcome.is_kept() && matrix.missed.is_empty());
    let logs = stage.strike(!is_kept).await?;
    let mut matrix = played.with_context(|| left(logs.as_deref()))?;
    matrix.outcome.logs = logs;
    Ok(matrix)
}

async fn play(stage: &Stage) -> anyhow::Result<Matrix> {
    let mut cells = requests(stage).await?;
    cells.extend(taking_notices(stage).await?);
    cells.extend(work(stage).await?);
    let kills = u64::try_from(cells.len())?;
    let mut toll = Toll::default();
    toll.kills.insert(Victim::Api, kills);
    let (died, missed): (Vec<_>, Vec<_>) = cells.iter().partition(|cell| cell.has_died);
    let points = |cells: Vec<&Cell>| cells.iter().map(|cell| cell.point.clone()).collect();
    let (died, missed) = (points(died), points(missed));
    let stories = cells.into_iter().map(|cell| cell.story).collect();
    let outcome = settle(stage, stories, toll).await?;
    Ok(Matrix { died, missed, outcome })
}

/// Every step of every request.
async fn requests(stage: &Stage) -> anyhow::Result<Vec<Cell>> {
    let asking = ASKING.iter().flat_map(|operation| STEPS.map(|step| (*operation, step)));
    let creating = STEPS.iter().take(3).map(|step| (Operation::Create, *step));
    stream::iter(creating.chain(asking))
        .map(|(operation, step)| request(stage, operation, step))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// A process of the API dies at that step of a request.
async fn request(stage: &Stage, operation: Operation, step: &str) -> anyhow::Result<Cell> {
    let mut rng = Rng::new();
    let (mut doomed, client) = stage.another_api()?;
    let point = format!("{}.{step}", word(operation));
    doomed.start_with(&[("FAILPOINT", point.as_str())]).await?;
    let story = step_by_step(stage, &client, operation, &mut rng).await?;
    let has_died = doomed.aborts_within(PATIENCE).await?;
    doomed.kill().await?;
    Ok(Cell { point, has_died, story })
}

/// Asks a doomed process for an operation, once.
async fn step_by_step(
    stage: &Stage,
    doomed: &Client,
    operation: Operation,
    rng: &mut Rng,
) -> anyhow::Result<Story> {
    let mut shopping = step_to(stage, operation, rng).await?;
    shopping.client = doomed;
    shopping.how = ONCE;
    let asked = match operation {
        Operation::Create => shopping.create(wish(operation)).await,
        Operation::Authorize => shopping.authorize(wish(operation)).await,
        Operation::Confirm => shopping.confirm(wish(operation)).await,
        Operation::Capture => shopping.capture(MINOR, true).await,
        Operation::Void => shopping.void().await,
        Operation::Refund => shopping.refund(MINOR).await,
    };
    ensure!(asked.is_none(), "a process answered that should have died: {:?}", shopping.story);
    Ok(shopping.story)
}

/// Brings a payment to where the operation is possible.
async fn step_to<'a>(
    stage: &'a Stage,
    operation: Operation,
    rng: &'a mut Rng,
) -> anyhow::Result<Shopping<'a>> {
    let story = Story::default();
    let mut shopping =
        Shopping { client: &stage.client, rng, story, how: PATIENT, goes_on: &|| true };
    let wish = wish(operation);
    let prepared = match operation {
        Operation::Create => Some(()),
        Operation::Authorize => shopping.create(wish).await,
        Operation::Confirm => match shopping.create(wish).await {
            Some(()) => shopping.authorize(wish).await,
            None => None,
        },
        Operation::Capture | Operation::Void => shopping.hold(wish).await,
        Operation::Refund => match shopping.hold(wish).await {
            Some(()) => shopping.capture(MINOR, true).await,
            None => None,
        },
    };
    prepared.with_context(|| format!("no payment for {operation:?}: {:?}", shopping.story))?;
    Ok(shopping)
}

/// What the payment begins with.
const fn wish(operation: Operation) -> Wish {
    let token = if matches!(operation, Operation::Confirm) { "tok_3ds" } else { "tok_visa" };
    Wish { minor: MINOR, currency: "TRY", token, is_automatic: false }
}

/// Every step of a worker.
async fn work(stage: &Stage) -> anyhow::Result<Vec<Cell>> {
    for worker in &stage.workers {
        worker.lock().await.kill().await?;
    }
    let mut cells = Vec::new();
    for operation in ASKING {
        cells.push(request(stage, operation, "call.answered").await?);
        let point = format!("{}.query.answered", word(operation));
        cells.push(worker(stage, point, Story::default()).await?);
    }
    cells.push(request(stage, Operation::Authorize, "call.answered").await?);
    cells.push(worker(stage, "attempts.claimed".to_owned(), Story::default()).await?);
    for point in TELLING {
        // What there was to tell is told by now.
        let story = step_to(stage, Operation::Authorize, &mut Rng::new()).await?.story;
        cells.push(worker(stage, point.to_owned(), story).await?);
    }
    cells.extend(heeding_notices(stage).await?);
    for worker in &stage.workers {
        worker.lock().await.start_at_last().await?;
    }
    Ok(cells)
}

/// Every step of an API that takes a notice.
async fn taking_notices(stage: &Stage) -> anyhow::Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for point in TAKING_NOTICE {
        let (mut doomed, client) = stage.another_api()?;
        doomed.start_with(&[("FAILPOINT", point)]).await?;
        stage.controls.notify(client.apis.first().map(String::as_str)).await?;
        let story = step_to(stage, Operation::Capture, &mut Rng::new()).await?.story;
        let has_died = doomed.aborts_within(PATIENCE).await?;
        doomed.kill().await?;
        cells.push(Cell { point: point.to_owned(), has_died, story });
    }
    stage.controls.notify(None).await?;
    Ok(cells)
}

/// Every step of a worker that heeds the notice of an order whose sender died.
async fn heeding_notices(stage: &Stage) -> anyhow::Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for point in HEEDING {
        stage.controls.notify(stage.client.apis.first().map(String::as_str)).await?;
        cells.push(request(stage, Operation::Authorize, "call.answered").await?);
        cells.push(worker(stage, point.to_owned(), Story::default()).await?);
    }
    stage.controls.notify(None).await?;
    Ok(cells)
}

/// A worker dies at that step of its work.
async fn worker(stage: &Stage, point: String, story: Story) -> anyhow::Result<Cell> {
    let mut doomed = stage.another_worker();
    doomed.start_with(&[("FAILPOINT", point.as_str())]).await?;
    let has_died = doomed.aborts_within(PATIENCE).await?;
    doomed.kill().await?;
    Ok(Cell { point, has_died, story })
}

/// The operation's name in fail points.
const fn word(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "create",
        Operation::Authorize => "authorize",
        Operation::Confirm => "confirm",
        Operation::Capture => "capture",
        Operation::Void => "void",
        Operation::Refund => "refund",
    }
}
