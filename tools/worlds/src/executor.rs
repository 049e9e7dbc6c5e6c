//! A single-threaded executor with virtual time, in which processes can be killed.

use std::{
    cmp::Reverse,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Wake, Waker},
};

use crate::sim::{Sim, State, Work};

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
            let waker = TaskWaker { task, state: self.sim.downgraded() };
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
