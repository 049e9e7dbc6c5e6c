//! Deliveries of one worker to a receiver on this machine.

use std::time::Instant;

use futures::{StreamExt as _, stream};
use payment_ports::webhook::WebhookRequest;

use crate::{receiver::Receiver, report, world::World};

/// How many raw requests are under way at once.
const RAW_AT_ONCE: usize = 64;
const EVENTS_PER_COMMIT: usize = 500;

pub(crate) async fn measure(world: &World, events: usize) -> anyhow::Result<()> {
    let receiver = Receiver::start().await?;
    report::title("Deliveries of one worker, beside the same requests without a database");
    for endpoints in [5, 1000] {
        let raw = raw(world, &receiver, events).await?;
        let ours = ours(world, &receiver, endpoints, events).await?;
        report::rate(&format!("{endpoints} endpoints"), ours, raw);
    }
    Ok(())
}

/// Signs and sends as a worker does, and remembers nothing.
async fn raw(world: &World, receiver: &Receiver, count: usize) -> anyhow::Result<u128> {
    let endpoint = world.endpoint(0, &format!("http://{}/", receiver.address))?;
    let event = world.event(0)?;
    let begun = Instant::now();
    let requests = stream::iter(0..count).map(|number| {
        let endpoint = &endpoint;
        let (timestamp, body) = (world.runtime.ports.clock.now(), event.payload.as_str());
        async move {
            let webhook_id = &format!("raw_{number}");
            let request = WebhookRequest { endpoint, webhook_id, timestamp, body };
            world.runtime.ports.webhooks.send(request).await
        }
    });
    let mut requests = requests.buffer_unordered(RAW_AT_ONCE);
    while let Some(sent) = requests.next().await {
        sent?;
    }
    let took = begun.elapsed();
    receiver.take(count).await?;
    Ok(report::per_second(count, took))
}

/// A worker that finds so many events waiting, each for one of so many endpoints.
async fn ours(
    world: &World,
    receiver: &Receiver,
    endpoints: usize,
    count: usize,
) -> anyhow::Result<u128> {
    world.clear().await?;
    let url = |number| format!("http://{}/{number}", receiver.address);
    world.endpoints(&(0..endpoints).map(url).collect::<Vec<_>>()).await?;
    let mut waiting = Vec::with_capacity(count);
    for number in 0..count {
        waiting.push(world.event(number % endpoints)?);
    }
    for some in waiting.chunks(EVENTS_PER_COMMIT) {
        world.commit(some.to_vec()).await?;
    }
    world.run("VACUUM ANALYZE").await?;
    let begun = Instant::now();
    let worker = world.worker();
    receiver.take(count).await?;
    worker.stop().await?;
    Ok(report::per_second(count, begun.elapsed()))
}
