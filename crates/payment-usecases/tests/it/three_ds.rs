//! 3-D Secure: the customer's one chance.

use std::time::Duration;

use payment_core::{
    attempt::AttemptState,
    decline::{Decline, DeclineCode},
    id::{PaymentId, ProviderId, ThreeDsSessionId},
    payment::Status,
    three_ds::{Challenge, ThreeDsStatus},
};
use payment_ports::{
    fakes::{Answer as Says, Call},
    provider::{Authentication, BrowserAnswer, ProviderError},
};
use payment_usecases::{
    create::{Create, create},
    error::Error,
    finish_three_ds::{Shown, answer, show},
    worker,
};
use serde_json::json;

use crate::support::{World, caller, id_of, new_payment, told};

const VERIFIED: fn() -> Authentication = || Authentication::Verified { proof: "p".to_owned() };

/// A payment whose customer was sent to the challenge.
async fn challenged(world: &World) -> (PaymentId, ThreeDsSessionId) {
    world.provider.script(Call::Authorize, [Says::NeedThreeDs(Challenge::Code)]);
    let payment = world.created().await;
    let (status, body) = world.authorize(payment).await.unwrap();
    assert_eq!((status, &body["status"]), (200, &json!("CREATED")));
    assert_eq!(body["threeDsRequired"], true);
    let session = body["threeDsSessionId"].as_str().unwrap();
    let url = format!("https://pay.example/3ds/verify?session={session}");
    assert_eq!(body["threeDsUrl"], url);
    (payment, session.parse().unwrap())
}

async fn post(world: &World, session: ThreeDsSessionId) -> Result<Shown, Error> {
    answer(&world.ports, session, None, &a_code()).await
}

fn a_code() -> BrowserAnswer {
    BrowserAnswer { fields: [("code".to_owned(), "111111".to_owned())].into() }
}

fn status_of(shown: &Shown) -> (Status, ThreeDsStatus) {
    let Shown::Ended { payment, status, return_url } = shown else {
        panic!("it should have ended: {shown:?}");
    };
    assert_eq!(return_url.as_deref(), Some("https://shop.example/thanks"));
    (payment.status, *status)
}

#[tokio::test(start_paused = true)]
async fn the_right_answer_authorizes_the_payment() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    let page = show(&world.ports, session).await.unwrap();
    assert!(matches!(page, Shown::AskCode { was_wrong: false, tries_left: 3, .. }), "{page:?}");
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Authorized, ThreeDsStatus::Verified));
    assert_eq!(world.provider.effects(Call::Confirm), 1);
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentAuthorized"]);
    assert_eq!(world.attempt_states(), [AttemptState::Challenged, AttemptState::Succeeded]);
    world.assert_books_agree(payment);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn three_wrong_codes_block_the_session_and_fail_the_payment() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    world.provider.script_authentication((0..3).map(|_| Ok(Authentication::WrongCode)));
    for left in [2, 1] {
        let page = post(&world, session).await.unwrap();
        let Shown::AskCode { was_wrong: true, tries_left, .. } = page else {
            panic!("the page should ask again: {page:?}");
        };
        assert_eq!(tries_left, left);
    }
    let blocked = (Status::Failed, ThreeDsStatus::Blocked);
    assert_eq!(status_of(&post(&world, session).await.unwrap()), blocked);
    assert_eq!(status_of(&post(&world, session).await.unwrap()), blocked, "a right code is late");
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentFailed"]);
    assert_eq!(world.provider.calls(Call::Confirm), 0);
    let attempts = world.store.tables().attempts;
    let attempt = attempts.values().next().unwrap();
    assert_eq!(attempt.decline.as_ref().unwrap().code, DeclineCode::ThreeDsFailed);
}

#[tokio::test(start_paused = true)]
async fn a_form_without_a_code_is_no_wrong_code() {
    let world = World::new();
    let (_, session) = challenged(&world).await;
    for code in [None, Some(""), Some("  ")] {
        let fields = code.map(|code| ("code".to_owned(), code.to_owned())).into_iter().collect();
        let page = answer(&world.ports, session, None, &BrowserAnswer { fields }).await.unwrap();
        assert!(matches!(page, Shown::AskCode { was_wrong: false, tries_left: 3, .. }), "{page:?}");
    }
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Authorized, ThreeDsStatus::Verified));
}

