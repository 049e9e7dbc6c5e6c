//! Attempts that were given up, and took effect after all.

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use payment_core::{
    attempt::{Attempt, AttemptState},
    decline::DeclineCode,
    id::{AttemptId, PaymentId},
    payment::Status,
};
use payment_ports::{
    fakes::{Answer, Call, ScriptedProvider},
    provider::{Dedupe, Found, ProviderError, Providers, Query},
    store::{ApplyError, Guard},
};
use payment_usecases::{notice, ports::Ports, worker};
use serde_json::json;

use crate::support::{World, asked_only};

/// Long enough to give up what cannot be found.
const DOUBT: Duration = Duration::from_mins(4);
/// Long enough for the first look at what was given up.
const FIRST_LOOK: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn a_late_authorization_is_voided_and_the_merchant_is_told() {
    let world = World::with(asked_only());
    let (payment, attempt) = lost_authorization(&world).await;
    assert_eq!(world.payment(payment).status, Status::Failed);
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK).await;
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
    assert_eq!(world.provider.effects(Call::Void), 1);
    let reversal = reversal_of(&world, attempt);
    assert_eq!(reversal.state, AttemptState::Succeeded);
    assert_eq!(world.payment(payment).status, Status::Failed);
    let expected = ["PaymentCreated", "PaymentFailed", "PaymentReversed"];
    assert_eq!(world.events(payment), expected);
}

#[tokio::test(start_paused = true)]
async fn a_late_capture_is_refunded_beside_the_one_that_followed() {
    let world = World::with(asked_only());
    let (payment, attempt) = lost_capture(&world).await;
    assert_eq!(world.capture(payment, None).await.unwrap().0, 200);
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK).await;
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
    let (taken, given) = (world.provider.total(Call::Capture), world.provider.total(Call::Refund));
    assert_eq!((taken, given), (300_000, 150_000));
    let payment = world.payment(payment);
    assert_eq!((payment.captured.minor(), payment.refunded.minor()), (150_000, 0));
    assert_eq!(world.store.tables().transactions.len(), 1, "the customer paid once");
}

#[tokio::test(start_paused = true)]
async fn a_late_void_is_recorded_as_the_fact_it_is() {
    let world = World::with(asked_only());
    let payment = world.authorized().await;
    world.provider.script(Call::Void, [Answer::UnknownWithoutEffect]);
    assert_eq!(world.void(payment).await.unwrap().0, 202);
    let attempt = pending(&world, payment);
    world.settle_for(DOUBT).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK).await;
    assert_eq!(state(&world, attempt), AttemptState::Succeeded);
    assert_eq!(world.payment(payment).status, Status::Voided);
    assert_eq!(world.events(payment)[2..], ["PaymentOperationFailed", "PaymentVoided"]);
}

#[tokio::test(start_paused = true)]
async fn a_late_refund_is_recorded_as_the_fact_it_is() {
    let world = World::with(asked_only());
    let (payment, attempt) = lost_refund(&world, "1000").await;
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK).await;
    assert_eq!(state(&world, attempt), AttemptState::Succeeded);
    assert_eq!(world.payment(payment).refunded.minor(), 100_000);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_late_refund_that_the_payment_cannot_take_waits_for_a_person() {
    let world = World::with(asked_only());
    let (payment, attempt) = lost_refund(&world, "1000").await;
    assert_eq!(world.refund(payment, Some(json!("1000"))).await.unwrap().0, 200);
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK).await;
    assert_eq!(state(&world, attempt), AttemptState::NeedsReview);
    assert_eq!(world.payment(payment).refunded.minor(), 100_000);
}

#[tokio::test(start_paused = true)]
async fn a_reversal_whose_answer_is_lost_is_found_and_not_sent_again() {
    let world = World::with(asked_only());
    let (payment, attempt) = lost_capture(&world).await;
    world.provider.script(Call::Refund, [Answer::UnknownWithEffect]);
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK).await;
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
    assert_eq!(world.provider.calls(Call::Refund), 1);
    assert_eq!(world.events(payment).last().unwrap(), "PaymentReversed");
}

