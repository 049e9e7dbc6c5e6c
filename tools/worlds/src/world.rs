//! One world: what all of its parts share.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use payment_core::{
    attempt::ScopeHash,
    id::{EndpointId, PaymentId},
    time::Timestamp,
};
use payment_ports::fakes::{CountingIds, FakeClock, MemoryStore};
use payment_usecases::ports::{Policy, Ports};

use crate::{
    bank::Bank,
    fault::{Fault, PerFault},
    plan::Plan,
    process::Rests,
    sabotage::Sabotage,
    sim::Sim,
    watch::Watch,
};

/// What all parts of a world share.
pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) plan: Plan,
    pub(crate) sabotage: Sabotage,
    pub(crate) memory: MemoryStore,
    pub(crate) ids: Arc<CountingIds>,
    pub(crate) policy: Arc<Policy>,
    state: Mutex<State>,
}

/// What changes in a world.
pub(crate) struct State {
    pub(crate) bank: Bank,
    pub(crate) watch: Watch,
    pub(crate) rests: Rests,
    pub(crate) happened: PerFault<u64>,
    pub(crate) heard: Vec<Heard>,
    /// Which events which endpoint took, by the name that it sees.
    pub(crate) received: BTreeSet<(EndpointId, String)>,
    /// By how many microseconds each process's wall clock is wrong.
    pub(crate) offsets: Vec<i64>,
    /// What each process works with; nothing while it is dead.
    pub(crate) processes: Vec<Option<Arc<Ports>>>,
    trace: Option<Vec<String>>,
}

/// A final answer that a client was given for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) scope: ScopeHash,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Something that must never be, and was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which of the invariants I1 to I8.
    pub invariant: &'static str,
    /// What was seen.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.seen)
    }
}

impl World {
    pub(crate) fn new(
        plan: Plan,
        sabotage: Sabotage,
        policy: Arc<Policy>,
        is_traced: bool,
    ) -> Arc<Self> {
        let processes = plan.processes;
        Arc::new(Self {
            sim: Sim::new(plan.seed),
            sabotage,
            memory: MemoryStore::new(),
            ids: Arc::default(),
            policy,
            state: Mutex::new(State {
                bank: Bank::new(plan.profile),
                watch: Watch::default(),
                rests: Rests::new(processes),
                happened: PerFault::default(),
                heard: Vec::new(),
                received: BTreeSet::new(),
                offsets: vec![0; processes],
                processes: vec![None; processes],
                trace: is_traced.then(Vec::new),
            }),
            plan,
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something goes wrong here and now; if so, it is counted.
    pub(crate) fn strikes(&self, fault: Fault) -> bool {
        let rate = self.plan.rates.of(fault);
        let strikes = rate > 0 && !self.is_calm() && self.sim.below(1000) < u64::from(rate);
        if strikes {
            self.count(fault);
        }
        strikes
    }

    /// Counts something that went wrong.
    pub(crate) fn count(&self, fault: Fault) {
        self.state().happened.change(fault, |count| count.saturating_add(1));
        self.note(|| format!("! {fault}"));
    }

    /// Whether nothing goes wrong any more.
    pub(crate) fn is_calm(&self) -> bool {
        self.sim.now() >= self.plan.calm_at
    }

    /// Whether the store answers nobody now.
    pub(crate) fn is_store_out(&self) -> bool {
        let now = self.sim.now();
        !self.is_calm() && self.plan.outages.iter().any(|(from, to)| (*from..*to).contains(&now))
    }

    /// A random time below `most`.
    pub(crate) fn some_time(&self, most: Duration) -> Duration {
        let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.sim.below(micros))
    }

    /// The wall clock of a process.
    pub(crate) fn wall(&self, process: usize) -> Timestamp {
        let offset = self.state().offsets.get(process).copied().unwrap_or(0);
        let passed = i64::try_from(self.sim.now()).unwrap_or(i64::MAX);
        FakeClock::START + TimeDelta::microseconds(passed.saturating_add(offset))
    }

    /// When, in microseconds of the world, the wall clock of a process shows `wall`.
    pub(crate) fn when(&self, process: usize, wall: Timestamp) -> u64 {
        let offset = self.state().offsets.get(process).copied().unwrap_or(0);
        let since = (wall - FakeClock::START).num_microseconds().unwrap_or(i64::MAX);
        u64::try_from(since.saturating_sub(offset)).unwrap_or(0)
    }

    /// What a living process works with.
    pub(crate) fn ports(&self, process: usize) -> Option<Arc<Ports>> {
        self.state().processes.get(process).cloned().flatten()
    }

    /// Some process, if it is not dead.
    pub(crate) fn some_process(&self) -> Option<(usize, Arc<Ports>)> {
        let count = u64::try_from(self.plan.processes).unwrap_or(1);
        let process = usize::try_from(self.sim.below(count)).unwrap_or(0);
        Some((process, self.ports(process)?))
    }

    /// The newest 3-D Secure session of a payment.
    pub(crate) fn newest_session(
        &self,
        payment: PaymentId,
    ) -> Option<payment_core::id::ThreeDsSessionId> {
        self.memory.look(|tables| {
            let of_payment = tables.sessions.values().filter(|it| it.payment == payment);
            of_payment.max_by_key(|it| it.created_at).map(|it| it.id)
        })
    }

    /// Writes a line into the trace, if there is one.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        let now = self.sim.now();
        let mut state = self.state();
        if let Some(trace) = &mut state.trace {
            let (seconds, micros) = (now / 1_000_000, now % 1_000_000);
            trace.push(format!("{seconds:>8}.{micros:06}  {}", line()));
        }
    }

    /// The lines of the trace.
    pub(crate) fn trace(&self) -> Vec<String> {
        self.state().trace.take().unwrap_or_default()
    }
}
