//! The gateway in as many worlds as a test run can afford.

use payment_core::attempt::AttemptState;
use worlds::{plan::Plan, play, sabotage::Sabotage, sweep::sweep};

/// How many worlds every test run plays.
const WORLDS: u64 = 50_000;

#[test]
fn no_world_is_wrong_and_every_kind_of_fault_happened_in_them() {
    let totals = sweep(0..WORLDS, Sabotage::None, 2);
    assert_eq!(totals.worlds, WORLDS);
    assert!(totals.violations.is_empty(), "see `just world SEED`: {:#?}", totals.violations);
    for (fault, count) in totals.happened.iter() {
        assert!(count > WORLDS / 100, "only {count} {fault}");
    }
    for state in AttemptState::ALL {
        let is_open = *state == AttemptState::Intent;
        assert_eq!(totals.attempts.contains_key(state), !is_open, "{state}");
    }
}

#[test]
fn a_world_is_played_the_same_way_every_time() {
    let policy = play::policy();
    for seed in 0..50 {
        let [first, second] =
            [(), ()].map(|()| play::play(Plan::of(seed), Sabotage::None, &policy, true));
        assert_eq!(first.trace, second.trace, "seed {seed}");
    }
}
