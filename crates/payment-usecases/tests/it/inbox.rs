//! What providers tell us by themselves.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use payment_core::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, PaymentId, ProviderId},
    payment::{Payment, Status},
};
use payment_ports::{
    fakes::{Answer as Says, Call, ScriptedProvider, notice_post as posted, signed_with},
    notice::{About, NoticePost, Receipt, Untrusted},
    provider::{Dedupe, Query},
    store::{ApplyError, NoticeProgress, StoredNotice},
};
use payment_usecases::{
    authorize::authorize,
    error::Error,
    inbox::{self, NotTaken, Taken},
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{World, asked_only, card, keyed, told};

const OK: Receipt = Receipt { content_type: "text/plain", body: "OK" };
const DAY: Duration = Duration::from_hours(24);

/// A provider that can be neither asked nor repeated, so that its word is all there is.
fn silent() -> ScriptedProvider {
    asked_only().with_capabilities(|c| {
        c.query = Query::None;
        c.dedupe = Dedupe::None;
    })
}

async fn receive(world: &World, post: NoticePost) -> Result<Taken, NotTaken> {
    inbox::receive(&world.ports, &ProviderId::parse("SCRIPTED").unwrap(), post).await
}

/// A worker heeds what is due; answers how much that was.
async fn heed(world: &World) -> usize {
    inbox::process(&world.ports, world.ports.ids.uuid(), 100).await.unwrap()
}

/// A notice arrives, and is heeded.
async fn tell(world: &World, id: &str, attempt: AttemptId, said: &str) {
    let post = posted(id, &About::Attempt(attempt), said, None);
    assert_eq!(receive(world, post).await, Ok(Taken::New(OK)));
    assert_eq!(heed(world).await, 1);
}

fn notice(world: &World) -> StoredNotice {
    let inbox = world.store.tables().inbox;
    assert_eq!(inbox.len(), 1);
    inbox.into_values().next().unwrap()
}

fn is_processed(world: &World) -> bool {
    matches!(notice(world).progress, NoticeProgress::Processed { .. })
}

/// The one attempt that is pending.
fn pending(world: &World, payment: PaymentId) -> AttemptId {
    world.payment(payment).pending.unwrap().attempt
}

/// All that money depends on, and the history.
fn books(world: &World) -> (Vec<Payment>, BTreeMap<AttemptId, Attempt>, usize) {
    let tables = world.store.tables();
    (tables.payments.into_values().collect(), tables.attempts, tables.events.len())
}

async fn authorized_in_doubt(world: &World) -> (PaymentId, AttemptId) {
    let payment = world.created().await;
    world.provider.script(Call::Authorize, [Says::UnknownWithEffect]);
    assert_eq!(world.authorize(payment).await.unwrap().0, 202);
    (payment, pending(world, payment))
}

#[tokio::test(start_paused = true)]
async fn a_notice_settles_at_once_what_nobody_knows() {
    let world = World::with(asked_only());
    let (payment, attempt) = authorized_in_doubt(&world).await;
    tell(&world, "evt_1", attempt, "approved").await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
    assert_eq!(world.provider.queries(), 1, "it is a hint to ask, and not believed");
    assert!(is_processed(&world));
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_lies_is_not_believed_where_the_provider_can_be_asked() {
    let world = World::with(asked_only());
    let (payment, attempt) = authorized_in_doubt(&world).await;
    tell(&world, "evt_1", attempt, "declined").await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn a_notice_before_our_own_record_of_the_answer_wins_and_the_request_agrees() {
    for provider in [asked_only(), silent()] {
        let world = World::with(provider);
        let payment = world.created().await;
        world.provider.script(Call::Authorize, [Says::Approve.when_released()]);
        let caller = keyed("auth-1", "/authorize", &json!({}));
        let early = async {
            world.provider.arrived(Call::Authorize, 1).await;
            tell(&world, "evt_1", pending(&world, payment), "approved").await;
            assert_eq!(world.payment(payment).status, Status::Authorized);
            world.provider.release(1);
        };
        let (answer, ()) = tokio::join!(authorize(&world.ports, &caller, card(payment)), early);
        let (status, body) = told(answer.unwrap());
        assert_eq!((status, &body["status"]), (200, &json!("AUTHORIZED")));
        assert_eq!(world.events(payment), ["PaymentCreated", "PaymentAuthorized"]);
        world.assert_books_agree(payment);
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_comes_twice_is_kept_and_heeded_once() {
    let world = World::with(asked_only());
    let (_, attempt) = authorized_in_doubt(&world).await;
    let post = || posted("evt_1", &About::Attempt(attempt), "approved", None);
    assert_eq!(receive(&world, post()).await, Ok(Taken::New(OK)));
    assert_eq!(receive(&world, post()).await, Ok(Taken::Again(OK)));
    assert_eq!(heed(&world).await, 1);
    assert_eq!(receive(&world, post()).await, Ok(Taken::Again(OK)));
    assert_eq!(heed(&world).await, 0);
    assert!(is_processed(&world));
    assert_eq!(world.provider.queries(), 1);
}

#[tokio::test(start_paused = true)]
async fn notices_that_come_out_of_order_or_late_change_nothing() {
    for provider in [asked_only(), silent()] {
        let world = World::with(provider);
        let payment = world.captured().await;
        world.refund(payment, None).await.unwrap();
        let before = books(&world);
        let attempts: Vec<_> = before.1.keys().rev().copied().collect();
        for (number, attempt) in attempts.into_iter().enumerate() {
            tell(&world, &format!("evt_{number}"), attempt, "approved").await;
        }
        assert_eq!(books(&world), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_after_a_void_changes_nothing() {
    for provider in [asked_only(), silent()] {
        let world = World::with(provider);
        let payment = world.authorized().await;
        let attempt = *world.store.tables().attempts.keys().next().unwrap();
        world.void(payment).await.unwrap();
        let before = books(&world);
        tell(&world, "evt_1", attempt, "approved").await;
        assert_eq!(books(&world), before);
        assert_eq!(world.payment(payment).status, Status::Voided);
        assert_eq!(world.provider.queries(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_contradicts_what_is_recorded_changes_nothing() {
    for provider in [asked_only(), silent()] {
        let world = World::with(provider);
        let payment = world.created().await;
        world.provider.script(
            Call::Authorize,
            [Says::Decline(payment_core::decline::DeclineCode::CardDeclined)],
        );
        assert_eq!(world.authorize(payment).await.unwrap().0, 402);
        let attempt = *world.store.tables().attempts.keys().next().unwrap();
        let before = books(&world);
        tell(&world, "evt_1", attempt, "approved").await;
        assert_eq!(books(&world), before);
        assert!(is_processed(&world));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_is_taken_back_once_a_notice_tells_of_it() {
    let world = World::with(asked_only());
    let payment = world.created().await;
    world.provider.script(Call::Authorize, [Says::UnknownWithoutEffect]);
    world.authorize(payment).await.unwrap();
    let attempt = pending(&world, payment);
    world.settle_for(Duration::from_mins(10)).await;
    assert_eq!(world.payment(payment).status, Status::Failed);
    world.provider.land(attempt, Says::Approve);
    tell(&world, "evt_1", attempt, "approved").await;
    let states = world.attempt_states();
    assert_eq!(states, [AttemptState::Reversed, AttemptState::Succeeded]);
    assert_eq!(world.provider.effects(Call::Void), 1);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_cannot_be_asked_is_believed() {
    for (said, status) in [("approved", Status::Authorized), ("declined", Status::Failed)] {
        let world = World::with(silent());
        let (payment, attempt) = authorized_in_doubt(&world).await;
        tell(&world, "evt_0", attempt, "pending").await;
        assert_eq!(world.attempt_states(), [AttemptState::Intent]);
        tell(&world, "evt_1", attempt, said).await;
        assert_eq!(world.payment(payment).status, status, "{said}");
        assert_eq!(world.payment(payment).pending, None);
        assert_eq!(world.provider.queries(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_ends_what_waits_for_a_person() {
    let world = World::with(silent());
    let (payment, attempt) = authorized_in_doubt(&world).await;
    world.settle_for(Duration::from_mins(10)).await;
    assert_eq!(world.attempt_states(), [AttemptState::NeedsReview]);
    tell(&world, "evt_1", attempt, "approved").await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn another_amount_than_ours_is_not_believed() {
    let world = World::with(silent());
    let (payment, attempt) = authorized_in_doubt(&world).await;
    let about = About::Attempt(attempt);
    receive(&world, posted("evt_1", &about, "approved", Some(1))).await.unwrap();
    heed(&world).await;
    assert_eq!(world.attempt_states(), [AttemptState::Intent]);
    receive(&world, posted("evt_2", &about, "approved", Some(150_000))).await.unwrap();
    heed(&world).await;
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_reference_is_matched_once_it_is_known() {
    let world = World::with(asked_only());
    let payment = world.created().await;
    world.provider.script(Call::Authorize, [Says::Approve.when_released()]);
    let early = async {
        world.provider.arrived(Call::Authorize, 1).await;
        let about = About::Reference(format!("ref-{}", pending(&world, payment)));
        receive(&world, posted("evt_1", &about, "approved", None)).await.unwrap();
        assert_eq!(heed(&world).await, 1);
        assert!(!is_processed(&world), "our own T2 has yet to tell the provider's name for it");
        world.provider.release(1);
    };
    tokio::join!(async { world.authorize(payment).await.unwrap() }, early);
    assert_eq!(heed(&world).await, 0, "it waits a little first");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(heed(&world).await, 1);
    assert!(is_processed(&world));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_knows_is_looked_for_ever_more_rarely_for_72_hours_and_kept() {
    let world = World::new();
    let about = About::Reference("nobody-knows".to_owned());
    receive(&world, posted("evt_1", &about, "approved", None)).await.unwrap();
    let start = tokio::time::Instant::now();
    let mut looks = Vec::new();
    while start.elapsed() <= 4 * DAY {
        if heed(&world).await > 0 {
            looks.push(start.elapsed().as_secs());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(looks[..7], [0, 1, 6, 36, 156, 756, 2556]);
    assert!(looks.is_sorted_by(|a, b| a < b) && looks.len() < 40, "{looks:?}");
    assert_eq!(looks.last(), Some(&(72 * 3600)));
    assert!(matches!(notice(&world).progress, NoticeProgress::Unmatched { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_name_of_an_earlier_attempt_leads_to_the_one_that_the_payment_waits_for() {
    let world = World::with(asked_only());
    let payment = world.authorized().await;
    let name = world.payment(payment).provider_reference.unwrap();
    world.provider.script(Call::Capture, [Says::UnknownWithEffect]);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 202);
    receive(&world, posted("evt_1", &About::Reference(name), "nothing", None)).await.unwrap();
    heed(&world).await;
    assert_eq!(world.payment(payment).status, Status::Captured);
    assert!(is_processed(&world));
}

#[tokio::test(start_paused = true)]
async fn a_provider_has_nothing_to_say_of_another_providers_attempts() {
    let world = World::with(silent());
    let (_, attempt) = authorized_in_doubt(&world).await;
    let other = World::with(ScriptedProvider::new("OTHER").unwrap());
    let both =
        [&world, &other].map(|world| Arc::clone(world.ports.providers.iter().next().unwrap()));
    let mut ports = world.ports.clone();
    ports.providers = both.into_iter().collect();
    let post = posted("evt_1", &About::Attempt(attempt), "approved", None);
    let id = ProviderId::parse("OTHER").unwrap();
    inbox::receive(&ports, &id, post).await.unwrap();
    inbox::process(&ports, Uuid::nil(), 10).await.unwrap();
    assert_eq!(world.attempt_states(), [AttemptState::Intent]);
    assert!(!is_processed(&world));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_providers_is_neither_kept_nor_heeded() {
    let world = World::with(silent());
    let (_, attempt) = authorized_in_doubt(&world).await;
    let body = format!("evt_1 attempt {attempt} approved -");
    let forged = receive(&world, signed_with("wrong", &body)).await;
    assert!(matches!(forged, Err(NotTaken::Untrusted(Untrusted::Forged(_)))), "{forged:?}");
    let unsigned = NoticePost { headers: Vec::new(), body: body.clone().into_bytes() };
    let unsigned = receive(&world, unsigned).await;
    assert!(matches!(unsigned, Err(NotTaken::Untrusted(Untrusted::Forged(_)))), "{unsigned:?}");
    let unsure = receive(&world, signed_with("unreachable", &body)).await;
    assert!(matches!(unsure, Err(NotTaken::Untrusted(Untrusted::Unverifiable(_)))), "{unsure:?}");
    assert_eq!(world.store.tables().inbox.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_or_is_not_for_us_is_not_kept() {
    let world = World::new();
    let long = "e".repeat(256);
    for body in ["nonsense", &format!("{long} reference r approved -"), " reference r approved -"] {
        let malformed = receive(&world, signed_with("right", body)).await;
        assert!(matches!(malformed, Err(NotTaken::Malformed(_))), "{malformed:?}");
    }
    let ignored = receive(&world, signed_with("right", "advertisement")).await;
    assert_eq!(ignored, Ok(Taken::NotForUs(OK)));
    assert_eq!(world.store.tables().inbox.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_secret_nothing_is_accepted() {
    let world = World::with(ScriptedProvider::new("SCRIPTED").unwrap().without_notices());
    let about = About::Reference("r".to_owned());
    let refused = receive(&world, posted("evt_1", &about, "approved", None)).await;
    assert!(matches!(refused, Err(NotTaken::NoSecret(_))), "{refused:?}");
    let stranger = ProviderId::parse("STRANGER").unwrap();
    let post = posted("evt_1", &about, "approved", None);
    let refused = inbox::receive(&world.ports, &stranger, post).await;
    assert_eq!(refused, Err(NotTaken::UnknownProvider(stranger)));
    assert_eq!(world.store.tables().inbox.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_stored_is_not_taken_and_is_taken_when_it_comes_again() {
    let world = World::new();
    let about = About::Reference("r".to_owned());
    let post = || posted("evt_1", &about, "approved", None);
    world.store.lose_next_commit();
    world.store.lose_next_commit_answer();
    for _ in 0..2 {
        let failed = receive(&world, post()).await;
        assert!(matches!(failed, Err(NotTaken::Failed(Error::Store(_)))), "{failed:?}");
    }
    assert_eq!(receive(&world, post()).await, Ok(Taken::Again(OK)));
}

#[tokio::test(start_paused = true)]
async fn a_notice_outlives_a_worker_that_dies_with_it() {
    let world = World::with(silent());
    let (payment, attempt) = authorized_in_doubt(&world).await;
    let post = posted("evt_1", &About::Attempt(attempt), "approved", None);
    receive(&world, post).await.unwrap();
    let down = payment_ports::store::StoreError::Unavailable("gone".to_owned());
    for _ in 0..20 {
        world.store.fail_next_apply(ApplyError::Store(down.clone()));
    }
    assert_eq!(heed(&world).await, 1);
    assert!(!is_processed(&world));
    assert_eq!(heed(&world).await, 0, "its claim has yet to end");
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(heed(&world).await, 1);
    assert!(is_processed(&world));
    assert_eq!(world.payment(payment).status, Status::Authorized);
}

#[tokio::test(start_paused = true)]
async fn of_many_workers_one_heeds_a_notice() {
    let world = World::with(asked_only());
    let (_, attempt) = authorized_in_doubt(&world).await;
    let post = posted("evt_1", &About::Attempt(attempt), "approved", None);
    receive(&world, post).await.unwrap();
    let workers = (0..8).map(|_| heed(&world));
    let claimed: usize = futures::future::join_all(workers).await.into_iter().sum();
    assert_eq!((claimed, world.provider.queries()), (1, 1));
}
