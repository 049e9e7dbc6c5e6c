//! Playing many worlds.

use std::{collections::BTreeMap, ops::Range, sync::Arc, thread};

use payment_core::attempt::AttemptState;

use crate::{
    fault::PerFault,
    plan::Plan,
    play::{Outcome, play, policy},
    sabotage::Sabotage,
    world::Violation,
};

/// What came of many worlds.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// How many were played.
    pub worlds: u64,
    /// How many steps their tasks took.
    pub steps: u64,
    /// What went wrong, and how often.
    pub happened: PerFault<u64>,
    /// In which states attempts ended, and how many.
    pub attempts: BTreeMap<AttemptState, u64>,
    /// Which worlds were wrong, and how.
    pub violations: Vec<(u64, Violation)>,
}

impl Totals {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.worlds = self.worlds.saturating_add(1);
        self.steps = self.steps.saturating_add(outcome.steps);
        for (fault, count) in outcome.happened.iter() {
            self.happened.change(fault, |all| all.saturating_add(count));
        }
        for state in outcome.attempts {
            let count = self.attempts.entry(state).or_default();
            *count = count.saturating_add(1);
        }
        self.violations.extend(outcome.violations.into_iter().map(|it| (seed, it)));
    }

    fn merge(&mut self, other: Self) {
        self.worlds = self.worlds.saturating_add(other.worlds);
        self.steps = self.steps.saturating_add(other.steps);
        for (fault, count) in other.happened.iter() {
            self.happened.change(fault, |all| all.saturating_add(count));
        }
        for (state, count) in other.attempts {
            let all = self.attempts.entry(state).or_default();
            *all = all.saturating_add(count);
        }
        self.violations.extend(other.violations);
    }

    /// How many worlds were wrong.
    #[must_use]
    pub fn wrong_worlds(&self) -> usize {
        let mut seeds: Vec<_> = self.violations.iter().map(|(seed, _)| *seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        seeds.len()
    }
}

/// Plays the worlds of these seeds, on so many threads.
#[must_use]
pub fn sweep(seeds: Range<u64>, sabotage: Sabotage, threads: usize) -> Totals {
    let threads = threads.max(1);
    let mut totals = Totals::default();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let seeds = seeds.clone().skip(part).step_by(threads);
                scope.spawn(move || some(seeds, sabotage))
            })
            .collect();
        for part in parts {
            match part.join() {
                Ok(part) => totals.merge(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    totals.violations.sort_by_key(|(seed, _)| *seed);
    totals
}

fn some(seeds: impl Iterator<Item = u64>, sabotage: Sabotage) -> Totals {
    let policy = policy();
    let mut totals = Totals::default();
    for seed in seeds {
        totals.add(seed, play(Plan::of(seed), sabotage, &policy, false));
    }
    drop(Arc::clone(&policy));
    totals
}
