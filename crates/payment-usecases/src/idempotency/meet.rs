//! What to do when a request with the same key was here before.

use std::time::Duration;

use payment_core::id::{AttemptId, PaymentId};
use payment_ports::store::{
    ApplyError, Change, IdempotencyRecord, Lease, Load, RecordState, StoredAnswer,
};

use super::KeyedRequest;
use crate::{
    answer::Answer, caller::Caller, engine::claim_and_resolve, error::Error, pacing::later,
    ports::Ports,
};

/// What came of meeting an earlier request.
#[derive(Debug)]
pub(crate) enum Met {
    /// Its final answer.
    Replay(Answer),
    /// Nothing came of it: this request may run.
    Released,
}

/// Waits between two looks at the first request; the last one repeats.
const POLLS_MS: [u64; 3] = [50, 100, 200];

/// Replays the first request's answer, waits for it, or finishes it if its owner died.
pub(crate) async fn meet(
    ports: &Ports,
    caller: &Caller,
    keyed: &KeyedRequest,
    mut record: IdempotencyRecord,
) -> Result<Met, Error> {
    if record.fingerprint != keyed.fingerprint(&caller.merchant, caller.mode) {
        return Err(Error::IdempotencyConflict);
    }
    let mut waited = Duration::ZERO;
    let mut polls = POLLS_MS.into_iter();
    let mut pause = Duration::ZERO;
    loop {
        match record.state {
            RecordState::Done { answer, .. } => return Ok(Met::Replay(answer.into())),
            RecordState::InProgress(lease) if lease.until <= ports.clock.now() => {
                take_over(ports, &record, lease).await?;
            }
            RecordState::InProgress(_) if waited >= ports.policy.idempotency_wait => {
                return Err(Error::RequestInProgress);
            }
            RecordState::InProgress(_) => {
                pause = polls.next().map_or(pause, Duration::from_millis);
                ports.clock.sleep(pause).await;
                waited = waited.saturating_add(pause);
            }
        }
        let query = Load {
            merchant: caller.merchant.clone(),
            mode: caller.mode,
            payment: None,
            scope: Some(record.scope),
        };
        match ports.store.load(&query).await?.record {
            Some(now) => record = now,
            None => return Ok(Met::Released),
        }
    }
}

/// Finishes what the first request's owner left behind. Losing the race for it is no error: the
/// winner finishes it.
async fn take_over(ports: &Ports, record: &IdempotencyRecord, from: Lease) -> Result<(), Error> {
    let change = Change::TakeOverRecord { scope: record.scope, from, to: new_lease(ports) };
    match ports.store.apply(&[change]).await {
        Ok(()) => {}
        Err(ApplyError::Conflict(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let query = Load {
        merchant: record.merchant.clone(),
        mode: record.mode,
        payment: record.payment,
        scope: None,
    };
    let payment = ports.store.load(&query).await?.payment;
    match payment.and_then(|payment| payment.pending) {
        Some(pending) => claim_and_resolve(ports, pending.attempt).await,
        None => Ok(()),
    }
}

/// A record of a request whose answer is not final yet.
pub(crate) fn new_record(
    ports: &Ports,
    caller: &Caller,
    payment: PaymentId,
    attempt: AttemptId,
) -> Option<IdempotencyRecord> {
    let state = RecordState::InProgress(new_lease(ports));
    let record = record(ports, caller, payment, state)?;
    Some(IdempotencyRecord { attempt: Some(attempt), ..record })
}

/// A record of a request that is answered at once.
pub(crate) fn done_record(
    ports: &Ports,
    caller: &Caller,
    payment: PaymentId,
    answer: &Answer,
) -> Option<IdempotencyRecord> {
    let answer = StoredAnswer::from(answer);
    let state = RecordState::Done { answer, completed_at: ports.clock.now() };
    record(ports, caller, payment, state)
}

fn record(
    ports: &Ports,
    caller: &Caller,
    payment: PaymentId,
    state: RecordState,
) -> Option<IdempotencyRecord> {
    let keyed = caller.keyed.as_ref()?;
    let now = ports.clock.now();
    Some(IdempotencyRecord {
        scope: keyed.scope(&caller.merchant, caller.mode),
        fingerprint: keyed.fingerprint(&caller.merchant, caller.mode),
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        method: keyed.method.clone(),
        path: keyed.path.clone(),
        key: keyed.key.as_str().to_owned(),
        payment: Some(payment),
        attempt: None,
        state,
        created_at: now,
        expires_at: later(now, ports.policy.idempotency_retention),
    })
}

fn new_lease(ports: &Ports) -> Lease {
    Lease { owner: ports.ids.uuid(), until: later(ports.clock.now(), ports.policy.lease) }
}
