//! A single-threaded executor with virtual time, in which processes can be killed.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use fastrand::Rng;

/// What a task does.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A handle to time, chance and tasks; the same in all of one world.
#[derive(Clone)]
pub(crate) struct Sim(Arc<Mutex<State>>);

struct State {
    now: u64,
    rng: Rng,
    ready: Vec<usize>,
    timers: BinaryHeap<Reverse<Timer>>,
    timer_count: u64,
    spawned: Vec<(Option<usize>, Work)>,
}

struct Timer {
    at: u64,
    number: u64,
    waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Sim {
    /// A world at time zero, whose chances follow from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: 0,
            rng: Rng::with_seed(seed),
            ready: Vec::new(),
            timers: BinaryHeap::new(),
            timer_count: 0,
            spawned: Vec::new(),
        })))
    }

    /// Microseconds since the world began.
    pub(crate) fn now(&self) -> u64 {
        self.state().now
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.state().rng.u64(0..end.max(1))
    }

    /// Starts a task of a process; one of the outside world (`None`) is never killed.
    pub(crate) fn spawn(&self, process: Option<usize>, work: Work) {
        self.state().spawned.push((process, work));
    }

    /// Wakes `waker` at a point in time.
    pub(crate) fn wake_at(&self, at: u64, waker: Waker) {
        let mut state = self.state();
        let number = state.timer_count;
        state.timer_count = number.wrapping_add(1);
        state.timers.push(Reverse(Timer { at, number, waker }));
    }

    /// Returns once `duration` has passed.
    pub(crate) fn sleep(&self, duration: Duration) -> Until {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let at = self.now().saturating_add(micros);
        Until { sim: self.clone(), at }
    }

    /// Lets others go first.
    pub(crate) const fn step() -> Step {
        Step { is_done: false }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A point in time that is waited for.
#[derive(Debug)]
pub(crate) struct Until {
    sim: Sim,
    at: u64,
}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.sim.now() >= self.at {
            return Poll::Ready(());
        }
        self.sim.wake_at(self.at, context.waker().clone());
        Poll::Pending
    }
}

/// One moment in which others may run, and a process may die.
#[derive(Debug)]
pub(crate) struct Step {
    is_done: bool,
}

impl Future for Step {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.is_done {
            return Poll::Ready(());
        }
        self.is_done = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

struct TaskWaker {
    task: usize,
    state: Weak<Mutex<State>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(state) = self.state.upgrade() {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if !state.ready.contains(&self.task) {
                state.ready.push(self.task);
            }
        }
    }
}

struct Task {
    process: Option<usize>,
    work: Option<Work>,
    waker: Waker,
}

/// What happens to a process instead of its next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It takes the step.
    Lives,
    /// All that it was doing is gone.
    Dies,
    /// It does nothing until then.
    Sleeps(u64),
}

/// Runs the tasks of one world.
pub(crate) struct Executor {
    sim: Sim,
    tasks: Vec<Task>,
    /// Until when each process sleeps.
    asleep: Vec<u64>,
    /// How many steps were taken.
    pub(crate) steps: u64,
}

impl Executor {
    pub(crate) fn new(sim: Sim, processes: usize) -> Self {
        Self { sim, tasks: Vec::new(), asleep: vec![0; processes], steps: 0 }
    }

    /// Runs until nothing is left to happen before `deadline`; `false` if that took more than
    /// `max_steps`. `fate` is asked before each step of a process.
    pub(crate) fn run(
        &mut self,
        deadline: u64,
        max_steps: u64,
        fate: &mut impl FnMut(usize) -> Fate,
    ) -> bool {
        while self.steps < max_steps {
            self.adopt();
            match self.next_ready() {
                Some(task) => self.take_step(task, fate),
                None if self.pass_time(deadline) => {}
                None => return true,
            }
        }
        false
    }

    fn adopt(&mut self) {
        let spawned = std::mem::take(&mut self.sim.state().spawned);
        for (process, work) in spawned {
            let task = self.tasks.len();
            let waker = TaskWaker { task, state: Arc::downgrade(&self.sim.0) };
            let waker = Waker::from(Arc::new(waker));
            self.tasks.push(Task { process, work: Some(work), waker });
            self.sim.state().ready.push(task);
        }
    }

    fn next_ready(&self) -> Option<usize> {
        let mut state = self.sim.state();
        let count = state.ready.len();
        if count == 0 {
            return None;
        }
        let place = state.rng.usize(0..count);
        Some(state.ready.swap_remove(place))
    }

    fn take_step(&mut self, number: usize, fate: &mut impl FnMut(usize) -> Fate) {
        let Some(task) = self.tasks.get_mut(number) else { return };
        let Some(mut work) = task.work.take() else { return };
        if let Some(process) = task.process {
            let now = self.sim.now();
            let awake_at = self.asleep.get(process).copied().unwrap_or(0);
            if now < awake_at {
                self.sim.wake_at(awake_at, task.waker.clone());
                task.work = Some(work);
                return;
            }
            match fate(process) {
                Fate::Lives => {}
                Fate::Dies => {
                    task.work = Some(work);
                    self.kill(process);
                    return;
                }
                Fate::Sleeps(until) => {
                    self.sim.wake_at(until, task.waker.clone());
                    task.work = Some(work);
                    if let Some(awake_at) = self.asleep.get_mut(process) {
                        *awake_at = until;
                    }
                    return;
                }
            }
        }
        self.steps = self.steps.saturating_add(1);
        let waker = task.waker.clone();
        let polled = work.as_mut().poll(&mut Context::from_waker(&waker));
        if polled.is_pending()
            && let Some(task) = self.tasks.get_mut(number)
        {
            task.work = Some(work);
        }
    }

    fn kill(&mut self, process: usize) {
        for task in &mut self.tasks {
            if task.process == Some(process) {
                drop(task.work.take());
            }
        }
        // What it was about to start dies with it.
        let mut state = self.sim.state();
        let spawned = std::mem::take(&mut state.spawned);
        let (dead, alive): (Vec<_>, Vec<_>) =
            spawned.into_iter().partition(|(owner, _)| *owner == Some(process));
        state.spawned = alive;
        drop(state);
        drop(dead);
    }

    /// Goes to the next point in time at which something happens; `false` if that is too late.
    fn pass_time(&self, deadline: u64) -> bool {
        let mut state = self.sim.state();
        let Some(Reverse(next)) = state.timers.peek() else { return false };
        let at = next.at;
        if at > deadline {
            return false;
        }
        state.now = state.now.max(at);
        let mut due = Vec::new();
        while state.timers.peek().is_some_and(|Reverse(timer)| timer.at <= at) {
            due.extend(state.timers.pop());
        }
        drop(state);
        for Reverse(timer) in due {
            timer.waker.wake();
        }
        true
    }
}

impl Drop for Executor {
    /// Tasks and timers hold the world, which holds them.
    fn drop(&mut self) {
        self.tasks.clear();
        let mut state = self.sim.state();
        let (spawned, timers) =
            (std::mem::take(&mut state.spawned), std::mem::take(&mut state.timers));
        drop(state);
        drop((spawned, timers));
    }
}
