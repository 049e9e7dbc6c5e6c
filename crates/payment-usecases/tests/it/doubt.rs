//! Outcomes that nobody knows: told as unknown, and settled.

use std::time::Duration;

use chrono::TimeDelta;
use payment_core::{attempt::AttemptState, decline::DeclineCode, payment::Status};
use payment_ports::{
    fakes::{Answer, Call, ScriptedProvider},
    provider::{Dedupe, ProviderError, Query},
};
use payment_usecases::{
    create::{Create, create},
    error::Error,
};
use serde_json::json;

use crate::support::{World, asked_only, caller, id_of, new_payment, told};

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_202_with_the_pending_operation_and_is_settled_by_asking() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let payment = world.created().await;
    let (status, body) = world.authorize(payment).await.unwrap();
    assert_eq!((status, &body["status"]), (202, &json!("CREATED")));
    assert_eq!(body["pendingOperation"]["type"], "AUTHORIZE");
    assert!(body["pendingOperation"]["attemptId"].is_string());

    world.settle_for(Duration::from_secs(10)).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
    assert_eq!(world.provider.effects(Call::Authorize), 1);
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentAuthorized"]);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn nothing_else_may_happen_to_a_payment_in_doubt() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Answer::UnknownWithEffect]);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 202);
    let busy = Error::OperationInProgress;
    assert_eq!(world.capture(payment, None).await.unwrap_err(), busy);
    assert_eq!(world.void(payment).await.unwrap_err(), busy);
    world.settle_for(Duration::from_secs(10)).await;
    assert_eq!(world.payment(payment).status, Status::Captured);
    world.provider.script(Call::Refund, [Answer::UnknownWithEffect]);
    assert_eq!(world.refund(payment, Some(json!("1"))).await.unwrap().0, 202);
    assert_eq!(world.refund(payment, Some(json!("1"))).await.unwrap_err(), busy);
    world.settle_for(Duration::from_secs(10)).await;
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_got_lost_on_its_way_is_sent_again_with_the_same_key() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Answer::UnknownWithoutEffect]);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 202);
    world.settle_for(Duration::from_secs(10)).await;
    let sent: Vec<_> =
        world.provider.journal().into_iter().filter(|(call, _)| *call == Call::Capture).collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].1.id, sent[1].1.id);
    world.assert_books_agree(payment);
    assert_eq!(world.payment(payment).status, Status::Captured);
}

#[tokio::test(start_paused = true)]
async fn without_keys_a_call_is_never_sent_again_and_given_up_once_it_must_have_landed() {
    let world = World::with(asked_only());
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Answer::UnknownWithoutEffect]);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 202);
    world.settle_for(Duration::from_secs(165)).await;
    let attempt = world.payment(payment).pending.unwrap().attempt;
    assert_eq!(world.store.tables().attempts[&attempt].state, AttemptState::Intent);
    world.settle_for(Duration::from_secs(10)).await;
    let given_up = world.store.tables().attempts[&attempt].clone();
    assert_eq!(given_up.state, AttemptState::Abandoned);
    let first_look = given_up.finished_at.unwrap() + TimeDelta::hours(1);
    assert_eq!(given_up.next_check_at, Some(first_look), "it is still watched");
    assert_eq!(world.provider.calls(Call::Capture), 1);
    assert_eq!(world.payment(payment).status, Status::Authorized);
    assert_eq!(world.events(payment)[2..], ["PaymentOperationFailed"]);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_lands_late_is_found_within_the_doubt_window() {
    let world = World::with(asked_only());
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Answer::UnknownWithoutEffect]);
    world.capture(payment, None).await.unwrap();
    world.settle_for(Duration::from_secs(20)).await;
    let attempt = world.payment(payment).pending.unwrap().attempt;
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(Duration::from_mins(2)).await;
    assert_eq!(world.payment(payment).status, Status::Captured);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_cannot_be_asked_gets_the_same_call_again() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| c.query = Query::None));
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let payment = world.created().await;
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    world.settle_for(Duration::from_secs(10)).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
    assert_eq!((world.provider.calls(Call::Authorize), world.provider.queries()), (2, 0));
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn an_old_key_is_not_trusted_any_more() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| {
        c.query = Query::None;
        c.dedupe = Dedupe::Key { retention: Duration::from_secs(1000) };
        c.void_by_our_reference = false;
        c.max_late_landing = Duration::from_secs(1);
    }));
    world.provider.script(Call::Authorize, [Answer::UnknownWithoutEffect]);
    let payment = world.created().await;
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    tokio::time::sleep(Duration::from_secs(927)).await;
    world.settle_for(Duration::from_secs(5)).await;
    assert_eq!(world.provider.calls(Call::Authorize), 1);
    assert_eq!(world.attempt_states(), [AttemptState::NeedsReview]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_fails_proves_nothing() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let failures = [
        Err(ProviderError::NotSent("refused".to_owned())),
        Err(ProviderError::Misconfigured("403".to_owned())),
        Err(ProviderError::Unknown("timeout".to_owned())),
    ];
    world.provider.script_query(failures);
    let payment = world.created().await;
    world.authorize(payment).await.unwrap();
    world.settle_for(Duration::from_secs(20)).await;
    assert!(world.payment(payment).pending.is_some());
    world.settle_for(Duration::from_mins(3)).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn a_decline_that_got_lost_is_found_as_a_decline() {
    let world = World::new();
    let query = payment_ports::provider::Found::Outcome(
        payment_ports::provider::Outcome::Declined(payment_core::decline::Decline {
            code: DeclineCode::CardDeclined,
            provider_code: Some("05".to_owned()),
            message: None,
        }),
    );
    world.provider.script(Call::Authorize, [Answer::UnknownWithoutEffect]);
    world.provider.script_query([Ok(query)]);
    let payment = world.created().await;
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    world.settle_for(Duration::from_secs(10)).await;
    assert_eq!(world.payment(payment).status, Status::Failed);
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentFailed"]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_still_working_is_asked_again() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::Pending]);
    let payment = world.created().await;
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    world.settle_for(Duration::from_secs(10)).await;
    let attempt = world.payment(payment).pending.unwrap().attempt;
    world.provider.land(attempt, Answer::Approve);
    world.settle_for(Duration::from_mins(2)).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_unknown_and_is_found_by_asking() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::Approve.after(Duration::from_secs(40))]);
    let payment = world.created().await;
    let began = tokio::time::Instant::now();
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    assert_eq!(began.elapsed().as_secs(), 25);
    world.settle_for(Duration::from_mins(2)).await;
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentAuthorized"]);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn the_capture_that_follows_by_itself_is_settled_too() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    world.provider.script(Call::Capture, [Answer::UnknownWithEffect]);
    let wish = Create { capture_method: Some("AUTOMATIC".to_owned()), ..new_payment() };
    let payment = id_of(&told(create(&world.ports, &caller(), wish).await.unwrap()).1);
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    world.settle_for(Duration::from_secs(30)).await;
    assert_eq!(world.payment(payment).status, Status::Captured);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn two_workers_settle_an_attempt_once() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::UnknownWithEffect]);
    let payment = world.created().await;
    world.authorize(payment).await.unwrap();
    let patience = Duration::from_secs(10);
    tokio::join!(world.settle_for(patience), world.settle_for(patience));
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentAuthorized"]);
    assert_eq!(world.provider.queries(), 1);
}
