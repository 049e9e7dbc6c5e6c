//! Time, chance and tasks: what a world has of them.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Waker},
    time::Duration,
};

use fastrand::Rng;

/// What a task does.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A handle to time, chance and tasks; the same in all of one world.
#[derive(Clone)]
pub(crate) struct Sim(Arc<Mutex<State>>);

/// What the executor moves on.
pub(crate) struct State {
    pub(crate) now: u64,
    pub(crate) rng: Rng,
    pub(crate) ready: Vec<usize>,
    pub(crate) timers: BinaryHeap<Reverse<Timer>>,
    timer_count: u64,
    pub(crate) spawned: Vec<(Option<usize>, Work)>,
}

/// Who is woken when.
pub(crate) struct Timer {
    pub(crate) at: u64,
    number: u64,
    pub(crate) waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> Ordering {
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

    /// The state for somebody who must not keep it alive.
    pub(crate) fn downgraded(&self) -> Weak<Mutex<State>> {
        Arc::downgrade(&self.0)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
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
