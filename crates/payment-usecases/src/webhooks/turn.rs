//! A worker's turn with the queue of one endpoint.

use std::{cmp::max, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use payment_core::time::Timestamp;
use payment_ports::webhook::{ClaimedQueue, Delivery, Endpoint, QueueState, SendFailure};
use uuid::Uuid;

use super::{
    circuit,
    ending::{Ended, give_back},
    record::{Outcome, Tried, record},
    schedule,
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
    let ClaimedQueue { endpoint, state, additions, until } = queue;
    let mut turn = Turn::new(ports, &endpoint, state);
    while turn.may_begin() {
        let batch = if turn.is_probing() { 1 } else { BATCH };
        let limit = u64::try_from(batch).unwrap_or(u64::MAX);
        let due = match ports.store.due_deliveries(&endpoint, ports.clock.now(), limit).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(endpoint = %endpoint.id, %error, "what is due could not be read");
                break;
            }
        };
        let is_last = due.len() < batch;
        turn.work_off(due).await;
        let is_recorded = is_last || record(ports, &std::mem::take(&mut turn.unrecorded)).await;
        // What is not recorded would only be sent again.
        if is_last || !is_recorded {
            break;
        }
    }
    let (is_gone, has_failed) = (turn.is_gone, turn.has_failed);
    let (state, unrecorded) = turn.ended();
    let queue = ClaimedQueue { endpoint, state, additions, until };
    give_back(ports, worker, Ended { queue, is_gone, has_failed, unrecorded }).await
}

/// What happens during a turn.
enum Step {
    Tried(Box<Tried>),
    Recorded(bool),
    /// The endpoint's rate allows the next request.
    Slot,
}

struct Turn<'a> {
    ports: &'a Ports,
    endpoint: &'a Endpoint,
    state: QueueState,
    /// When the endpoint's rate allows the next request.
    next_slot: Timestamp,
    ends_at: Timestamp,
    is_gone: bool,
    has_failed: bool,
    /// The store takes nothing, so what is sent now would be sent again.
    is_deaf: bool,
    unrecorded: Vec<Tried>,
}

impl<'a> Turn<'a> {
    fn new(ports: &'a Ports, endpoint: &'a Endpoint, state: QueueState) -> Self {
        let now = ports.clock.now();
        let ends_at = later(now, LONGEST_TURN.min(ports.policy.lease / 3));
        Self {
            ports,
            endpoint,
            state,
            next_slot: now,
            ends_at,
            is_gone: false,
            has_failed: false,
            is_deaf: false,
            unrecorded: Vec::new(),
        }
    }

    /// Whether another request may be begun.
    fn may_begin(&self) -> bool {
        let now = self.ports.clock.now();
        let is_paused = self.state.not_before.is_some_and(|time| time > now);
        let is_told = self.endpoint.disabled.is_none() && !self.is_gone && !self.is_deaf;
        is_told && !is_paused && max(now, self.next_slot) <= self.ends_at
    }

    fn is_probing(&self) -> bool {
        circuit::room(&self.state) == 1
    }

    /// Sends these, and records what came of all but the last.
    async fn work_off(&mut self, due: Vec<Delivery>) {
        let mut waiting = due.into_iter();
        let mut steps: FuturesUnordered<BoxFuture<'a, Step>> = FuturesUnordered::new();
        let (mut under_way, mut is_recording, mut is_waiting) = (0_usize, false, false);
        loop {
            while under_way < AT_ONCE.min(circuit::room(&self.state))
                && !is_waiting
                && self.may_begin()
                && waiting.len() > 0
            {
                if let Some(wait) = self.wait() {
                    steps.push(Box::pin(slot(self.ports, wait)));
                    is_waiting = true;
                    break;
                }
                let Some(delivery) = waiting.next() else { break };
                steps.push(Box::pin(attempt(self.ports, self.endpoint, delivery)));
                under_way = under_way.saturating_add(1);
                self.take_slot();
            }
            if !is_recording && under_way > 0 && !self.unrecorded.is_empty() {
                let (ports, tried) = (self.ports, std::mem::take(&mut self.unrecorded));
                let recording = async move { Step::Recorded(record(ports, &tried).await) };
                steps.push(Box::pin(recording));
                is_recording = true;
            }
            match steps.next().await {
                Some(Step::Tried(tried)) => {
                    under_way = under_way.saturating_sub(1);
                    self.note(*tried);
                }
                Some(Step::Recorded(is_recorded)) => {
                    is_recording = false;
                    self.is_deaf |= !is_recorded;
                }
                Some(Step::Slot) => is_waiting = false,
                None => return,
            }
        }
    }

    /// How long until the endpoint's rate allows the next request, if it does not yet.
    fn wait(&self) -> Option<Duration> {
        let wait = (self.next_slot - self.ports.clock.now()).to_std().ok();
        wait.filter(|wait| !wait.is_zero()).map(|wait| wait.min(LONGEST_TURN))
    }

    /// A request is sent now; the next one may be, as soon as the endpoint's rate allows it.
    fn take_slot(&mut self) {
        let rate = self.endpoint.rate_per_second.map(u32::from);
        let pause = rate.and_then(|rate| Duration::from_secs(1).checked_div(rate));
        self.next_slot = later(self.ports.clock.now(), pause.unwrap_or_default());
    }

    fn note(&mut self, tried: Tried) {
        if tried.outcome != Outcome::OurFault {
            let is_taken = tried.outcome == Outcome::Taken;
            self.state = circuit::after(self.state, is_taken, tried.ended_at);
            self.state.not_before = max(self.state.not_before, tried.pause);
            self.is_gone |= tried.outcome == Outcome::Gone;
            self.has_failed |= !is_taken;
        }
        self.unrecorded.push(tried);
    }

    fn ended(self) -> (QueueState, Vec<Tried>) {
        let slot = self.endpoint.rate_per_second.map(|_| self.next_slot);
        let not_before = max(self.state.not_before, slot);
        (QueueState { not_before, ..self.state }, self.unrecorded)
    }
}

async fn slot(ports: &Ports, wait: Duration) -> Step {
    ports.clock.sleep(wait).await;
    Step::Slot
}

async fn attempt(ports: &Ports, endpoint: &Endpoint, delivery: Delivery) -> Step {
    let sent = send::send_event(ports, endpoint, &delivery).await;
    let attempt = send::attempt(ports, &delivery, delivery.trigger, &sent);
    let from = delivery.progress();
    let delivery = schedule::after(ports, &delivery, &sent);
    let pause = schedule::pause(&delivery, &sent);
    let (outcome, ended_at) = (outcome(&sent), sent.ended_at);
    Step::Tried(Box::new(Tried { attempt, delivery, from, outcome, ended_at, pause }))
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
