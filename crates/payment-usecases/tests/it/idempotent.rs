//! Requests with an `Idempotency-Key`.

use std::{collections::HashSet, time::Duration};

use futures::future::join_all;
use payment_core::{
    decline::DeclineCode,
    id::{MerchantId, Mode, PaymentId},
    payment::Status,
};
use payment_ports::{
    fakes::{Answer as Says, Call, ScriptedProvider},
    provider::Dedupe,
    store::RecordState,
};
use payment_usecases::{
    answer::Answer,
    authorize::{Authorize, authorize},
    caller::Caller,
    capture::{Capture, capture},
    create::{Create, create},
    error::Error,
    worker,
};
use serde_json::{Value, json};

use crate::support::{World, card, keyed, new_payment};

async fn keyed_create(world: &World, key: &str) -> Result<Answer, Error> {
    create(&world.ports, &keyed(key, "/v1/payments", &json!({"amount": 1500})), new_payment()).await
}

fn capture_path(payment: PaymentId) -> String {
    format!("/v1/payments/{payment}/capture")
}

async fn keyed_capture(
    world: &World,
    payment: PaymentId,
    key: &str,
    amount: Option<Value>,
) -> Result<Answer, Error> {
    let body = amount.as_ref().map_or(json!({}), |amount| json!({"amount": amount}));
    let caller = keyed(key, &capture_path(payment), &body);
    capture(&world.ports, &caller, Capture { payment, amount, final_capture: None }).await
}

fn records(world: &World) -> usize {
    world.store.tables().records.len()
}

#[tokio::test(start_paused = true)]
async fn the_same_key_and_body_make_one_payment_and_the_same_bytes() {
    let world = World::new();
    let first = keyed_create(&world, "order-1").await.unwrap();
    let second = keyed_create(&world, "order-1").await.unwrap();
    assert!(!first.is_replay && second.is_replay);
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(world.store.tables().payments.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_body_is_a_conflict_and_the_first_answer_stays() {
    let world = World::new();
    let first = keyed_create(&world, "order-1").await.unwrap();
    let other = keyed("order-1", "/v1/payments", &json!({"amount": 1501}));
    let refused = create(&world.ports, &other, new_payment()).await;
    assert_eq!(refused.unwrap_err(), Error::IdempotencyConflict);
    assert_eq!(keyed_create(&world, "order-1").await.unwrap().body, first.body);
    assert_eq!(world.store.tables().payments.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_merchant_mode_path_or_spelling_of_the_key_is_another_request() {
    let world = World::new();
    let body = json!({"amount": 1500});
    let base = keyed("Key-1", "/v1/payments", &body);
    let callers = [
        base.clone(),
        Caller { merchant: MerchantId::parse("OTHER").unwrap(), ..base.clone() },
        Caller { mode: Mode::Live, ..base },
        keyed("Key-1", "/v1/other", &body),
        keyed("key-1", "/v1/payments", &body),
    ];
    for caller in &callers {
        assert!(!create(&world.ports, caller, new_payment()).await.unwrap().is_replay);
    }
    assert_eq!(world.store.tables().payments.len(), callers.len());
}

#[tokio::test(start_paused = true)]
async fn of_64_identical_requests_at_once_one_reaches_the_provider() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Approve.after(Duration::from_millis(500))]);
    let requests = (0..64).map(|_| keyed_capture(&world, payment, "capture-1", None));
    let answers: Vec<_> = join_all(requests).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.is_replay).count(), 1);
    let told: HashSet<_> = answers.iter().map(|answer| (answer.status, &answer.body)).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(world.provider.calls(Call::Capture), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn of_64_identical_creates_at_once_one_is_written() {
    let world = World::new();
    let answers = join_all((0..64).map(|_| keyed_create(&world, "order-1"))).await;
    let bodies: HashSet<_> = answers.into_iter().map(|answer| answer.unwrap().body).collect();
    assert_eq!(bodies.len(), 1);
    assert_eq!(world.store.tables().payments.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn of_8_keys_on_one_payment_one_is_carried_out() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Approve.after(Duration::from_secs(1))]);
    let keys: Vec<_> = (0..8).map(|n| format!("key-{n}")).collect();
    let answers = join_all(keys.iter().map(|key| keyed_capture(&world, payment, key, None))).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (1, 7));
    let busy = |result: &Result<_, _>| matches!(result, Err(Error::OperationInProgress));
    assert!(refused.iter().all(busy), "{refused:?}");
    assert_eq!(world.provider.calls(Call::Capture), 1);
    assert_eq!(records(&world), 1, "a refusal leaves no record");
}

