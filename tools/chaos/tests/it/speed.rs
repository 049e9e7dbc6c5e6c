use chaos::check::speed::speed;

use crate::sample::evidence;

#[test]
fn what_was_settled_at_once_was_not_in_doubt() {
    assert_eq!(speed(&evidence()).in_doubt, 0);
}

#[test]
fn time_counts_from_when_the_bank_was_back() {
    let mut evidence = evidence();
    evidence.payments[0].attempts[0].took_ms = Some(9_000);
    assert_eq!(speed(&evidence).max_ms, 9_000);
    evidence.outages = vec![(0, 900), (2_000, 7_000), (20_000, 21_000)];
    assert_eq!(speed(&evidence).max_ms, 3_000);
}

#[test]
fn percentiles_are_of_what_was_in_doubt() {
    let mut evidence = evidence();
    let attempt = evidence.payments[0].attempts[0].clone();
    evidence.payments[0].attempts = (1..=200)
        .map(|number| {
            let mut attempt = attempt.clone();
            attempt.took_ms = Some(1_000 + number);
            attempt
        })
        .collect();
    let speed = speed(&evidence);
    let seen = (speed.in_doubt, speed.p50_ms, speed.p99_ms, speed.max_ms);
    assert_eq!(seen, (200, 1_100, 1_198, 1_200));
}
