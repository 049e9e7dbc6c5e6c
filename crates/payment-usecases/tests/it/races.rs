//! What one caller knows, and what it does not know of the others.

use std::time::Duration;

use chrono::TimeDelta;
use payment_core::{
    attempt::AttemptState,
    decline::DeclineCode,
    id::{PaymentId, ThreeDsSessionId},
    payment::Status,
    three_ds::{Challenge, ThreeDsStatus},
};
use payment_ports::{
    fakes::{Answer as Says, Call, ScriptedProvider},
    provider::{Authentication, BrowserAnswer, Dedupe, Found, Query},
    store::{ApplyError, StoreError},
};
use payment_usecases::{
    answer::Answer,
    authorize::authorize,
    capture::{Capture, capture},
    create::{Create, create},
    error::Error,
    finish_three_ds::{Shown, answer},
    refund::{Refund, refund},
    worker,
};
use serde_json::json;

use crate::support::{Told, World, asked_only, caller, card, id_of, keyed, new_payment, told};

/// An hour passes on the wall clock, and a worker takes what seems to be due.
async fn an_impatient_worker_comes(world: &World) {
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.clock.jump(TimeDelta::hours(1));
    worker::settle(&world.ports, world.ports.ids.uuid(), 10).await.unwrap();
}

async fn keyed_refund(world: &World, payment: PaymentId) -> Result<Answer, Error> {
    let wish = Refund { payment, amount: None, reason: None };
    refund(&world.ports, &keyed("refund-1", "/refund", &json!({})), wish).await
}

async fn automatic(world: &World) -> PaymentId {
    let wish = Create { capture_method: Some("AUTOMATIC".to_owned()), ..new_payment() };
    id_of(&told(create(&world.ports, &caller(), wish).await.unwrap()).1)
}

async fn keyed_authorize(world: &World, payment: PaymentId) -> Result<Answer, Error> {
    authorize(&world.ports, &keyed("auth-1", "/authorize", &json!({})), card(payment)).await
}

fn session_of((_, body): &Told) -> ThreeDsSessionId {
    body["threeDsSessionId"].as_str().unwrap().parse().unwrap()
}

async fn post(world: &World, session: ThreeDsSessionId) -> Shown {
    let fields = [("code".to_owned(), "111111".to_owned())].into();
    answer(&world.ports, session, None, &BrowserAnswer { fields }).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_refused_later_does_not_undo_what_was_sent_before() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| c.query = Query::None));
    let payment = world.captured().await;
    world.provider.script(Call::Refund, [Says::UnknownWithEffect, Says::Misconfigured]);
    assert_eq!(world.refund(payment, None).await.unwrap().0, 202);
    world.settle_for(Duration::from_secs(4)).await;
    let again = world.refund(payment, None).await;
    assert_eq!(again.unwrap_err(), Error::OperationInProgress);
    world.settle_for(Duration::from_mins(2)).await;
    assert_eq!(world.provider.effects(Call::Refund), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn not_sent_proves_nothing_once_a_worker_may_have_sent_it_too() {
    let world = World::new();
    let payment = world.captured().await;
    let hangs = Says::NotSent.after(Duration::from_secs(20));
    world.provider.script(Call::Refund, [hangs, Says::UnknownWithEffect.into()]);
    let (first, ()) =
        tokio::join!(keyed_refund(&world, payment), an_impatient_worker_comes(&world));
    assert_eq!(first.unwrap().status, 202);
    world.settle_for(Duration::from_mins(2)).await;
    let again = keyed_refund(&world, payment).await.unwrap();
    assert_eq!((again.status, again.is_replay), (200, true));
    assert_eq!(world.provider.effects(Call::Refund), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_after_a_person_was_asked_is_still_written_down() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Approve.after(Duration::from_secs(10))]);
    let review = async {
        an_impatient_worker_comes(&world).await;
        let states = world.attempt_states();
        assert_eq!(states.last(), Some(&AttemptState::NeedsReview));
    };
    let (answer, ()) = tokio::join!(world.capture(payment, None), review);
    assert_eq!(answer.unwrap().0, 200);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_success_that_is_answered_after_it_was_given_up_is_taken_back() {
    let world = World::with(asked_only());
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Says::Approve.after(Duration::from_secs(10))]);
    world.provider.script_query([Ok(Found::Nothing)]);
    let give_up = async {
        an_impatient_worker_comes(&world).await;
        assert_eq!(world.attempt_states().last(), Some(&AttemptState::Abandoned));
    };
    let body = json!({});
    let caller = keyed("capture-1", "/capture", &body);
    let wish = Capture { payment, amount: None, final_capture: None };
    let (answer, ()) = tokio::join!(capture(&world.ports, &caller, wish.clone()), give_up);
    let first = answer.unwrap();
    assert_eq!(first.status, 502, "{}", first.body);
    assert_eq!(world.provider.effects(Call::Refund), 1, "nobody keeps what was given up");
    let states = world.attempt_states();
    assert_eq!(states[1..], [AttemptState::Reversed, AttemptState::Succeeded]);
    assert_eq!(world.events(payment)[2..], ["PaymentOperationFailed", "PaymentReversed"]);
    assert_eq!(world.payment(payment).status, Status::Authorized);
    let again = capture(&world.ports, &caller, wish).await.unwrap();
    assert_eq!((again.body, again.is_replay), (first.body, true));
}

