//! Playing one world to its end.

use std::{sync::Arc, time::Duration};

use payment_core::{
    attempt::AttemptState,
    currency::Currency,
    id::{Mode, ProviderId},
    retry::RetrySchedule,
};
use payment_ports::{
    fakes::FakeClock,
    ids::Ids as _,
    store::{Change, Store},
    webhook::{Endpoint, EndpointSecrets},
};
use payment_usecases::ports::Policy;

use crate::{
    client,
    executor::{Executor, Fate},
    fault::{Fault, PerFault},
    judge::judge,
    plan::Plan,
    process,
    sabotage::Sabotage,
    store::SimStore,
    world::{Violation, World},
};

/// Longer than any watch or schedule.
const HORIZON: u64 = 60 * 24 * 3600 * 1_000_000;
/// More than any world takes that comes to rest.
const MAX_STEPS: u64 = 50_000;

/// What came of a world.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What must never be, and was.
    pub violations: Vec<Violation>,
    /// What went wrong, and how often.
    pub happened: PerFault<u64>,
    /// In which states its attempts ended.
    pub attempts: Vec<AttemptState>,
    /// How many steps its tasks took.
    pub steps: u64,
    /// What happened, line by line, if that was wanted.
    pub trace: Vec<String>,
}

/// Plays the world of a plan.
#[must_use]
pub fn play(plan: Plan, sabotage: Sabotage, policy: &Arc<Policy>, is_traced: bool) -> Outcome {
    let world = World::new(plan, sabotage, Arc::clone(policy), is_traced);
    prepare(&world);
    let mut executor = Executor::new(world.sim.clone(), world.plan.processes);
    let mut turn = 0_u64;
    let mut fate = |process| {
        let fate = fate(&world, process, turn);
        turn = turn.saturating_add(1);
        fate
    };
    let is_at_rest = executor.run(HORIZON, MAX_STEPS, &mut fate);
    let steps = executor.steps;
    drop(executor);
    let mut outcome = verdict(&world);
    outcome.steps = steps;
    if !is_at_rest {
        let seen = format!("the world did not come to rest within {MAX_STEPS} steps");
        outcome.violations.push(Violation { invariant: "I4", seen });
    }
    outcome.trace = world.trace();
    // Processes hold the world, which holds them.
    let processes = std::mem::take(&mut world.state().processes);
    drop(processes);
    outcome
}

/// The store of a world without faults, for the contract of stores.
#[must_use]
pub fn calm_store() -> Arc<dyn Store> {
    let plan = Plan { calm_at: 0, ..Plan::of(0) };
    Arc::new(SimStore::new(World::new(plan, Sabotage::None, policy(), false)))
}

fn prepare(world: &Arc<World>) {
    let endpoint = Endpoint {
        id: world.ids.uuid().into(),
        merchant: client::merchant(),
        mode: Mode::Test,
        url: "https://shop.example/hooks".to_owned(),
        description: None,
        secrets: EndpointSecrets {
            current: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
            next: None,
        },
        event_kinds: Vec::new(),
        is_ordered: false,
        rate_per_second: None,
        disabled: None,
        event_count: 0,
        created_at: FakeClock::START,
        version: 1,
    };
    let memory = Arc::clone(world);
    let first = async move {
        let written = memory.memory.apply(&[Change::InsertEndpoint(endpoint)]).await;
        memory.note(|| format!("endpoint: {written:?}"));
        for process in 0..memory.plan.processes {
            process::boot(&memory, process);
        }
        for (number, course) in memory.plan.courses.clone().into_iter().enumerate() {
            let play = client::play(Arc::clone(&memory), number, course);
            memory.sim.spawn(None, Box::pin(play));
        }
    };
    world.sim.spawn(None, Box::pin(first));
    for &(at, process, by) in &world.plan.jumps {
        let inside = Arc::clone(world);
        let jump = async move {
            inside.sim.sleep(Duration::from_micros(at)).await;
            inside.count(Fault::ClockJump);
            if let Some(offset) = inside.state().offsets.get_mut(process) {
                *offset = offset.saturating_add(by);
            }
            process::jumped(&inside, process);
        };
        world.sim.spawn(None, Box::pin(jump));
    }
}

/// What happens instead of a process's next step.
fn fate(world: &Arc<World>, process: usize, turn: u64) -> Fate {
    let plan = &world.plan;
    if plan.crashes.is_empty() && plan.pauses.is_empty() || world.is_calm() {
        return Fate::Lives;
    }
    if plan.crashes.contains(&turn) {
        world.note(|| format!("process {process} dies"));
        world.count(Fault::Crash);
        process::died(world, process);
        return Fate::Dies;
    }
    match plan.pauses.iter().find(|(at, _)| *at == turn) {
        Some((_, pause)) => {
            world.note(|| format!("process {process} sleeps"));
            world.count(Fault::Pause);
            Fate::Sleeps(world.sim.now().saturating_add(*pause))
        }
        None => Fate::Lives,
    }
}

fn verdict(world: &Arc<World>) -> Outcome {
    let mut state = world.state();
    let mut violations = std::mem::take(&mut state.watch.violations);
    let happened = state.happened.clone();
    let (judged, attempts) = world.memory.look(|tables| {
        let states = tables.attempts.values().map(|attempt| attempt.state).collect();
        (judge(tables, &state), states)
    });
    violations.extend(judged);
    Outcome { violations, happened, attempts, ..Outcome::default() }
}

/// What the operators of all worlds decided: what the gateway does by default.
#[must_use]
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "the names are written to be valid"
)]
pub fn policy() -> Arc<Policy> {
    let doubt = [2, 5, 15, 60, 120, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400];
    let watch = [3600, 21_600, 86_400, 259_200, 604_800];
    Arc::new(Policy {
        default_provider: ProviderId::parse("SIMULATED").expect("a valid name"),
        currencies: vec![Currency::parse("TRY").expect("a currency")],
        public_url: "https://pay.example".to_owned(),
        three_ds_timeout: Duration::from_mins(5),
        three_ds_max_attempts: 3,
        webhook_retries: RetrySchedule::webhooks(),
        webhook_disable_after: Duration::from_hours(5 * 24),
        doubt_checks: RetrySchedule::new(doubt.map(Duration::from_secs).to_vec()),
        doubt_limit: Duration::from_hours(7 * 24),
        watch_checks: RetrySchedule::new(watch.map(Duration::from_secs).to_vec()),
        call_timeout: Duration::from_secs(25),
        lease: Duration::from_mins(1),
        idempotency_wait: Duration::from_secs(2),
        idempotency_retention: Duration::from_hours(7 * 24),
        api_key_pepper: "pepper".into(),
    })
}
