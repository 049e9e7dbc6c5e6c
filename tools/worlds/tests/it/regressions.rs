//! Worlds that once were wrong.

use worlds::{plan::Plan, play, sabotage::Sabotage};

/// One seed and what it found in each line; a seed means what it meant when it was written down
/// only as long as the plan and the steps that follow from it are the same.
const SEEDS: &str = include_str!("../../regressions.txt");

#[test]
fn worlds_that_once_were_wrong_are_right() {
    let policy = play::policy();
    for line in SEEDS.lines().filter(|line| !line.starts_with('#')) {
        let (seed, found) = line.split_once(' ').unwrap();
        let outcome = play::play(Plan::of(seed.parse().unwrap()), Sabotage::None, &policy, false);
        assert!(outcome.violations.is_empty(), "{seed} {found}: {:?}", outcome.violations);
    }
}
