//! A worker's turn with the queue of one endpoint.

use std::{cmp::max, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use payment_core::time::Timestamp;
use payment_ports::{
    store::{ApplyError, Change},
    webhook::{
        ClaimedQueue, Delivery, DeliveryAttempt, DeliveryProgress, Disabled, Endpoint, QueueState,
        SendFailure,
    },
};
use uuid::Uuid;

use super::{
    circuit, disable, schedule,
    send::{self, Sent},
};
use crate::{error::Error, pacing::later, ports::Ports};

/// How many requests an endpoint is sent at once.
const AT_ONCE: usize = 5;
/// How many deliveries are read at once.
const BATCH: usize = 100;
/// After so long nothing more is begun, so that other endpoints have their turn and a worker that
/// stops need not wait long.
const LONGEST_TURN: Duration = Duration::from_secs(5);

/// Sends what is due in a queue that `worker` has claimed, and gives the queue back.
///
/// # Errors
///
/// [`Error::Store`]; what was not recorded is sent again when the lease ends.
pub(crate) async fn serve(ports: &Ports, worker: Uuid, queue: ClaimedQueue) -> Result<(), Error> {
    let ClaimedQueue { endpoint, state, additions } = queue;
    let mut turn = Turn::new(ports, &endpoint, state);
    while turn.may_begin() {
        let batch = if turn.is_probing() { 1 } else { BATCH };
        let limit = u64::try_from(batch).unwrap_or(u64::MAX);
        let due = ports.store.due_deliveries(&endpoint, ports.clock.now(), limit).await?;
        let is_last = due.len() < batch;
        turn.work_off(due).await;
        if is_last {
            break;
        }
        record(ports, &std::mem::take(&mut turn.unrecorded)).await;
    }
    let (state, is_gone, unrecorded) = turn.ended();
    let queue = ClaimedQueue { endpoint, state, additions };
    give_back(ports, worker, Ended { queue, is_gone, unrecorded }).await
}

/// What a turn leaves to be written.
struct Ended {
    queue: ClaimedQueue,
    is_gone: bool,
    unrecorded: Vec<Tried>,
}

/// A delivery that was tried.
#[derive(Clone)]
struct Tried {
    attempt: DeliveryAttempt,
    /// The delivery after it.
    delivery: Delivery,
    from: DeliveryProgress,
    outcome: Outcome,
    ended_at: Timestamp,
}

/// What a try says of the endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Taken,
    Failed,
    Gone,
    /// It never left, and the endpoint is not to blame.
    OurFault,
}

/// What happens during a turn.
enum Step {
    Tried(Box<Tried>),
    Recorded,
}

struct Turn<'a> {
    ports: &'a Ports,
    endpoint: &'a Endpoint,
    state: QueueState,
    /// When the endpoint's rate allows the next request.
    next_slot: Timestamp,
    ends_at: Timestamp,
    is_gone: bool,
    unrecorded: Vec<Tried>,
}

impl<'a> Turn<'a> {
    fn new(ports: &'a Ports, endpoint: &'a Endpoint, state: QueueState) -> Self {
        let now = ports.clock.now();
        let ends_at = later(now, LONGEST_TURN.min(ports.policy.lease / 3));
        let unrecorded = Vec::new();
        Self { ports, endpoint, state, next_slot: now, ends_at, is_gone: false, unrecorded }
    }

    /// Whether another request may be begun.
    fn may_begin(&self) -> bool {
        let now = self.ports.clock.now();
        let is_paused = self.state.not_before.is_some_and(|time| time > now);
        let is_told = self.endpoint.disabled.is_none() && !self.is_gone;
        is_told && !is_paused && max(now, self.next_slot) <= self.ends_at
    }

    fn is_probing(&self) -> bool {
        circuit::room(&self.state) == 1
    }

    /// Sends these, and records what came of all but the last.
    async fn work_off(&mut self, due: Vec<Delivery>) {
        let mut waiting = due.into_iter();
        let mut steps: FuturesUnordered<BoxFuture<'a, Step>> = FuturesUnordered::new();
        let (mut under_way, mut is_recording) = (0_usize, false);
        loop {
            while under_way < AT_ONCE.min(circuit::room(&self.state)) && self.may_begin() {
                let Some(delivery) = waiting.next() else { break };
                steps.push(Box::pin(attempt(self.ports, self.endpoint, delivery, self.slot())));
                under_way = under_way.saturating_add(1);
            }
            if !is_recording && under_way > 0 && !self.unrecorded.is_empty() {
                let (ports, tried) = (self.ports, std::mem::take(&mut self.unrecorded));
                steps.push(Box::pin(async move {
                    record(ports, &tried).await;
                    Step::Recorded
                }));
                is_recording = true;
            }
            match steps.next().await {
                Some(Step::Tried(tried)) => {
                    under_way = under_way.saturating_sub(1);
                    self.note(*tried);
                }
                Some(Step::Recorded) => is_recording = false,
                None => return,
            }
        }
    }

    /// When the next request may be sent; the one after it is later by the endpoint's rate.
    fn slot(&mut self) -> Timestamp {
        let slot = max(self.ports.clock.now(), self.next_slot);
        let rate = self.endpoint.rate_per_second.map(u32::from);
        let pause = rate.and_then(|rate| Duration::from_secs(1).checked_div(rate));
        self.next_slot = later(slot, pause.unwrap_or_default());
        slot
    }

