//! How processes wake each other, on PostgreSQL.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use gateway_runtime::{relay::WakeRelay, wake::Nudge};
use payment_core::time::Timestamp;
use payment_ports::{clock::Clock, fakes::FakeClock, wake::Wake as _};
use payment_store::{
    Signal, Signals,
    test_database::{TestDatabase, settings, tamper},
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Time passes only when the test says so.
struct StandingClock(Semaphore);

impl StandingClock {
    fn new() -> Arc<Self> {
        Arc::new(Self(Semaphore::new(0)))
    }

    fn let_one_wait_pass(&self) {
        self.0.add_permits(1);
    }
}

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        FakeClock::START
    }

    async fn sleep(&self, _: Duration) {
        self.0.acquire().await.unwrap().forget();
    }
}

fn signals(url: &str, sender: u128) -> Option<Signals> {
    Signals::of(&settings(url), Uuid::from_u128(sender)).unwrap()
}

fn relay(url: &str, sender: u128, clock: &Arc<StandingClock>) -> (Arc<Nudge>, WakeRelay) {
    let nudge = Arc::new(Nudge::default());
    let clock = Arc::<StandingClock>::clone(clock);
    (Arc::clone(&nudge), WakeRelay::new(nudge, signals(url, sender), clock))
}

/// Does that while `relay` tells and hears.
async fn while_running<T>(relay: &WakeRelay, story: impl Future<Output = T>) -> T {
    let never = CancellationToken::new();
    tokio::select! {
        told = story => told,
        () = async { tokio::join!(relay.announce(never.clone()), relay.listen(never.clone())); } => {
            panic!("the relay ended by itself")
        }
    }
}

#[tokio::test]
async fn what_waits_here_wakes_workers_here_and_elsewhere() {
    TestDatabase::Postgres
        .empty(async |url| {
            let clock = StandingClock::new();
            let (here, ours) = relay(url, 1, &clock);
            let (elsewhere, theirs) = relay(url, 2, &clock);
            let story = async {
                // It listens from now on.
                elsewhere.nudged().await;
                elsewhere.notified().await;
                here.nudged().await;
                here.notified().await;
                ours.events_wait();
                here.nudged().await;
                elsewhere.nudged().await;
                clock.let_one_wait_pass();
                ours.notices_wait();
                here.notified().await;
                elsewhere.notified().await;
            };
            while_running(&ours, while_running(&theirs, story)).await;
        })
        .await;
}

#[tokio::test]
async fn a_lost_connection_is_made_anew_and_counts_as_a_wake_up() {
    TestDatabase::Postgres
        .empty(async |url| {
            let clock = StandingClock::new();
            let (nudge, listening) = relay(url, 1, &clock);
            let story = async {
                nudge.nudged().await;
                let lose = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'LISTEN %'";
                tamper(url, lose).await;
                clock.let_one_wait_pass();
                nudge.nudged().await;
                signals(url, 2).unwrap().send(Signal::Events).await.unwrap();
                nudge.nudged().await;
            };
            Box::pin(while_running(&listening, story)).await;
        })
        .await;
}

#[tokio::test]
async fn a_thousand_commits_in_one_pause_are_one_signal() {
    TestDatabase::Postgres
        .empty(async |url| {
            let clock = StandingClock::new();
            let (_, busy) = relay(url, 1, &clock);
            let mut others = signals(url, 2).unwrap().listen().await.unwrap();
            let story = async {
                busy.events_wait();
                assert_eq!(others.next().await, Ok(Signal::Events));
                for _ in 0..1000 {
                    busy.events_wait();
                    tokio::task::yield_now().await;
                }
                clock.let_one_wait_pass();
                assert_eq!(others.next().await, Ok(Signal::Events));
                busy.notices_wait();
                clock.let_one_wait_pass();
                assert_eq!(others.next().await, Ok(Signal::Notices));
            };
            while_running(&busy, story).await;
        })
        .await;
}

#[tokio::test]
async fn what_waits_at_shutdown_is_still_told() {
    TestDatabase::Postgres
        .empty(async |url| {
            let clock = StandingClock::new();
            let (_, ending) = relay(url, 1, &clock);
            let mut others = signals(url, 2).unwrap().listen().await.unwrap();
            let shutdown = CancellationToken::new();
            shutdown.cancel();
            ending.events_wait();
            clock.let_one_wait_pass();
            ending.announce(shutdown).await;
            assert_eq!(others.next().await, Ok(Signal::Events));
        })
        .await;
}

#[tokio::test]
async fn where_processes_cannot_wake_each_other_nobody_waits_for_it() {
    let (nudge, alone) = relay("sqlite::memory:", 1, &StandingClock::new());
    assert!(!alone.reaches_others());
    let never = CancellationToken::new();
    alone.announce(never.clone()).await;
    alone.listen(never).await;
    alone.events_wait();
    nudge.nudged().await;
}