#[tokio::test(start_paused = true)]
async fn a_known_outcome_survives_a_database_that_is_away_for_a_moment() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let payment = world.authorized().await;
    world.store.pass_next_apply();
    for _ in 0..5 {
        let away = StoreError::Unavailable("restarting".to_owned());
        world.store.fail_next_apply(ApplyError::Store(away));
    }
    assert_eq!(world.capture(payment, None).await.unwrap().0, 200);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn an_automatic_capture_that_was_not_sent_is_sent_later() {
    let world = World::new();
    let payment = automatic(&world).await;
    world.provider.script(Call::Capture, [Says::NotSent]);
    let first = keyed_authorize(&world, payment).await.unwrap();
    assert_eq!(first.status, 202);
    world.settle_for(Duration::from_mins(1)).await;
    let again = keyed_authorize(&world, payment).await.unwrap();
    assert!(again.is_replay && again.body.contains(r#""status":"CAPTURED""#));
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_lost_commit_answer_before_an_automatic_capture_gives_one_final_answer() {
    let world = World::new();
    let payment = automatic(&world).await;
    world.store.pass_next_apply();
    world.store.lose_next_commit_answer();
    let first = keyed_authorize(&world, payment).await.unwrap();
    assert_eq!(first.status, 202, "the capture has not ended: {}", first.body);
    tokio::time::sleep(Duration::from_mins(1)).await;
    world.settle_for(Duration::from_secs(10)).await;
    let again = keyed_authorize(&world, payment).await.unwrap();
    assert!(again.body.contains(r#""status":"CAPTURED""#));
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_capture_that_was_asked_for_is_answered_with_the_payment() {
    let world = World::new();
    let payment = automatic(&world).await;
    world.provider.script(Call::Capture, [Says::Decline(DeclineCode::CardDeclined)]);
    assert_eq!(world.authorize(payment).await.unwrap().0, 402);
    let (status, body) = world.capture(payment, None).await.unwrap();
    assert_eq!((status, &body["status"]), (200, &json!("CAPTURED")));
    assert!(body.get("threeDsRequired").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_left_and_never_can_is_given_up_once_its_key_is_old() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| {
        c.dedupe = Dedupe::Key { retention: Duration::from_secs(100) };
        c.void_by_our_reference = false;
        c.max_late_landing = Duration::from_secs(5);
    }));
    let payment = world.created().await;
    let never = std::iter::once(Says::UnknownWithoutEffect).chain((0..100).map(|_| Says::NotSent));
    world.provider.script(Call::Authorize, never);
    assert_eq!(keyed_authorize(&world, payment).await.unwrap().status, 202);
    world.settle_for(Duration::from_secs(115)).await;
    assert_eq!(world.attempt_states(), [AttemptState::Intent], "what was sent may land yet");
    world.settle_for(Duration::from_mins(2)).await;
    assert_eq!(world.attempt_states(), [AttemptState::Abandoned]);
    assert_eq!(world.payment(payment).status, Status::Failed);
    let again = keyed_authorize(&world, payment).await.unwrap();
    assert_eq!((again.status, again.is_replay), (502, true));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_never_answers_a_question_holds_up_nobody() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Says::UnknownWithEffect, Says::UnknownWithEffect]);
    let [one, other] = [world.created().await, world.created().await];
    world.authorize(one).await.unwrap();
    world.authorize(other).await.unwrap();
    world.provider.hang_next_query();
    world.settle_for(Duration::from_mins(3)).await;
    for payment in [one, other] {
        assert_eq!(world.payment(payment).status, Status::Authorized);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_provider_words_is_cleaned_before_it_is_kept() {
    let world = World::new();
    let message = Some("card 4111111111111111\0refused".to_owned());
    let decline = payment_core::decline::Decline {
        code: DeclineCode::CardDeclined,
        provider_code: None,
        message,
    };
    world.provider.script(Call::Authorize, [Says::UnknownWithoutEffect]);
    let found = Found::Outcome(payment_ports::provider::Outcome::Declined(decline));
    world.provider.script_query([Ok(found)]);
    let payment = world.created().await;
    world.authorize(payment).await.unwrap();
    world.settle_for(Duration::from_secs(10)).await;
    let attempt = world.store.tables().attempts.into_values().next().unwrap();
    let kept = attempt.decline.unwrap().message.unwrap();
    assert!(!kept.contains("4111111111111111") && !kept.contains('\0'), "{kept}");
    assert!(kept.ends_with("refused"));
}

#[tokio::test(start_paused = true)]
async fn wrong_codes_in_an_old_tab_do_not_fail_the_newer_challenge() {
    let world = World::new();
    let challenges = [Says::NeedThreeDs(Challenge::Code), Says::NeedThreeDs(Challenge::Code)];
    world.provider.script(Call::Authorize, challenges);
    let payment = world.created().await;
    let old = session_of(&world.authorize(payment).await.unwrap());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let new = session_of(&world.authorize(payment).await.unwrap());
    world.provider.script_authentication((0..3).map(|_| Ok(Authentication::WrongCode)));
    for _ in 0..3 {
        post(&world, old).await;
    }
    assert_eq!(world.payment(payment).status, Status::Created);
    assert_eq!(world.store.tables().sessions[&old].status, ThreeDsStatus::Blocked);
    post(&world, new).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_passes_while_another_authorization_is_under_way_may_try_again() {
    let world = World::new();
    let hangs = Says::NotSent.after(Duration::from_secs(3));
    world.provider.script(Call::Authorize, [Says::NeedThreeDs(Challenge::Code).into(), hangs]);
    let payment = world.created().await;
    let session = session_of(&world.authorize(payment).await.unwrap());
    let browser = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        post(&world, session).await
    };
    let (_, shown) = tokio::join!(world.authorize(payment), browser);
    assert_eq!(shown, Shown::TryAgain);
    post(&world, session).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn a_void_whose_commit_answer_was_lost_is_answered_as_done() {
    for is_committed in [true, false] {
        let world = World::new();
        let payment = world.created().await;
        if is_committed {
            world.store.lose_next_commit_answer();
        } else {
            world.store.lose_next_commit();
        }
        let (status, body) = world.void(payment).await.unwrap();
        assert_eq!((status, &body["status"]), (200, &json!("VOIDED")));
        assert_eq!(world.events(payment), ["PaymentCreated", "PaymentVoided"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_slept_after_t1_sends_nothing_any_more() {
    let world = World::new();
    let payment = world.authorized().await;
    world.store.sleep_after_next_apply(Duration::from_secs(30));
    assert_eq!(world.capture(payment, None).await.unwrap().0, 202);
    assert_eq!(world.provider.calls(Call::Capture), 0);
    world.settle_for(Duration::from_secs(30)).await;
    assert_eq!(world.payment(payment).status, Status::Captured);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_settled_late_is_kept_for_its_whole_time_from_then() {
    let world = World::new();
    let payment = world.created().await;
    world.provider.script(Call::Authorize, [Says::Pending]);
    keyed_authorize(&world, payment).await.unwrap();
    tokio::time::sleep(Duration::from_hours(8 * 24)).await;
    let attempt = world.payment(payment).pending.unwrap().attempt;
    world.provider.land(attempt, Says::Approve);
    world.settle_for(Duration::from_mins(2)).await;
    assert_eq!(worker::forget_records(&world.ports, 100).await.unwrap(), 0);
    assert!(keyed_authorize(&world, payment).await.unwrap().is_replay);
}