#[tokio::test(start_paused = true)]
async fn a_reversal_that_was_not_sent_is_followed_by_another() {
    let world = World::with(asked_only());
    let (_, attempt) = lost_capture(&world).await;
    world.provider.script(Call::Refund, [Answer::NotSent]);
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK + DOUBT).await;
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
    assert_eq!((world.provider.calls(Call::Refund), world.provider.effects(Call::Refund)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_may_still_arrive_is_not_sent_twice() {
    let world = World::with(asked_only());
    let (_, attempt) = lost_capture(&world).await;
    world.provider.script(Call::Refund, [Answer::UnknownWithoutEffect]);
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(FIRST_LOOK + DOUBT).await;
    assert_eq!(state(&world, attempt), AttemptState::NeedsReview);
    assert_eq!(world.provider.calls(Call::Refund), 1);
}

#[tokio::test(start_paused = true)]
async fn of_many_who_find_a_late_effect_one_takes_it_back() {
    let world = World::with(asked_only());
    let (_, attempt) = lost_capture(&world).await;
    world.provider.land(attempt, Answer::Approve);
    join_all((0..8).map(|_| notice::heed(&world.ports, attempt)).collect::<Vec<_>>()).await;
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
    assert_eq!(world.provider.calls(Call::Refund), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reversal_that_is_refused_waits_for_a_person() {
    for refusal in [Answer::Decline(DeclineCode::CardDeclined), Answer::Misconfigured] {
        let world = World::with(asked_only());
        let (payment, attempt) = lost_capture(&world).await;
        world.provider.script(Call::Refund, [refusal]);
        world.provider.land(attempt, Answer::Approve);
        world.settle_for(FIRST_LOOK).await;
        assert_eq!(state(&world, attempt), AttemptState::NeedsReview);
        assert_eq!(reversal_of(&world, attempt).state, AttemptState::Declined);
        assert_eq!(world.payment(payment).pending, None, "the payment goes on");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reversal_is_recorded_beside_an_operation_that_is_under_way() {
    let world = World::with(asked_only());
    let (payment, attempt) = lost_capture(&world).await;
    world.provider.land(attempt, Answer::Approve);
    tokio::time::sleep(FIRST_LOOK).await;
    world.provider.script(Call::Capture, [Answer::Approve.after(Duration::from_secs(20))]);
    let me = world.ports.ids.uuid();
    let (captured, settled) = tokio::join!(
        world.capture(payment, Some(json!("1"))),
        worker::settle(&world.ports, me, 10)
    );
    assert_eq!((captured.unwrap().0, settled), (200, Ok(1)));
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
    assert_eq!(world.events(payment)[3..], ["PaymentReversed", "PaymentCaptured"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_finds_a_late_success_it_is_taken_back_once() {
    let world = World::with(asked_only());
    let (_, attempt) = lost_capture(&world).await;
    world.provider.land(attempt, Answer::Approve);
    tokio::time::sleep(FIRST_LOOK).await;
    let heed = || notice::heed(&world.ports, attempt);
    let [me, other] = [(); 2].map(|()| world.ports.ids.uuid());
    let results = tokio::join!(
        heed(),
        worker::settle(&world.ports, me, 10),
        heed(),
        worker::settle(&world.ports, other, 10),
    );
    assert!(results.0.is_ok() && results.2.is_ok());
    world.settle_for(DOUBT).await;
    assert_eq!(world.provider.effects(Call::Refund), 1);
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_is_looked_at_again_and_again_and_then_no_more() {
    let world = World::with(asked_only());
    let (_, attempt) = lost_capture(&world).await;
    let asked = world.provider.queries();
    let day = Duration::from_hours(24);
    for _ in 0..50 {
        tokio::time::sleep(day / 24).await;
        worker::settle(&world.ports, world.ports.ids.uuid(), 10).await.unwrap();
    }
    assert_eq!(world.provider.queries() - asked, 3, "after 1, 6 and 24 hours");
    let over = world.store.tables().attempts[&attempt].clone();
    assert_eq!((over.state, over.next_check_at), (AttemptState::Abandoned, None));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_repeated_soon() {
    let world = World::with(asked_only());
    let (_, attempt) = lost_capture(&world).await;
    world.provider.land(attempt, Answer::Approve);
    world.provider.script_query([Err(ProviderError::NotSent("refused".to_owned()))]);
    world.settle_for(FIRST_LOOK + Duration::from_mins(2)).await;
    assert_eq!(state(&world, attempt), AttemptState::Reversed);
}

#[tokio::test(start_paused = true)]
async fn a_lost_call_is_cancelled_where_the_provider_can_and_ends_at_once() {
    for lost in [Answer::UnknownWithEffect, Answer::UnknownWithoutEffect] {
        let world = World::with(cancels());
        world.provider.script(Call::Authorize, [lost]);
        let payment = world.created().await;
        assert_eq!(world.authorize(payment).await.unwrap().0, 202);
        let attempt = pending(&world, payment);
        world.settle_for(Duration::from_mins(2)).await;
        assert_eq!(world.payment(payment).status, Status::Failed);
        assert_eq!(state(&world, attempt), AttemptState::Abandoned);
        assert_eq!(world.provider.effects(Call::Authorize), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_cancelled_is_not_refunded_too() {
    let world = World::with(cancels());
    let payment = world.authorized().await;
    // The owner is held up after the provider approved, and a worker cancels meanwhile.
    let answer = Answer::Approve.after(Duration::from_secs(20));
    world.provider.script(Call::Capture, [answer]);
    let hurry = async {
        world.provider.arrived(Call::Capture, 1).await;
        world.clock.jump(TimeDelta::hours(1));
        world.settle_for(Duration::from_secs(3)).await;
    };
    let (answer, ()) = tokio::join!(world.capture(payment, None), hurry);
    assert_eq!(answer.unwrap().0, 502);
    world.settle_for(DOUBT).await;
    assert_eq!((world.provider.total(Call::Capture), world.provider.calls(Call::Refund)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_cancelled_at_once_is_cancelled_soon() {
    let world = World::with(cancels());
    let payment = world.created().await;
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    tokio::time::sleep(Duration::from_mins(1)).await;
    // It is given up, and then the worker dies.
    world.store.pass_next_apply();
    world.store.fail_next_apply(ApplyError::Conflict(Guard::Attempt));
    world.settle_for(Duration::from_secs(1)).await;
    assert_eq!(world.payment(payment).status, Status::Failed);
    assert_eq!(world.provider.calls(Call::Cancel), 0);
    world.settle_for(Duration::from_mins(2)).await;
    assert_eq!(world.provider.effects(Call::Authorize), 0);
}

#[tokio::test(start_paused = true)]
async fn what_can_never_be_cancelled_is_left_to_a_person() {
    let world = World::with(cancels());
    let payment = world.created().await;
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let never = (0..3000).map(|_| Answer::Decline(DeclineCode::ProcessingError));
    world.provider.script(Call::Cancel, never);
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    let attempt = pending(&world, payment);
    for _ in 0..26 {
        world.settle_for(Duration::from_mins(5)).await;
        tokio::time::sleep(Duration::from_mins(55)).await;
    }
    assert_eq!(state(&world, attempt), AttemptState::NeedsReview);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_was_switched_off_leaves_its_doubts_to_a_person() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let payment = world.created().await;
    world.authorize(payment).await.unwrap();
    let attempt = pending(&world, payment);
    let without = Ports { providers: Providers::default(), ..world.ports.clone() };
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_hours(24)).await;
        worker::settle(&without, without.ids.uuid(), 10).await.unwrap();
    }
    assert_eq!(state(&world, attempt), AttemptState::NeedsReview);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_cancelled_while_somebody_waits_for_its_answer() {
    let world = World::with(asked_only().with_capabilities(|c| c.void_by_our_reference = true));
    let payment = world.created().await;
    let answer = Answer::Approve.after(Duration::from_secs(20));
    world.provider.script(Call::Authorize, [answer]);
    world.provider.script_query([Ok(Found::Nothing)]);
    let heed = async {
        world.provider.arrived(Call::Authorize, 1).await;
        notice::heed(&world.ports, pending(&world, payment)).await.unwrap();
    };
    let (answer, ()) = tokio::join!(world.authorize(payment), heed);
    assert_eq!(answer.unwrap().0, 200);
    assert_eq!(world.provider.calls(Call::Cancel), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_refuses_a_known_reference_gets_the_same_call_again() {
    for lost in [Answer::UnknownWithEffect, Answer::UnknownWithoutEffect] {
        let provider = asked_only().with_capabilities(|c| c.dedupe = Dedupe::UniqueReference);
        let world = World::with(provider);
        let payment = world.authorized().await;
        world.provider.script(Call::Capture, [lost]);
        // The first question comes too early.
        world.provider.script_query([Ok(Found::Nothing)]);
        assert_eq!(world.capture(payment, None).await.unwrap().0, 202);
        world.settle_for(Duration::from_mins(1)).await;
        assert_eq!(world.payment(payment).status, Status::Captured);
        assert_eq!(world.provider.calls(Call::Capture), 2);
        world.assert_books_agree(payment);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_hours_delays_the_end_by_a_minute_only() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let payment = world.created().await;
    world.authorize(payment).await.unwrap();
    let hours = Duration::from_hours(5);
    let away = || Err(ProviderError::NotSent("connection refused".to_owned()));
    let back = tokio::time::Instant::now() + hours;
    while tokio::time::Instant::now() < back {
        world.provider.script_query([away()]);
        world.settle_for(Duration::from_secs(30)).await;
    }
    world.provider.forget_scripted_queries();
    world.settle_for(Duration::from_secs(80)).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_asked_for_a_week_leaves_it_to_a_person() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let payment = world.created().await;
    world.authorize(payment).await.unwrap();
    let attempt = pending(&world, payment);
    for _ in 0..8 {
        world.provider.script_query([Err(ProviderError::Unknown("timeout".to_owned()))]);
        tokio::time::sleep(Duration::from_hours(24)).await;
        worker::settle(&world.ports, world.ports.ids.uuid(), 10).await.unwrap();
    }
    assert_eq!(state(&world, attempt), AttemptState::NeedsReview);
    assert!(world.payment(payment).pending.is_some(), "nobody else may charge meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_notice_is_a_hint_to_ask_now() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let payment = world.created().await;
    world.authorize(payment).await.unwrap();
    let attempt = pending(&world, payment);
    notice::heed(&world.ports, attempt).await.unwrap();
    assert_eq!(world.payment(payment).status, Status::Authorized);
    notice::heed(&world.ports, attempt).await.unwrap();
    let unknown = world.ports.ids.uuid().into();
    notice::heed(&world.ports, unknown).await.unwrap();
    assert_eq!(world.provider.queries(), 1, "a repeated or unknown notice asks nothing");
}

/// A provider that cannot be asked, and cancels by our reference.
fn cancels() -> ScriptedProvider {
    asked_only().with_capabilities(|c| {
        c.void_by_our_reference = true;
        c.query = Query::None;
    })
}

/// An authorization that got lost on its way and was given up.
async fn lost_authorization(world: &World) -> (PaymentId, AttemptId) {
    world.provider.script(Call::Authorize, [Answer::UnknownWithoutEffect]);
    let payment = world.created().await;
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    (payment, given_up(world, payment).await)
}

/// A capture that got lost on its way and was given up.
async fn lost_capture(world: &World) -> (PaymentId, AttemptId) {
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Answer::UnknownWithoutEffect]);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 202);
    (payment, given_up(world, payment).await)
}

/// A refund that got lost on its way and was given up.
async fn lost_refund(world: &World, amount: &str) -> (PaymentId, AttemptId) {
    let payment = world.captured().await;
    world.provider.script(Call::Refund, [Answer::UnknownWithoutEffect]);
    assert_eq!(world.refund(payment, Some(json!(amount))).await.unwrap().0, 202);
    (payment, given_up(world, payment).await)
}

async fn given_up(world: &World, payment: PaymentId) -> AttemptId {
    let attempt = pending(world, payment);
    world.settle_for(DOUBT).await;
    assert_eq!(state(world, attempt), AttemptState::Abandoned);
    attempt
}

fn pending(world: &World, payment: PaymentId) -> AttemptId {
    world.payment(payment).pending.unwrap().attempt
}

fn state(world: &World, attempt: AttemptId) -> AttemptState {
    world.store.tables().attempts[&attempt].state
}

fn reversal_of(world: &World, attempt: AttemptId) -> Attempt {
    let tables = world.store.tables();
    tables.attempts.values().find(|it| it.reverses == Some(attempt)).unwrap().clone()
}