#[tokio::test(start_paused = true)]
async fn a_failed_authentication_fails_the_payment() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    let decline = Decline { code: DeclineCode::ThreeDsFailed, provider_code: None, message: None };
    world.provider.script_authentication([Ok(Authentication::Failed(decline))]);
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Failed, ThreeDsStatus::Failed));
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentFailed"]);
}

#[tokio::test(start_paused = true)]
async fn a_declined_authorization_fails_the_payment() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    world.provider.script(Call::Confirm, [Says::Decline(DeclineCode::InsufficientFunds)]);
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Failed, ThreeDsStatus::Failed));
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentFailed"]);
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_after_five_minutes_and_the_payment_may_be_authorized_again() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    tokio::time::sleep(Duration::from_secs(299)).await;
    assert!(matches!(show(&world.ports, session).await.unwrap(), Shown::AskCode { .. }));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let expired = (Status::Created, ThreeDsStatus::Expired);
    assert_eq!(status_of(&post(&world, session).await.unwrap()), expired);
    assert_eq!(status_of(&show(&world.ports, session).await.unwrap()), expired);
    assert_eq!(world.provider.calls(Call::Confirm), 0);
    assert_eq!(world.authorize(payment).await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn the_worker_ends_sessions_that_nobody_answers() {
    let world = World::new();
    let (_, session) = challenged(&world).await;
    assert_eq!(worker::expire_sessions(&world.ports, 100).await.unwrap(), 0);
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(worker::expire_sessions(&world.ports, 100).await.unwrap(), 1);
    assert_eq!(worker::expire_sessions(&world.ports, 100).await.unwrap(), 0);
    assert_eq!(world.store.tables().sessions[&session].status, ThreeDsStatus::Expired);
}

#[tokio::test(start_paused = true)]
async fn of_two_posts_of_the_same_return_one_authorizes_and_both_show_the_result() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    world.provider.script(Call::Confirm, [Says::Approve.after(Duration::from_secs(2))]);
    let (first, second) = tokio::join!(post(&world, session), post(&world, session));
    let verified = (Status::Authorized, ThreeDsStatus::Verified);
    assert_eq!(status_of(&first.unwrap()), verified);
    assert_eq!(status_of(&second.unwrap()), verified);
    assert_eq!(status_of(&post(&world, session).await.unwrap()), verified);
    assert_eq!(world.provider.calls(Call::Confirm), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_sends_the_customer_back_and_is_settled() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    world.provider.script(Call::Confirm, [Says::UnknownWithEffect]);
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Created, ThreeDsStatus::Completing));
    world.settle_for(Duration::from_secs(10)).await;
    let shown = show(&world.ports, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Authorized, ThreeDsStatus::Verified));
    assert_eq!(world.provider.effects(Call::Confirm), 1);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_not_sent_lets_the_customer_try_again() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    world.provider.script(Call::Confirm, [Says::NotSent]);
    assert_eq!(post(&world, session).await.unwrap(), Shown::TryAgain);
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Authorized, ThreeDsStatus::Verified));
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn an_authentication_that_cannot_be_judged_changes_nothing() {
    let world = World::new();
    let (_, session) = challenged(&world).await;
    let errors = [
        Err(ProviderError::NotSent("refused".to_owned())),
        Err(ProviderError::Unknown("timeout".to_owned())),
    ];
    world.provider.script_authentication(errors);
    for _ in 0..2 {
        assert_eq!(post(&world, session).await.unwrap(), Shown::TryAgain);
    }
    assert_eq!(world.store.tables().sessions[&session].status, ThreeDsStatus::Pending);
    world.provider.script_authentication([Ok(VERIFIED())]);
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Authorized, ThreeDsStatus::Verified));
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_was_voided_meanwhile_is_not_authorized() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    world.void(payment).await.unwrap();
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Voided, ThreeDsStatus::Failed));
    assert_eq!(world.provider.calls(Call::Confirm), 0);
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentVoided"]);
}