#[tokio::test(start_paused = true)]
async fn a_repetition_waits_two_seconds_for_the_first_request() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Approve.when_released()]);
    let first = keyed_capture(&world, payment, "capture-1", None);
    let second = async {
        world.provider.arrived(Call::Capture, 1).await;
        let began = tokio::time::Instant::now();
        let refused = keyed_capture(&world, payment, "capture-1", None).await;
        assert_eq!(refused.unwrap_err(), Error::RequestInProgress);
        assert!((2000..2200).contains(&began.elapsed().as_millis()));
        world.provider.release(1);
    };
    let (first, ()) = tokio::join!(first, second);
    let third = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert!(third.is_replay);
    assert_eq!(third.body, first.unwrap().body);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_keeps_the_key_open_until_it_is_settled() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::UnknownWithEffect]);
    let first = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!(first.status, 202);
    world.settle_for(Duration::from_secs(10)).await;
    let second = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!((second.status, second.is_replay), (200, true));
    assert!(second.body.contains(r#""status":"CAPTURED""#));
    assert_eq!(world.provider.effects(Call::Capture), 1);
}

#[tokio::test(start_paused = true)]
async fn a_decline_found_later_is_replayed_as_the_decline() {
    let world = World::new();
    world.provider.script(
        Call::Authorize,
        [Says::UnknownWithoutEffect, Says::Decline(DeclineCode::CardDeclined)],
    );
    let payment = world.created().await;
    let caller = keyed("auth-1", "/authorize", &json!({}));
    let first = authorize(&world.ports, &caller, card(payment)).await.unwrap();
    assert_eq!(first.status, 202);
    world.settle_for(Duration::from_secs(10)).await;
    let second = authorize(&world.ports, &caller, card(payment)).await.unwrap();
    assert_eq!((second.status, second.is_replay), (402, true));
    assert!(second.body.contains("CARD_DECLINED"));
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_call_was_not_sent_may_be_used_again() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::NotSent]);
    let first = keyed_capture(&world, payment, "capture-1", None).await;
    assert!(matches!(first, Err(Error::ProviderNotReached { .. })));
    assert_eq!(records(&world), 0);
    let second = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!((second.status, second.is_replay), (200, false));
}

#[tokio::test(start_paused = true)]
async fn a_decline_is_replayed_and_the_provider_not_asked_again() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Decline(DeclineCode::LimitExceeded)]);
    let first = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    let second = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!((first.status, &first.body), (402, &second.body));
    assert!(second.is_replay);
    assert_eq!(world.provider.calls(Call::Capture), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_account_is_final_for_the_key() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Misconfigured]);
    let first = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    let second = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!((first.status, second.status, second.is_replay), (502, 502, true));
}

