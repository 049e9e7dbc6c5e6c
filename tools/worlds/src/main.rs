//! Plays many worlds, or one of them line by line.
#![expect(clippy::print_stdout, reason = "it is a command-line tool")]
#![expect(clippy::disallowed_methods, reason = "it measures how fast it is")]

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use worlds::{
    plan::Plan,
    play::{play, policy},
    sabotage::Sabotage,
    sweep::{Totals, sweep},
};

#[derive(Parser)]
struct Arguments {
    /// How many worlds.
    #[arg(default_value_t = 50_000)]
    worlds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// On how many threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Plays only the world of this seed, and tells all of it.
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(seed) = arguments.seed {
        return tell(seed);
    }
    let seeds = arguments.from..arguments.from.saturating_add(arguments.worlds);
    let begin = Instant::now();
    let totals = sweep(seeds, Sabotage::None, arguments.threads);
    let micros = begin.elapsed().as_micros().max(1);
    report(&totals);
    let rate = u128::from(totals.worlds).saturating_mul(1_000_000) / micros;
    println!("{} worlds in {} ms: {rate} a second", totals.worlds, micros / 1000);
    verdict(totals.violations.is_empty())
}

fn report(totals: &Totals) {
    println!("went wrong, in {} worlds and {} steps:", totals.worlds, totals.steps);
    for (fault, count) in totals.happened.iter() {
        println!("{count:>12}  {fault}");
    }
    println!("attempts ended:");
    for (state, count) in &totals.attempts {
        println!("{count:>12}  {state}");
    }
    for (seed, violation) in totals.violations.iter().take(50) {
        println!("seed {seed}: {violation}");
    }
    println!("{} violations in {} worlds", totals.violations.len(), totals.wrong_worlds());
}

fn verdict(is_right: bool) -> ExitCode {
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(seed: u64) -> ExitCode {
    let plan = Plan::of(seed);
    println!("{plan:#?}");
    let outcome = play(plan, Sabotage::None, &policy(), true);
    for line in &outcome.trace {
        println!("{line}");
    }
    for violation in &outcome.violations {
        println!("VIOLATION {violation}");
    }
    println!("{} violations after {} steps", outcome.violations.len(), outcome.steps);
    verdict(outcome.violations.is_empty())
}
