//! Claiming and acknowledging events in batches: the store beside raw SQL.

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures::future::try_join_all;
use payment_core::id::Mode;
use payment_ports::store::{Change, Claim};
use sea_orm::sqlx::{self, Row as _};
use uuid::Uuid;

use crate::{report, world::World};

const LEASE: Duration = Duration::from_mins(1);

pub(crate) async fn measure(world: &World, events: usize) -> anyhow::Result<()> {
    report::title("Claim + acknowledge events, four of each payment");
    for (workers, batch) in [(1, 100), (1, 500), (4, 100), (4, 500)] {
        fill(world, events).await?;
        let begun = Instant::now();
        let done = try_join_all((0..workers).map(|_| raw(world, batch))).await?;
        let raw = report::per_second(events, begun.elapsed());
        ensure!(done.iter().sum::<usize>() == events, "all events are done once");
        fill(world, events).await?;
        let begun = Instant::now();
        let done = try_join_all((0..workers).map(|_| ours(world, batch))).await?;
        let ours = report::per_second(events, begun.elapsed());
        ensure!(done.iter().sum::<usize>() == events, "all events are done once");
        report::rate(&format!("{workers} workers, batches of {batch}"), ours, raw);
    }
    Ok(())
}

/// As a worker does it for merchants without endpoints.
async fn ours(world: &World, batch: u64) -> anyhow::Result<usize> {
    let ports = &world.runtime.ports;
    let owner = ports.ids.uuid();
    let mut count = 0;
    loop {
        let now = ports.clock.now();
        let claim = Claim { owner, now, until: now + LEASE, limit: batch };
        let events = ports.store.claim_events(&claim).await?;
        if events.is_empty() {
            return Ok(count);
        }
        count += events.len();
        let finish = |event| Change::FinishEvent { event, owner };
        let finished: Vec<_> = events.iter().map(|event| finish(event.id)).collect();
        ports.store.apply(&finished).await?;
    }
}

/// The least that PostgreSQL must be asked for the same: whole rows, in order within a payment.
async fn raw(world: &World, batch: u64) -> anyhow::Result<usize> {
    let (owner, limit) = (world.runtime.ports.ids.uuid(), i64::try_from(batch)?);
    let mut count = 0;
    loop {
        let claimed = sqlx::query(CLAIM).bind(limit).bind(owner).fetch_all(&world.sql).await?;
        if claimed.is_empty() {
            return Ok(count);
        }
        let ids = claimed.iter().map(|row| row.try_get("id"));
        let ids: Vec<Uuid> = ids.collect::<Result<_, _>>()?;
        let done = sqlx::query(ACKNOWLEDGE).bind(ids).bind(owner).execute(&world.sql).await?;
        count += usize::try_from(done.rows_affected())?;
    }
}

const CLAIM: &str = "
    WITH heads AS (
        SELECT id, aggregate_id, created_at FROM outbox_events e
        WHERE status = 'NEW' AND (lease_until IS NULL OR lease_until <= now())
            AND NOT EXISTS (
                SELECT 1 FROM outbox_events earlier
                WHERE earlier.aggregate_id = e.aggregate_id
                    AND earlier.sequence < e.sequence AND earlier.status = 'NEW')
        ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
    ), due AS (
        SELECT e.id FROM outbox_events e JOIN heads ON heads.aggregate_id = e.aggregate_id
        WHERE e.status = 'NEW' AND (e.lease_until IS NULL OR e.lease_until <= now())
        ORDER BY heads.created_at, heads.id, e.sequence LIMIT $1
    )
    UPDATE outbox_events o SET lease_owner = $2, lease_until = now() + interval '60 s'
    FROM due WHERE o.id = due.id RETURNING o.*";

const ACKNOWLEDGE: &str = "
    UPDATE outbox_events SET status = 'SENT', lease_owner = NULL, lease_until = NULL
    WHERE id = ANY($1) AND status = 'NEW' AND lease_owner = $2";

async fn fill(world: &World, events: usize) -> anyhow::Result<()> {
    world.clear().await?;
    let insert = format!(
        "INSERT INTO outbox_events (id, merchant_id, mode, aggregate_type, aggregate_id, sequence,
            event_type, payload, status, retry_count, created_at)
         SELECT gen_random_uuid(), 'SHOP_1', '{}', 'PAYMENT', md5((i / 4)::text)::uuid, i % 4 + 1,
            'PaymentCaptured', repeat('x', 700), 'NEW', 0,
            now() - interval '1 hour' + i * interval '1 ms'
         FROM generate_series(0, {events} - 1) i",
        Mode::Test.as_str()
    );
    world.run(&insert).await?;
    world.run("VACUUM ANALYZE outbox_events").await
}