    fn note(&mut self, tried: Tried) {
        if tried.outcome != Outcome::OurFault {
            let is_taken = tried.outcome == Outcome::Taken;
            self.state = circuit::after(self.state, is_taken, tried.ended_at);
            self.is_gone |= tried.outcome == Outcome::Gone;
        }
        self.unrecorded.push(tried);
    }

    fn ended(self) -> (QueueState, bool, Vec<Tried>) {
        let slot = self.endpoint.rate_per_second.map(|_| self.next_slot);
        let not_before = max(self.state.not_before, slot);
        (QueueState { not_before, ..self.state }, self.is_gone, self.unrecorded)
    }
}

/// Tries a delivery at that time.
async fn attempt(ports: &Ports, endpoint: &Endpoint, delivery: Delivery, slot: Timestamp) -> Step {
    let wait = (slot - ports.clock.now()).to_std().unwrap_or_default();
    if !wait.is_zero() {
        ports.clock.sleep(wait).await;
    }
    let sent = send::send_event(ports, endpoint, &delivery).await;
    let attempt = send::attempt(ports, &delivery, delivery.trigger, &sent);
    let from = delivery.progress();
    let delivery = schedule::after(ports, &delivery, &sent);
    let (outcome, ended_at) = (outcome(&sent), sent.ended_at);
    Step::Tried(Box::new(Tried { attempt, delivery, from, outcome, ended_at }))
}

fn outcome(sent: &Sent) -> Outcome {
    if send::is_taken(&sent.answer) {
        Outcome::Taken
    } else if send::is_gone(&sent.answer) {
        Outcome::Gone
    } else if matches!(sent.answer, Err(SendFailure::NotSigned | SendFailure::InternalError)) {
        Outcome::OurFault
    } else {
        Outcome::Failed
    }
}

/// Writes what came of several tries at once; together they need few statements.
async fn record(ports: &Ports, tried: &[Tried]) {
    match ports.store.apply(&changes(tried)).await {
        Ok(()) => {}
        // One of them was changed by somebody else meanwhile.
        Err(ApplyError::Conflict(_)) => record_each(ports, tried).await,
        Err(error) => {
            tracing::error!(%error, "what came of webhooks could not be recorded; they may be sent again");
        }
    }
}

async fn record_each(ports: &Ports, tried: &[Tried]) {
    for tried in tried {
        if let Err(error) = ports.store.apply(&changes(std::slice::from_ref(tried))).await {
            let delivery = tried.delivery.id;
            tracing::warn!(%delivery, %error, "what came of a webhook could not be recorded; it may be sent again");
        }
    }
}

/// All attempts, then all deliveries in one order, so that nobody waits for a row and holds another.
fn changes(tried: &[Tried]) -> Vec<Change> {
    let mut tried: Vec<_> = tried.iter().collect();
    tried.sort_unstable_by_key(|tried| tried.delivery.id);
    let attempts = tried.iter().map(|tried| Change::InsertDeliveryAttempt(tried.attempt.clone()));
    let deliveries = tried.iter().map(|Tried { delivery, from, .. }| Change::UpdateDelivery {
        delivery: delivery.clone(),
        from: *from,
    });
    attempts.chain(deliveries).collect()
}

/// Records the last tries and ends the claim, in one write where nobody interferes.
async fn give_back(ports: &Ports, worker: Uuid, ended: Ended) -> Result<(), Error> {
    let Ended { queue, is_gone, unrecorded } = ended;
    let now = ports.clock.now();
    let is_told = queue.endpoint.disabled.is_none();
    let reason = disable::reason(&queue.state, is_gone, &ports.policy, now).filter(|_| is_told);
    if let Some(reason) = reason {
        let disabled = Disabled { reason, at: now };
        if end_with(ports, worker, (&queue, disabled), &unrecorded).await? {
            return Ok(());
        }
    }
    let release = Change::ReleaseQueue { queue, owner: worker, now };
    let mut all = changes(&unrecorded);
    all.push(release.clone());
    match ports.store.apply(&all).await {
        Ok(()) => return Ok(()),
        Err(ApplyError::Conflict(_)) => record_each(ports, &unrecorded).await,
        Err(error) => return Err(error.into()),
    }
    match ports.store.apply(&[release]).await {
        // The lease has ended, and somebody else has the queue.
        Ok(()) | Err(ApplyError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Ends the claim and disables the endpoint; answers whether that was possible. If the merchant has
/// changed the endpoint meanwhile, the next turn decides again.
async fn end_with(
    ports: &Ports,
    worker: Uuid,
    (queue, disabled): (&ClaimedQueue, Disabled),
    unrecorded: &[Tried],
) -> Result<bool, Error> {
    let since = queue.state.failing_since;
    let id = ports.ids.uuid().into();
    let (endpoint, event) = disable::disable(&queue.endpoint, id, disabled, since);
    let queue = ClaimedQueue { endpoint: endpoint.clone(), ..queue.clone() };
    let mut all = vec![Change::UpdateEndpoint(endpoint.clone()), Change::InsertEvent(event)];
    all.extend(changes(unrecorded));
    all.push(Change::ReleaseQueue { queue, owner: worker, now: disabled.at });
    match ports.store.apply(&all).await {
        Ok(()) => {
            ports.wake.events_wait();
            disable::write_to_merchant(ports, &endpoint, disabled.reason).await;
            Ok(true)
        }
        Err(ApplyError::Conflict(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