#[tokio::test(start_paused = true)]
async fn wrong_codes_of_a_voided_payment_leave_it_voided() {
    let world = World::new();
    let (payment, session) = challenged(&world).await;
    world.void(payment).await.unwrap();
    world.provider.script_authentication((0..3).map(|_| Ok(Authentication::WrongCode)));
    for _ in 0..3 {
        post(&world, session).await.unwrap();
    }
    assert_eq!(world.payment(payment).status, Status::Voided);
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentVoided"]);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_lost_the_page_may_be_sent_again() {
    let world = World::new();
    let (payment, first) = challenged(&world).await;
    world.provider.script(Call::Authorize, [Says::NeedThreeDs(Challenge::Code)]);
    let (_, body) = world.authorize(payment).await.unwrap();
    let second: ThreeDsSessionId = body["threeDsSessionId"].as_str().unwrap().parse().unwrap();
    assert_ne!(first, second);
    let shown = post(&world, second).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Authorized, ThreeDsStatus::Verified));
    let late = post(&world, first).await.unwrap();
    assert_eq!(status_of(&late), (Status::Authorized, ThreeDsStatus::Failed));
    assert_eq!(world.provider.effects(Call::Confirm), 1);
}

#[tokio::test(start_paused = true)]
async fn an_automatic_payment_is_captured_after_the_challenge() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Says::NeedThreeDs(Challenge::Code)]);
    let wish = Create { capture_method: Some("AUTOMATIC".to_owned()), ..new_payment() };
    let payment = id_of(&told(create(&world.ports, &caller(), wish).await.unwrap()).1);
    let (_, body) = world.authorize(payment).await.unwrap();
    let session = body["threeDsSessionId"].as_str().unwrap().parse().unwrap();
    let shown = post(&world, session).await.unwrap();
    assert_eq!(status_of(&shown), (Status::Captured, ThreeDsStatus::Verified));
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn the_banks_own_page_is_shown_as_it_wants() {
    let world = World::new();
    let url = "https://acs.bank.example/".to_owned();
    let fields: std::collections::BTreeMap<_, _> = [("PaReq".to_owned(), "x".to_owned())].into();
    let challenges = [
        (Challenge::Redirect { url: url.clone() }, Shown::Redirect { url: url.clone() }),
        (Challenge::Post { url: url.clone(), fields: fields.clone() }, Shown::Post { url, fields }),
    ];
    for (challenge, expected) in challenges {
        world.provider.script(Call::Authorize, [Says::NeedThreeDs(challenge)]);
        let payment = world.created().await;
        let (_, body) = world.authorize(payment).await.unwrap();
        let session = body["threeDsSessionId"].as_str().unwrap().parse().unwrap();
        assert_eq!(show(&world.ports, session).await.unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_session_and_a_strange_provider_are_not_found() {
    let world = World::new();
    let (_, session) = challenged(&world).await;
    let unknown = ThreeDsSessionId::from_random([7; 16]);
    assert!(matches!(show(&world.ports, unknown).await, Err(Error::NotFound(_))));
    assert!(matches!(post(&world, unknown).await, Err(Error::NotFound(_))));
    let stranger = ProviderId::parse("OTHER").unwrap();
    let result = answer(&world.ports, session, Some(&stranger), &a_code()).await;
    assert!(matches!(result, Err(Error::NotFound(_))));
    assert_eq!(world.provider.calls(Call::Confirm), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_commit_answer_does_not_confirm_twice() {
    for is_committed in [true, false] {
        let world = World::new();
        let (payment, session) = challenged(&world).await;
        if is_committed {
            world.store.lose_next_commit_answer();
        } else {
            world.store.lose_next_commit();
        }
        let shown = post(&world, session).await.unwrap();
        assert_eq!(status_of(&shown), (Status::Authorized, ThreeDsStatus::Verified));
        assert_eq!(world.provider.calls(Call::Confirm), 1);
        world.assert_books_agree(payment);
    }
}
