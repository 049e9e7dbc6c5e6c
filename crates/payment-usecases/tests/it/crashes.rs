//! Processes that die at any moment, and clients that try again.

use std::{
    pin::pin,
    task::{Context, Poll},
    time::Duration,
};

use futures::{future::join_all, task::noop_waker};
use payment_core::{decline::DeclineCode, id::PaymentId, payment::Status};
use payment_ports::{
    fakes::{Answer as Says, Call, MemoryStore, ScriptedProvider},
    provider::Query,
    store::{ApplyError, StoreError},
};
use payment_usecases::{
    answer::Answer,
    capture::{Capture, capture},
    error::Error,
    refund::{Refund, refund},
    void::{Void, void},
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{World, card, keyed};

/// Lets `work` make so many steps, and kills it; `None` if it was killed before it ended.
async fn killed_after<T>(steps: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    for _ in 0..steps {
        let polled = std::future::poll_fn(|_| {
            let waker = noop_waker();
            Poll::Ready(work.as_mut().poll(&mut Context::from_waker(&waker)))
        });
        if let Poll::Ready(done) = polled.await {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Authorize,
    Capture,
    Void,
    Refund,
}

impl Verb {
    const ALL: [Self; 4] = [Self::Authorize, Self::Capture, Self::Void, Self::Refund];

    async fn prepared(self, world: &World) -> PaymentId {
        match self {
            Self::Authorize => world.created().await,
            Self::Capture | Self::Void => world.authorized().await,
            Self::Refund => world.captured().await,
        }
    }

    const fn call(self) -> Call {
        match self {
            Self::Authorize => Call::Authorize,
            Self::Capture => Call::Capture,
            Self::Void => Call::Void,
            Self::Refund => Call::Refund,
        }
    }

    const fn done(self) -> Status {
        match self {
            Self::Authorize => Status::Authorized,
            Self::Capture => Status::Captured,
            Self::Void => Status::Voided,
            Self::Refund => Status::Refunded,
        }
    }

    async fn ask(self, world: &World, payment: PaymentId) -> Result<Answer, Error> {
        let caller = keyed("key-1", &format!("/{self:?}"), &json!({}));
        let ports = &world.ports;
        match self {
            Self::Authorize => {
                payment_usecases::authorize::authorize(ports, &caller, card(payment)).await
            }
            Self::Capture => {
                let wish = Capture { payment, amount: None, final_capture: None };
                capture(ports, &caller, wish).await
            }
            Self::Void => void(ports, &caller, Void { payment, reason: None }).await,
            Self::Refund => {
                refund(ports, &caller, Refund { payment, amount: None, reason: None }).await
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whenever_the_process_dies_a_retry_finds_one_effect_and_one_answer() {
    for verb in Verb::ALL {
        let mut was_killed = 0;
        for steps in 0.. {
            let world = World::new();
            let payment = verb.prepared(&world).await;
            let first = Box::pin(killed_after(steps, verb.ask(&world, payment))).await;
            was_killed += u32::from(first.is_none());

            tokio::time::sleep(Duration::from_mins(1)).await;
            world.settle_for(Duration::from_secs(30)).await;
            let answer = verb.ask(&world, payment).await.unwrap();
            assert_eq!(answer.status, 200, "{verb:?} killed after {steps} steps");
            assert_eq!(world.provider.effects(verb.call()), 1, "{verb:?} after {steps} steps");
            assert_eq!(world.payment(payment).status, verb.done());
            world.assert_books_agree(payment);
            if let Some(first) = first {
                assert_eq!(first.unwrap().body, answer.body);
                break;
            }
        }
        assert!(was_killed >= 3, "{verb:?} was killed only {was_killed} times");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_before_any_worker_came_recovers_by_itself() {
    for verb in Verb::ALL {
        for steps in 0..6 {
            let world = World::new();
            let payment = verb.prepared(&world).await;
            let first = Box::pin(killed_after(steps, verb.ask(&world, payment))).await;
            tokio::time::sleep(Duration::from_mins(1)).await;
            let answer = verb.ask(&world, payment).await.unwrap();
            assert_eq!(answer.status, 200, "{verb:?} killed after {steps} steps");
            assert_eq!(world.provider.effects(verb.call()), 1);
            world.assert_books_agree(payment);
            assert!(first.is_none_or(|first| first.unwrap().body == answer.body));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_leaves_the_attempt_to_the_next_one() {
    for steps in 0..8 {
        let world = World::new();
        world.provider.script(Call::Authorize, [Says::UnknownWithEffect]);
        let payment = world.created().await;
        world.authorize(payment).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        killed_after(steps, world.settle_for(Duration::from_secs(1))).await;
        world.settle_for(Duration::from_mins(3)).await;
        assert_eq!(world.payment(payment).status, Status::Authorized);
        assert_eq!(world.events(payment), ["PaymentCreated", "PaymentAuthorized"]);
        world.assert_books_agree(payment);
    }
}

#[tokio::test(start_paused = true)]
async fn of_64_captures_at_once_no_more_is_taken_than_there_is() {
    let world = World::new();
    let payment = world.authorized().await;
    let plain = crate::support::caller();
    let part = |_| {
        let amount = Some(json!("100"));
        let wish = Capture { payment, amount, final_capture: Some(false) };
        capture(&world.ports, &plain, wish)
    };
    let answers = join_all((0..64).map(part)).await;
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(world.payment(payment).captured.minor(), i64::try_from(done).unwrap() * 10_000);
    assert!((1..=15).contains(&done));
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn of_64_refunds_at_once_no_more_is_given_back_than_was_taken() {
    let world = World::new();
    let payment = world.captured().await;
    let refunds = (0..64).map(|_| world.refund(payment, Some(json!("400"))));
    let done = join_all(refunds).await.iter().filter(|answer| answer.is_ok()).count();
    assert!((1..=3).contains(&done), "{done}");
    while world.refund(payment, Some(json!("400"))).await.is_ok() {}
    assert_eq!(world.provider.total(Call::Refund), 120_000);
    world.assert_books_agree(payment);
}

/// What happens to one of several clients that ask the same thing with the same key.
#[derive(Debug, Clone)]
struct Client {
    starts_after: u64,
    dies_after: Option<usize>,
}

fn clients() -> impl Strategy<Value = Vec<Client>> {
    let client = (0_u64..90, prop::option::of(0_usize..12))
        .prop_map(|(starts_after, dies_after)| Client { starts_after, dies_after });
    prop::collection::vec(client, 1..=4)
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![
        3 => Just(Says::Approve),
        2 => Just(Says::UnknownWithEffect),
        2 => Just(Says::UnknownWithoutEffect),
        1 => Just(Says::NotSent),
        1 => Just(Says::Misconfigured),
        1 => Just(Says::Decline(DeclineCode::CardDeclined)),
    ]
}

/// What happens to a write.
#[derive(Debug, Clone, Copy)]
enum Write {
    Done,
    AnswerLost,
    Lost,
    Refused,
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let write = prop_oneof![
        4 => Just(Write::Done),
        1 => Just(Write::AnswerLost),
        1 => Just(Write::Lost),
        1 => Just(Write::Refused),
    ];
    prop::collection::vec(write, 0..8)
}

fn plan(store: &MemoryStore, writes: &[Write]) {
    for write in writes {
        match write {
            Write::Done => store.pass_next_apply(),
            Write::AnswerLost => store.lose_next_commit_answer(),
            Write::Lost => store.lose_next_commit(),
            Write::Refused => {
                let away = StoreError::Unavailable("restarting".to_owned());
                store.fail_next_apply(ApplyError::Store(away));
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Course {
    verb: Verb,
    clients: Vec<Client>,
    answers: Vec<Says>,
    writes: Vec<Write>,
    query: Query,
    jump: Option<(u64, i64)>,
}

fn courses() -> impl Strategy<Value = Course> {
    let verb = prop::sample::select(Verb::ALL.to_vec());
    let query = prop::sample::select(vec![Query::ByOurReference, Query::None]);
    let jump = prop::option::of((0_u64..60, -60_i64..60));
    let answers = prop::collection::vec(says(), 0..4);
    (verb, clients(), answers, writes(), query, jump).prop_map(
        |(verb, clients, answers, writes, query, jump)| Course {
            verb,
            clients,
            answers,
            writes,
            query,
            jump,
        },
    )
}

/// Plays a course to its end, and checks that all final answers are one and that money moved once
/// or not at all.
async fn play(course: Course) {
    let Course { verb, clients, answers, writes, query, jump } = course;
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| {
        c.query = query;
        c.max_late_landing = Duration::from_secs(3);
    }));
    let payment = verb.prepared(&world).await;
    world.provider.script(verb.call(), answers);
    plan(&world.store, &writes);
    let asking = clients.iter().map(|client| async {
        tokio::time::sleep(Duration::from_secs(client.starts_after)).await;
        let work = verb.ask(&world, payment);
        match client.dies_after {
            Some(steps) => Box::pin(killed_after(steps, work)).await,
            None => Some(work.await),
        }
    });
    let clock = async {
        if let Some((after, minutes)) = jump {
            tokio::time::sleep(Duration::from_secs(after)).await;
            world.clock.jump(chrono::TimeDelta::minutes(minutes));
        }
    };
    let patience = Duration::from_hours(2);
    let (told, (), ()) = tokio::join!(join_all(asking), clock, world.settle_for(patience));
    // What proved not to have been sent may be asked for again, until something comes of it.
    let mut end = verb.ask(&world, payment).await;
    while end.as_ref().is_ok_and(|answer| answer.status == 202)
        || matches!(end, Err(Error::ProviderNotReached { .. } | Error::Store(_)))
    {
        world.settle_for(patience).await;
        end = verb.ask(&world, payment).await;
    }
    let end = end.unwrap();
    let finals = told.into_iter().flatten().flatten().filter(|answer| answer.status != 202);
    for answer in finals {
        assert_eq!(answer.body, end.body);
    }
    let expected = u32::from(end.status == 200);
    assert_eq!(world.provider.effects(verb.call()), expected);
    world.assert_books_agree(payment);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// However up to four clients with one key, crashes, lost commits, clock jumps and a worker
    /// interleave, a key has one final answer.
    #[test]
    fn one_key_has_one_final_answer(course in courses()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(play(course));
    }
}
