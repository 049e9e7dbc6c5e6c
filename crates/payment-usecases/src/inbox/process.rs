//! Heeding notices that were taken.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt, StreamExt, stream};
use payment_core::{retry::RetrySchedule, time::Timestamp};
use payment_ports::{
    notice::Notice,
    provider::Provider,
    store::{ApplyError, Change, Claim, NoticeProgress, StoredNotice},
};
use uuid::Uuid;

use super::search::{Matches, search};
use crate::{
    engine::{can_be_asked, claim_and_resolve, hear, provider_of},
    error::Error,
    pacing::later,
    ports::Ports,
};

/// How many notices are claimed and heeded at once, so that no claim runs out before its turn.
const AT_ONCE: u32 = 32;
/// How long it may stay unknown what a notice is about.
const PATIENCE: Duration = Duration::from_hours(72);
/// How long it is waited until that is looked for again, in seconds.
const WAITS: [u64; 8] = [1, 5, 30, 120, 600, 1800, 3600, 10_800];

/// Claims at most `limit` notices that are due, and heeds them; answers how many were claimed.
///
/// Where the provider can be asked, a notice is a hint to ask now: it may be old, repeated or out of
/// order. Where it cannot, what the notice says is recorded as if the provider had answered so.
///
/// # Errors
///
/// [`Error::Store`] if nothing could be claimed. A notice that cannot be heeded is logged and due
/// again when the lease ends.
pub async fn process(ports: &Ports, worker: Uuid, limit: u64) -> Result<usize, Error> {
    let now = ports.clock.now();
    let limit = limit.min(AT_ONCE.into());
    let claim = Claim { owner: worker, now, until: later(now, ports.policy.lease), limit };
    let claimed = ports.store.claim_notices(&claim).await?;
    let count = claimed.len();
    stream::iter(claimed)
        .for_each_concurrent(None, |notice| async move {
            let (id, provider) = (notice.id, notice.provider.clone());
            // A bug that one notice meets must not keep the others waiting.
            match AssertUnwindSafe(take_care(ports, notice)).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(notice = %id, %provider, %error, "a notice could not be heeded");
                }
                Err(_) => tracing::error!(notice = %id, %provider, "heeding a notice panicked"),
            }
        })
        .await;
    Ok(count)
}

/// Heeds one notice, and writes down how far it has come.
async fn take_care(ports: &Ports, stored: StoredNotice) -> Result<(), Error> {
    let progress = match understood(ports, &stored) {
        Ok((provider, notice)) => {
            let found = search(ports, &stored.provider, &notice.about).await?;
            if found.named.is_empty() {
                not_yet(ports, &stored, "no attempt has that reference")
            } else {
                heed(ports, provider, &notice, found).await?;
                NoticeProgress::Processed { at: ports.clock.now() }
            }
        }
        Err(why) => not_yet(ports, &stored, &why),
    };
    let StoredNotice { id: notice, tries, .. } = stored;
    match ports.store.apply(&[Change::UpdateNotice { notice, tries, progress }]).await {
        // Somebody else took over, and did the same.
        Ok(()) | Err(ApplyError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The notice, and who sent it; or why it cannot be read now. It was verified when it came.
fn understood<'a>(
    ports: &'a Ports,
    stored: &StoredNotice,
) -> Result<(&'a dyn Provider, Notice), String> {
    let provider = provider_of(ports, &stored.provider).map_err(|error| error.to_string())?;
    let notices = provider.notices().ok_or("its provider's notices are switched off")?;
    let notice = notices.read(&stored.post).map_err(|error| error.to_string())?;
    Ok((provider.as_ref(), notice))
}

async fn heed(
    ports: &Ports,
    provider: &dyn Provider,
    notice: &Notice,
    found: Matches,
) -> Result<(), Error> {
    for attempt in found.named {
        hear(ports, provider, attempt, notice).await?;
    }
    if can_be_asked(provider) {
        for attempt in found.awaited {
            claim_and_resolve(ports, attempt).await?;
        }
    }
    Ok(())
}

/// Nobody knows what it is about: it is looked for again, ever more rarely, until it is given up.
fn not_yet(ports: &Ports, stored: &StoredNotice, why: &str) -> NoticeProgress {
    let StoredNotice { id, provider, event_id, .. } = stored;
    let (now, end) = (ports.clock.now(), later(stored.received_at, PATIENCE));
    if end <= now {
        tracing::error!(
            notice = %id, %provider, event_id, why,
            "a notice is kept unmatched: nobody knows what it is about"
        );
        return NoticeProgress::Unmatched { at: now };
    }
    tracing::warn!(notice = %id, %provider, event_id, why, "a notice waits for its attempt");
    NoticeProgress::Received { next_try_at: next_look(stored.tries, now).min(end) }
}

fn next_look(tries: i32, now: Timestamp) -> Timestamp {
    let waits = RetrySchedule::new(WAITS.map(Duration::from_secs).to_vec());
    let before = usize::try_from(tries).unwrap_or(0).saturating_sub(1);
    later(now, waits.delay_forever(before))
}
