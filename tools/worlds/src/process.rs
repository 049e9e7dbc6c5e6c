//! One gateway process: the ports it is given, and the loops of its worker.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use payment_core::{attempt::AttemptState, three_ds::ThreeDsStatus, time::Timestamp};
use payment_ports::{
    fakes::{RecordingMailer, ScriptedAddresses, Tables},
    provider::Provider,
    store::Change,
    wake::NoWake,
};
use payment_usecases::{inbox, ports::Ports, worker};

use crate::{
    ports::{SimClock, SimReceiver},
    provider::SimProvider,
    store::SimStore,
    world::World,
};

/// How often a worker looks for work that it does not know of.
const POLL: Duration = Duration::from_secs(1);
const BATCH: u64 = 100;

/// What a worker does over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Settle,
    FanOut,
    Deliver,
    ExpireSessions,
    HeedNotices,
}

impl Task {
    const ALL: [Self; 5] =
        [Self::Settle, Self::FanOut, Self::Deliver, Self::ExpireSessions, Self::HeedNotices];

    const fn place(self) -> usize {
        match self {
            Self::Settle => 0,
            Self::FanOut => 1,
            Self::Deliver => 2,
            Self::ExpireSessions => 3,
            Self::HeedNotices => 4,
        }
    }
}

/// Starts a process: it serves clients, and works.
pub(crate) fn boot(world: &Arc<World>, process: usize) {
    world.note(|| format!("process {process} starts"));
    let provider: Arc<dyn Provider> = Arc::new(SimProvider::new(Arc::clone(world)));
    let ports = Arc::new(Ports {
        store: Arc::new(SimStore::new(Arc::clone(world))),
        providers: [provider].into_iter().collect(),
        clock: Arc::new(SimClock { world: Arc::clone(world), process }),
        ids: Arc::<payment_ports::fakes::CountingIds>::clone(&world.ids),
        addresses: Arc::new(ScriptedAddresses::new()),
        webhooks: Arc::new(SimReceiver { world: Arc::clone(world) }),
        mailer: Arc::new(RecordingMailer::new()),
        wake: Arc::new(NoWake),
        policy: Arc::clone(&world.policy),
    });
    if let Some(place) = world.state().processes.get_mut(process) {
        *place = Some(Arc::clone(&ports));
    }
    for task in Task::ALL {
        let work = repeat(Arc::clone(world), Arc::clone(&ports), process, task);
        world.sim.spawn(Some(process), Box::pin(work));
    }
}

/// What is done when a process has died: it starts again a little later.
pub(crate) fn died(world: &Arc<World>, process: usize) {
    if let Some(place) = world.state().processes.get_mut(process) {
        *place = None;
    }
    let restarts_after = world.some_time(Duration::from_secs(90));
    let world = Arc::clone(world);
    let sim = world.sim.clone();
    sim.spawn(
        None,
        Box::pin(async move {
            world.sim.sleep(restarts_after).await;
            boot(&world, process);
        }),
    );
}

async fn repeat(world: Arc<World>, ports: Arc<Ports>, process: usize, task: Task) {
    let id = ports.ids.uuid();
    let mut fruitless = 0;
    loop {
        let found = match task {
            Task::Settle => worker::settle(&ports, id, BATCH).await,
            Task::FanOut => worker::fan_out(&ports, id, BATCH).await,
            Task::Deliver => worker::deliver(&ports, id, BATCH).await,
            Task::ExpireSessions => worker::expire_sessions(&ports, BATCH).await,
            Task::HeedNotices => Box::pin(inbox::process(&ports, id, BATCH)).await,
        };
        if matches!(found, Ok(1..)) {
            fruitless = 0;
            continue;
        }
        let pause = POLL.saturating_mul(2_u32.saturating_pow(fruitless).min(64));
        fruitless = fruitless.saturating_add(1);
        let is_error = found.is_err();
        if rest(&world, process, task, pause, is_error).await {
            fruitless = 0;
        }
    }
}

/// The loops that rest, and until when: no worker of a simulated world polls for nothing.
#[derive(Debug)]
pub(crate) struct Rests(Vec<[Place; 5]>);

#[derive(Debug, Default)]
struct Place {
    until: u64,
    was_nudged: bool,
    waker: Option<Waker>,
}

impl Rests {
    pub(crate) fn new(processes: usize) -> Self {
        Self((0..processes).map(|_| Default::default()).collect())
    }

    fn place(&mut self, process: usize, task: Task) -> Option<&mut Place> {
        self.0.get_mut(process)?.get_mut(task.place())
    }
}