#[tokio::test(start_paused = true)]
async fn what_changes_nothing_leaves_no_record() {
    let world = World::new();
    let payment = world.created().await;
    let unknown: PaymentId = "01890000-0000-7000-8000-000000000000".parse().unwrap();
    let wrong_amount = Create { amount: json!(0), ..new_payment() };
    let caller = keyed("k", "/v1/payments", &json!({}));
    assert!(create(&world.ports, &caller, wrong_amount).await.is_err());
    assert!(keyed_capture(&world, unknown, "k", None).await.is_err());
    assert!(keyed_capture(&world, payment, "k", None).await.is_err());
    assert!(keyed_capture(&world, payment, "k", Some(json!("-1"))).await.is_err());
    let no_bin = Authorize { card_bin: String::new(), ..card(payment) };
    assert!(authorize(&world.ports, &caller, no_bin).await.is_err());
    assert_eq!(records(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn a_final_answer_is_forgotten_after_its_time_and_an_open_one_never() {
    let world = World::new();
    let payment = world.authorized().await;
    keyed_create(&world, "order-1").await.unwrap();
    world.provider.script(Call::Capture, [Says::UnknownWithoutEffect]);
    keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    tokio::time::sleep(Duration::from_hours(7 * 24 + 1)).await;
    assert_eq!(worker::forget_records(&world.ports, 100).await.unwrap(), 1);
    let left = world.store.tables().records;
    assert!(left.values().all(|record| matches!(record.state, RecordState::InProgress(_))));
    assert_eq!(left.len(), 1);
    assert!(!keyed_create(&world, "order-1").await.unwrap().is_replay);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_away_between_t1_and_t2_leaves_one_effect() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Approve.when_released()]);
    let request = keyed_capture(&world, payment, "capture-1", None);
    let outage = async {
        world.provider.arrived(Call::Capture, 1).await;
        world.store.set_down(true);
        world.provider.release(1);
    };
    let (answer, ()) = tokio::join!(request, outage);
    assert_eq!(answer.unwrap().status, 202);
    world.store.set_down(false);
    tokio::time::sleep(Duration::from_mins(1)).await;
    world.settle_for(Duration::from_secs(10)).await;
    let again = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!((again.status, again.is_replay), (200, true));
    assert_eq!(world.provider.effects(Call::Capture), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_lost_commit_answer_is_settled_by_reading_back() {
    for is_committed in [true, false] {
        for lost in 0..2 {
            let world = World::new();
            let payment = world.authorized().await;
            (0..lost).for_each(|_| world.store.pass_next_apply());
            if is_committed {
                world.store.lose_next_commit_answer();
            } else {
                world.store.lose_next_commit();
            }
            let answer = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
            assert_eq!(answer.status, 200);
            assert_eq!(world.provider.calls(Call::Capture), 1);
            world.assert_books_agree(payment);
            assert_eq!(records(&world), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_commit_answer_of_a_create_makes_one_payment() {
    for is_committed in [true, false] {
        let world = World::new();
        if is_committed {
            world.store.lose_next_commit_answer();
        } else {
            world.store.lose_next_commit();
        }
        let answer = keyed_create(&world, "order-1").await.unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(world.store.tables().payments.len(), 1);
    }
}

/// An owner that died right after T1 left a record and an attempt behind.
async fn abandoned(world: &World) -> PaymentId {
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::UnknownWithEffect.when_released()]);
    {
        let request = keyed_capture(world, payment, "capture-1", None);
        tokio::select! {
            _ = request => panic!("the request ended"),
            () = world.provider.arrived(Call::Capture, 1) => {}
        }
    }
    assert!(world.payment(payment).pending.is_some());
    payment
}

#[tokio::test(start_paused = true)]
async fn a_repetition_finishes_what_a_dead_owner_left() {
    let world = World::new();
    let payment = abandoned(&world).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let answer = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!((answer.status, answer.is_replay), (200, true));
    assert_eq!(world.provider.effects(Call::Capture), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn of_two_takers_one_recovers() {
    let world = World::new();
    let payment = abandoned(&world).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let (left, right) = tokio::join!(
        keyed_capture(&world, payment, "capture-1", None),
        keyed_capture(&world, payment, "capture-1", None),
    );
    assert_eq!(left.unwrap().body, right.unwrap().body);
    assert_eq!(world.provider.queries(), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_jumping_clock_charges_nobody_twice() {
    for hours in [-1, 1] {
        let world = World::new();
        let payment = world.authorized().await;
        world.provider.script(Call::Capture, [Says::Approve.when_released()]);
        let first = keyed_capture(&world, payment, "capture-1", None);
        let others = async {
            world.provider.arrived(Call::Capture, 1).await;
            world.clock.jump(chrono::TimeDelta::hours(hours));
            let second = keyed_capture(&world, payment, "capture-1", None).await;
            world.provider.release(1);
            second
        };
        let (first, _) = tokio::join!(first, others);
        assert_eq!(first.unwrap().status, 200);
        let third = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
        assert_eq!((third.status, third.is_replay), (200, true));
        assert_eq!(world.provider.effects(Call::Capture), 1);
        assert_eq!(world.events(payment).len(), 3);
        world.assert_books_agree(payment);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_of_an_automatic_payment_answers_with_the_capture() {
    let world = World::new();
    world.provider.script(Call::Capture, [Says::UnknownWithEffect]);
    let wish = Create { capture_method: Some("AUTOMATIC".to_owned()), ..new_payment() };
    let created =
        create(&world.ports, &keyed("c", "/v1/payments", &json!({})), wish).await.unwrap();
    let payment = crate::support::id_of(&serde_json::from_str(&created.body).unwrap());
    let caller = keyed("auth-1", "/authorize", &json!({}));
    let first = authorize(&world.ports, &caller, card(payment)).await.unwrap();
    assert_eq!(first.status, 202);
    assert!(first.body.contains(r#""status":"AUTHORIZED""#));
    world.settle_for(Duration::from_secs(10)).await;
    let second = authorize(&world.ports, &caller, card(payment)).await.unwrap();
    assert!(second.is_replay && second.body.contains(r#""status":"CAPTURED""#));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_attempt_is_the_same_whoever_records_it() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| {
        c.dedupe = Dedupe::Key { retention: Duration::from_hours(24) };
    }));
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Approve.after(Duration::from_secs(20))]);
    let request = keyed_capture(&world, payment, "capture-1", None);
    let sweeper = async {
        world.clock.jump(chrono::TimeDelta::hours(1));
        world.settle_for(Duration::from_secs(30)).await;
    };
    let (answer, ()) = tokio::join!(request, sweeper);
    let answer = answer.unwrap();
    let replay = keyed_capture(&world, payment, "capture-1", None).await.unwrap();
    assert_eq!((answer.status, &answer.body), (200, &replay.body));
    assert_eq!(world.payment(payment).status, Status::Captured);
    world.assert_books_agree(payment);
}
