use std::time::Duration;

use chrono::TimeDelta;
use payment_ports::{clock::Clock as _, fakes::FakeClock};

#[tokio::test(start_paused = true)]
async fn the_clock_stands_still_until_somebody_sleeps() {
    let clock = FakeClock::new();
    assert_eq!(clock.now(), FakeClock::START);
    tokio::task::yield_now().await;
    assert_eq!(clock.now(), FakeClock::START);
}

#[tokio::test(start_paused = true)]
async fn sleeping_moves_the_clock_by_exactly_that_much() {
    let clock = FakeClock::new();
    clock.sleep(Duration::from_hours(24)).await;
    assert_eq!(clock.now(), FakeClock::START + TimeDelta::days(1));
}

#[tokio::test(start_paused = true)]
async fn a_jump_moves_the_clock_and_nothing_else() {
    let clock = FakeClock::new();
    let sleep = clock.sleep(Duration::from_secs(1));
    clock.jump(TimeDelta::hours(-1));
    sleep.await;
    clock.jump(TimeDelta::microseconds(7));
    let moved = TimeDelta::hours(-1) + TimeDelta::seconds(1) + TimeDelta::microseconds(7);
    assert_eq!(clock.now(), FakeClock::START + moved);
}
