//! Attempts that a person settles.

use std::time::Duration;

use payment_core::{
    attempt::AttemptState,
    id::{AttemptId, PaymentId},
    payment::Status,
};
use payment_ports::{
    fakes::{Answer, Call},
    provider::Query,
};
use payment_usecases::{
    error::Error,
    review::{self, Settlement, Verdict},
};

use crate::support::{World, asked_only, wrong_field};

#[tokio::test(start_paused = true)]
async fn an_attempt_that_succeeded_is_settled_as_if_the_provider_had_said_so() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let (payment, attempt) = in_review(&world, Call::Authorize).await;
    let waiting = review::waiting(&world.ports, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|it| it.id).collect::<Vec<_>>(), [attempt]);
    let settled = review::settle(&world.ports, &seen(attempt, Verdict::Succeeded)).await.unwrap();
    assert_eq!(settled.state, AttemptState::Succeeded);
    let paid = world.payment(payment);
    assert_eq!((paid.status, paid.pending), (Status::Authorized, None));
    assert_eq!(paid.provider_reference.as_deref(), Some("bank-77"));
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentAuthorized"]);
    assert_eq!(review::waiting(&world.ports, 10).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn who_settled_it_and_why_is_in_the_audit_log() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let (_, attempt) = in_review(&world, Call::Capture).await;
    review::settle(&world.ports, &seen(attempt, Verdict::Failed)).await.unwrap();
    let entries = world.ports.store.audit_entries(&attempt.to_string()).await.unwrap();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("Ayşe", "attempt.settle"));
    assert_eq!((entry.before.as_str(), entry.after.as_str()), ("NEEDS_REVIEW", "ABANDONED"));
    assert_eq!(entry.reason, "seen in the bank's panel");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_failed_frees_the_payment_and_stays_watched() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let (payment, attempt) = in_review(&world, Call::Capture).await;
    let settled = review::settle(&world.ports, &seen(attempt, Verdict::Failed)).await.unwrap();
    assert!(settled.next_check_at.is_some(), "people can err");
    let free = world.payment(payment);
    assert_eq!((free.status, free.pending), (Status::Authorized, None));
    assert_eq!(world.events(payment)[2..], ["PaymentOperationFailed"]);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_late_success_that_was_taken_back_by_hand_is_reversed() {
    let world = World::with(asked_only());
    let (payment, attempt) = refused_reversal(&world).await;
    let succeeded = review::settle(&world.ports, &seen(attempt, Verdict::Succeeded)).await;
    assert_eq!(wrong_field(succeeded), "verdict", "the merchant was told that it failed");
    let settled = review::settle(&world.ports, &seen(attempt, Verdict::Reversed)).await.unwrap();
    assert_eq!(settled.state, AttemptState::Reversed);
    assert_eq!(world.events(payment).last().unwrap(), "PaymentReversed");
}

#[tokio::test(start_paused = true)]
async fn what_still_counts_cannot_be_reversed_by_hand() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let (payment, attempt) = in_review(&world, Call::Capture).await;
    let reversed = review::settle(&world.ports, &seen(attempt, Verdict::Reversed)).await;
    assert_eq!(wrong_field(reversed), "verdict");
    assert!(world.payment(payment).pending.is_some());
    assert!(world.store.tables().audit_log.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_authorization_without_a_reference_cannot_be_settled_as_succeeded() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let (_, attempt) = in_review(&world, Call::Authorize).await;
    let nameless = Settlement { provider_reference: None, ..seen(attempt, Verdict::Succeeded) };
    let refused = review::settle(&world.ports, &nameless).await;
    assert_eq!(wrong_field(refused), "provider reference");
}

#[tokio::test(start_paused = true)]
async fn only_what_waits_for_a_person_is_settled_by_one() {
    let world = World::new();
    world.captured().await;
    let attempt = *world.store.tables().attempts.keys().next().unwrap();
    let settled = review::settle(&world.ports, &seen(attempt, Verdict::Failed)).await;
    assert_eq!(wrong_field(settled), "attempt");
    let unknown = world.ports.ids.uuid().into();
    let settled = review::settle(&world.ports, &seen(unknown, Verdict::Failed)).await;
    assert!(matches!(settled, Err(Error::NotFound(_))));
}

#[tokio::test(start_paused = true)]
async fn an_act_without_a_name_or_a_reason_is_refused() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let (_, attempt) = in_review(&world, Call::Capture).await;
    let anonymous = Settlement { actor: String::new(), ..seen(attempt, Verdict::Failed) };
    assert_eq!(wrong_field(review::settle(&world.ports, &anonymous).await), "actor");
    let silent = Settlement { reason: String::new(), ..seen(attempt, Verdict::Failed) };
    assert_eq!(wrong_field(review::settle(&world.ports, &silent).await), "reason");
}

#[tokio::test(start_paused = true)]
async fn a_lost_commit_answer_settles_it_once() {
    let world = World::with(asked_only().with_capabilities(|c| c.query = Query::None));
    let (payment, attempt) = in_review(&world, Call::Capture).await;
    world.store.lose_next_commit_answer();
    let settled = review::settle(&world.ports, &seen(attempt, Verdict::Succeeded)).await.unwrap();
    assert_eq!(settled.state, AttemptState::Succeeded);
    assert_eq!(world.payment(payment).status, Status::Captured);
    assert_eq!(world.store.tables().audit_log.len(), 1);
}

fn seen(attempt: AttemptId, verdict: Verdict) -> Settlement {
    Settlement {
        attempt,
        verdict,
        provider_reference: Some("bank-77".to_owned()),
        actor: "Ayşe".to_owned(),
        reason: "seen in the bank's panel".to_owned(),
    }
}

/// An operation that got lost at a provider which cannot be asked.
async fn in_review(world: &World, call: Call) -> (PaymentId, AttemptId) {
    let payment = if call == Call::Authorize {
        let payment = world.created().await;
        world.provider.script(call, [Answer::UnknownWithEffect]);
        world.authorize(payment).await.unwrap();
        payment
    } else {
        let payment = world.authorized().await;
        world.provider.script(call, [Answer::UnknownWithEffect]);
        world.capture(payment, None).await.unwrap();
        payment
    };
    world.settle_for(Duration::from_mins(4)).await;
    let attempt = world.payment(payment).pending.unwrap().attempt;
    assert_eq!(world.store.tables().attempts[&attempt].state, AttemptState::NeedsReview);
    (payment, attempt)
}

/// A capture that took effect after it had been given up, and that the bank will not give back.
async fn refused_reversal(world: &World) -> (PaymentId, AttemptId) {
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Answer::UnknownWithoutEffect]);
    world.capture(payment, None).await.unwrap();
    let attempt = world.payment(payment).pending.unwrap().attempt;
    world.settle_for(Duration::from_mins(4)).await;
    world.provider.land(attempt, Answer::Approve);
    world.provider.script(Call::Refund, [Answer::Misconfigured]);
    world.settle_for(Duration::from_hours(1)).await;
    assert_eq!(world.store.tables().attempts[&attempt].state, AttemptState::NeedsReview);
    (payment, attempt)
}
