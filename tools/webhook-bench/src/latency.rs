//! From the commit of an event to the first attempt to deliver it.

use std::{
    collections::HashMap,
    env::current_exe,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use futures::{StreamExt as _, stream};
use tokio::{process::Command, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{
    receiver::{HANG, Receiver},
    report,
    world::{World, webhook_id},
};

const ENDPOINTS: usize = 1000;
/// How many commits may be under way at once.
const COMMITS_AT_ONCE: usize = 8;

pub(crate) async fn measure(world: &World, samples: usize) -> anyhow::Result<()> {
    let receiver = Receiver::start().await?;
    report::title("From commit to first attempt, one event a commit");
    for (load, rate) in [("one process", 50), ("one process", 200)] {
        let worker = world.worker();
        let times = steady(world, &receiver, Load { endpoints: 10, hanging: 0, rate, samples });
        report::times(&format!("{load}, {rate} events/s"), times.await?);
        worker.stop().await?;
    }
    across_processes(world, &receiver, samples).await?;
    for hanging in [0, 1] {
        let worker = world.worker();
        let load = Load { endpoints: ENDPOINTS, hanging, rate: 200, samples };
        let times = steady(world, &receiver, load).await?;
        report::times(&format!("{ENDPOINTS} endpoints, {hanging} hanging, 200/s"), times);
        worker.stop().await?;
    }
    Ok(())
}

/// The same with a worker that is a process of its own.
async fn across_processes(
    world: &World,
    receiver: &Receiver,
    samples: usize,
) -> anyhow::Result<()> {
    let mut worker = Command::new(current_exe()?).arg("worker").kill_on_drop(true).spawn()?;
    for rate in [50, 200] {
        let stop = CancellationToken::new();
        let load = Load { endpoints: 10, hanging: 0, rate, samples };
        let story = async {
            let times = steady(world, receiver, load).await;
            stop.cancel();
            times
        };
        let (times, ()) = tokio::join!(story, world.runtime.relay.announce(stop.clone()));
        report::times(&format!("two processes, {rate} events/s"), times?);
    }
    Ok(worker.kill().await?)
}

/// A steady load.
#[derive(Clone, Copy)]
struct Load {
    endpoints: usize,
    /// So many of the endpoints take webhooks and never answer.
    hanging: usize,
    /// Events a second.
    rate: u32,
    samples: usize,
}

/// How long each event of a healthy endpoint took.
async fn steady(world: &World, receiver: &Receiver, load: Load) -> anyhow::Result<Vec<Duration>> {
    let Load { endpoints, hanging, rate, samples } = load;
    world.clear().await?;
    let is_hanging = |number: usize| number < hanging;
    let url = |number| {
        let path = if is_hanging(number) { HANG.to_owned() } else { format!("/{number}") };
        format!("http://{}{path}", receiver.address)
    };
    world.endpoints(&(0..endpoints).map(url).collect::<Vec<_>>()).await?;
    // Connections are opened, and statements prepared.
    commit_steadily(world, (0..endpoints).map(|_| endpoints - 1), rate).await?;
    receiver.take(endpoints).await?;
    let committed = commit_steadily(world, (0..samples).map(|at| at % endpoints), rate).await?;
    let healthy = (0..samples).filter(|at| !is_hanging(at % endpoints)).count();
    let came = receiver.take(healthy).await?;
    let times = came.iter().map(|(id, came)| {
        let committed = committed.get(id).context("what came was committed")?;
        // The worker may be told before the one who commits.
        Ok(came.saturating_duration_since(*committed))
    });
    times.collect()
}

/// Commits an event for each of these merchants, so many a second; answers when which was committed.
async fn commit_steadily(
    world: &World,
    merchants: impl Iterator<Item = usize>,
    rate: u32,
) -> anyhow::Result<HashMap<String, Instant>> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ticks = stream::unfold((ticks, merchants), |(mut ticks, mut merchants)| async move {
        let merchant = merchants.next()?;
        ticks.tick().await;
        Some((merchant, (ticks, merchants)))
    });
    let commits = ticks.map(|merchant| async move {
        let event = world.event(merchant)?;
        let id = webhook_id(&event);
        anyhow::Ok((id, world.commit(vec![event]).await?))
    });
    let commits: Vec<_> = commits.buffer_unordered(COMMITS_AT_ONCE).collect().await;
    commits.into_iter().collect()
}