/// Rests until there may be work again; `true` if somebody said so.
async fn rest(
    world: &Arc<World>,
    process: usize,
    task: Task,
    pause: Duration,
    is_error: bool,
) -> bool {
    let earliest = world.sim.now().saturating_add(micros(pause + world.some_time(POLL)));
    let due = world.memory.look(|tables| due(tables, task));
    let until = match due {
        Some(due) => world.when(process, due).max(earliest),
        None if is_error => earliest,
        None => u64::MAX,
    };
    if let Some(place) = world.state().rests.place(process, task) {
        *place = Place { until, was_nudged: false, waker: None };
    }
    Rest { world, process, task }.await
}

struct Rest<'a> {
    world: &'a Arc<World>,
    process: usize,
    task: Task,
}

impl Future for Rest<'_> {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let now = self.world.sim.now();
        let mut state = self.world.state();
        let Some(place) = state.rests.place(self.process, self.task) else {
            return Poll::Ready(false);
        };
        if place.until <= now {
            return Poll::Ready(place.was_nudged);
        }
        place.waker = Some(context.waker().clone());
        if place.until < u64::MAX {
            self.world.sim.wake_at(place.until, context.waker().clone());
        }
        Poll::Pending
    }
}

/// Tells workers of work that these changes made.
#[expect(clippy::wildcard_enum_match_arm, reason = "only some writes say something here")]
pub(crate) fn nudge(world: &World, changes: &[Change]) {
    for change in changes {
        let (task, due) = match change {
            Change::InsertAttempt(it) | Change::UpdateAttempt { attempt: it, .. } => {
                (Task::Settle, it.next_check_at)
            }
            Change::InsertEvent(it) => (Task::FanOut, Some(it.created_at)),
            Change::FinishEvent { .. } => (Task::FanOut, Some(Timestamp::UNIX_EPOCH)),
            Change::InsertDelivery(it) | Change::ReopenDelivery { delivery: it, .. } => {
                (Task::Deliver, it.next_retry_at)
            }
            Change::InsertNotice(it) => (Task::HeedNotices, it.progress.next_try_at()),
            Change::ReleaseQueue { now, .. } => (Task::Deliver, Some(*now)),
            Change::InsertSession(it) | Change::UpdateSession(it) => {
                let is_open = it.status == ThreeDsStatus::Pending;
                (Task::ExpireSessions, is_open.then_some(it.expires_at))
            }
            _ => continue,
        };
        if let Some(due) = due {
            nudge_all(world, task, due);
        }
    }
}

fn nudge_all(world: &World, task: Task, due: Timestamp) {
    let now = world.sim.now();
    for process in 0..world.plan.processes {
        let at = world.when(process, due).max(now);
        let at = at.saturating_add(micros(world.some_time(POLL)));
        let mut state = world.state();
        let Some(place) = state.rests.place(process, task) else { continue };
        if at < place.until {
            place.until = at;
            place.was_nudged = true;
            if let Some(waker) = place.waker.clone() {
                world.sim.wake_at(at, waker);
            }
        }
    }
}

/// After a jump of its clock a process may have work at once.
pub(crate) fn jumped(world: &World, process: usize) {
    let now = world.sim.now();
    for task in Task::ALL {
        let mut state = world.state();
        if let Some(place) = state.rests.place(process, task) {
            place.until = now;
            if let Some(waker) = place.waker.clone() {
                world.sim.wake_at(now, waker);
            }
        }
    }
}

/// When the next work of a kind is due, by the wall clock.
fn due(tables: &Tables, task: Task) -> Option<Timestamp> {
    let free_at = |claim: Option<payment_ports::store::Lease>, due: Timestamp| {
        claim.map_or(due, |lease| lease.until.max(due))
    };
    match task {
        Task::Settle => {
            let watched = |state| matches!(state, AttemptState::Intent | AttemptState::Abandoned);
            let open = tables.attempts.values().filter(|it| watched(it.state));
            open.filter_map(|it| it.next_check_at).min()
        }
        Task::HeedNotices => {
            tables.inbox.values().filter_map(|row| row.progress.next_try_at()).min()
        }
        Task::FanOut => {
            let new = tables.events.values().filter(|row| !row.is_sent);
            new.map(|row| free_at(row.claim, row.event.created_at)).min()
        }
        Task::Deliver => {
            let queues = tables.queues.values();
            let due = queues.filter_map(|row| {
                let due = row
                    .next_due_at
                    .max(row.state.not_before)
                    .filter(|_| row.next_due_at.is_some())?;
                Some(free_at(row.claim, due))
            });
            due.min()
        }
        Task::ExpireSessions => {
            let all = tables.sessions.values();
            let pending = all.filter(|it| it.status == ThreeDsStatus::Pending);
            pending.map(|it| it.expires_at).min()
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
