//! When to try again.

use std::time::Duration;

use payment_core::retry::RetrySchedule;

fn seconds(schedule: &RetrySchedule) -> Vec<u64> {
    (0..20).map_while(|tries| schedule.delay_after(tries)).map(|delay| delay.as_secs()).collect()
}

#[test]
fn webhooks_are_tried_eleven_times_over_three_days() {
    const HOUR: u64 = 3600;
    let expected =
        [0, 30, 120, 600, HOUR, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
    let delays = seconds(&RetrySchedule::webhooks());
    assert_eq!(delays, expected);
    assert_eq!(delays.iter().sum::<u64>() / HOUR, 76);
}

#[test]
fn a_schedule_ends_after_its_last_wait() {
    let schedule = RetrySchedule::new(vec![Duration::from_secs(1), Duration::from_secs(5)]);
    assert_eq!(seconds(&schedule), [1, 5]);
    assert_eq!(schedule.delay_after(2), None);
}

#[test]
fn where_giving_up_is_no_choice_the_last_wait_repeats() {
    let schedule = RetrySchedule::new(vec![Duration::from_secs(1), Duration::from_secs(5)]);
    let delays = [0, 1, 2, 100].map(|tries| schedule.delay_forever(tries).as_secs());
    assert_eq!(delays, [1, 5, 5, 5]);
}

#[test]
fn an_empty_schedule_never_tries_and_never_waits() {
    let schedule = RetrySchedule::new(Vec::new());
    assert_eq!(schedule.delay_after(0), None);
    assert_eq!(schedule.delay_forever(0), Duration::ZERO);
}
