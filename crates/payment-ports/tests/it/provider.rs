use std::{pin::pin, time::Duration};

use payment_core::{
    attempt::{Attempt, Capture, Instruction},
    decline::DeclineCode,
    three_ds::Challenge,
};
use payment_ports::{
    clock::Clock as _,
    fakes::{Answer, Call, FakeClock, Samples, ScriptedProvider},
    provider::{
        Authentication, BrowserAnswer, CallResult, Dedupe, Found, Outcome, Provider as _,
        ProviderError,
    },
};

fn provider(dedupe: Dedupe) -> ScriptedProvider {
    ScriptedProvider::new("SCRIPTED").unwrap().with_capabilities(|it| it.dedupe = dedupe)
}

fn keyed() -> ScriptedProvider {
    provider(Dedupe::Key { retention: Duration::from_hours(24) })
}

/// A capture of 1500.00 TRY.
fn attempt() -> Attempt {
    let samples = Samples::new();
    samples.attempt(&samples.payment())
}

async fn capture(provider: &ScriptedProvider, attempt: &Attempt) -> CallResult {
    provider
        .capture(
            attempt,
            &Capture { reference: "ref".to_owned(), is_final: true, is_automatic: false },
        )
        .await
}

fn is_approved(result: &CallResult) -> bool {
    matches!(result, Ok(Outcome::Approved(_)))
}

#[tokio::test]
async fn what_was_not_scripted_is_approved_and_counted() {
    let (provider, attempt) = (keyed(), attempt());
    let result = capture(&provider, &attempt).await;
    assert!(is_approved(&result), "{result:?}");
    assert_eq!((provider.calls(Call::Capture), provider.effects(Call::Capture)), (1, 1));
    assert_eq!((provider.total(Call::Capture), provider.total(Call::Refund)), (150_000, 0));
    assert_eq!(provider.journal(), [(Call::Capture, attempt)]);
}

#[tokio::test]
async fn only_approvals_take_effect() {
    let steps = [
        (Answer::Approve, 1),
        (Answer::Decline(DeclineCode::CardDeclined), 0),
        (Answer::NeedThreeDs(Challenge::Code), 0),
        (Answer::Pending, 0),
        (Answer::NotSent, 0),
        (Answer::UnknownWithEffect, 1),
        (Answer::UnknownWithoutEffect, 0),
        (Answer::Misconfigured, 0),
    ];
    for (answer, effects) in steps {
        let (provider, attempt) = (keyed(), attempt());
        provider.script(Call::Capture, [answer.clone()]);
        let result = capture(&provider, &attempt).await;
        assert_eq!(provider.effects(Call::Capture), effects, "{answer:?}: {result:?}");
        assert_eq!(is_approved(&result), answer == Answer::Approve, "{answer:?}: {result:?}");
    }
}

#[tokio::test]
async fn the_books_know_what_the_answer_did_not_tell() {
    let (provider, lost, never) = (keyed(), attempt(), attempt());
    provider.script(Call::Capture, [Answer::UnknownWithEffect]);
    let result = capture(&provider, &lost).await;
    assert!(matches!(result, Err(ProviderError::Unknown(_))), "{result:?}");
    let found = provider.query(&lost).await.unwrap();
    assert!(matches!(found, Found::Outcome(Outcome::Approved(_))), "{found:?}");

    let provider = keyed();
    provider.script(Call::Capture, [Answer::UnknownWithoutEffect]);
    let result = capture(&provider, &never).await;
    assert!(matches!(result, Err(ProviderError::Unknown(_))), "{result:?}");
    assert_eq!(provider.query(&never).await, Ok(Found::Nothing));
    assert_eq!(provider.queries(), 1);
}

#[tokio::test]
async fn a_key_repeats_the_first_answer() {
    let (provider, attempt) = (keyed(), attempt());
    let first = capture(&provider, &attempt).await;
    provider.script(Call::Capture, [Answer::Decline(DeclineCode::CardDeclined)]);
    assert_eq!(capture(&provider, &attempt).await, first);
    assert_eq!((provider.calls(Call::Capture), provider.effects(Call::Capture)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_key_moves_money_twice() {
    let (provider, attempt) =
        (provider(Dedupe::Key { retention: Duration::from_hours(1) }), attempt());
    capture(&provider, &attempt).await.unwrap();
    tokio::time::advance(Duration::from_hours(1)).await;
    capture(&provider, &attempt).await.unwrap();
    assert_eq!(provider.effects_of(Call::Capture, attempt.id), 2);
}

#[tokio::test]
async fn a_known_reference_is_refused_and_says_nothing_of_the_first_call() {
    let (provider, attempt) = (provider(Dedupe::UniqueReference), attempt());
    capture(&provider, &attempt).await.unwrap();
    let again = capture(&provider, &attempt).await;
    assert!(matches!(again, Err(ProviderError::Unknown(_))), "{again:?}");
    assert_eq!(provider.effects_of(Call::Capture, attempt.id), 1);
    let found = provider.query(&attempt).await.unwrap();
    assert!(matches!(found, Found::Outcome(Outcome::Approved(_))), "{found:?}");
}

#[tokio::test]
async fn what_is_cancelled_is_taken_back_and_never_takes_effect_later() {
    let (provider, attempt) = (provider(Dedupe::None), attempt());
    capture(&provider, &attempt).await.unwrap();
    assert!(matches!(provider.cancel(&attempt).await, Ok(Outcome::Approved(_))));
    assert_eq!(provider.effects(Call::Capture), 0);
    assert!(matches!(capture(&provider, &attempt).await, Ok(Outcome::Declined(_))));
    provider.land(attempt.id, Answer::Approve);
    assert_eq!(provider.effects(Call::Capture), 0);
}

#[tokio::test]
async fn a_provider_that_does_not_look_does_it_twice() {
    let (provider, attempt) = (provider(Dedupe::None), attempt());
    capture(&provider, &attempt).await.unwrap();
    capture(&provider, &attempt).await.unwrap();
    assert_eq!(provider.effects_of(Call::Capture, attempt.id), 2);
    assert_eq!(provider.total(Call::Capture), 300_000);
}

#[tokio::test]
async fn what_is_pending_ends_when_it_lands() {
    let (provider, attempt) = (keyed(), attempt());
    provider.script(Call::Capture, [Answer::Pending]);
    assert_eq!(capture(&provider, &attempt).await, Ok(Outcome::Pending));
    assert_eq!(provider.query(&attempt).await, Ok(Found::Outcome(Outcome::Pending)));
    provider.land(attempt.id, Answer::Approve);
    let found = provider.query(&attempt).await.unwrap();
    assert!(matches!(found, Found::Outcome(Outcome::Approved(_))), "{found:?}");
    assert_eq!(provider.effects(Call::Capture), 1);
}

#[tokio::test]
async fn a_call_that_was_lost_may_land_late_and_once() {
    let (provider, attempt) = (keyed(), attempt());
    provider.script(Call::Capture, [Answer::UnknownWithoutEffect]);
    capture(&provider, &attempt).await.unwrap_err();
    provider.land(attempt.id, Answer::Approve);
    provider.land(attempt.id, Answer::Approve);
    assert_eq!(provider.effects_of(Call::Capture, attempt.id), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_take_its_time() {
    let (provider, clock) = (keyed(), FakeClock::new());
    provider.script(Call::Capture, [Answer::Approve.after(Duration::from_secs(24))]);
    capture(&provider, &attempt()).await.unwrap();
    assert_eq!(clock.now(), FakeClock::START + Duration::from_secs(24));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_does_not_undo_the_effect() {
    let (provider, attempt) = (keyed(), attempt());
    provider.script(Call::Capture, [Answer::Approve.after(Duration::from_mins(1))]);
    let call = capture(&provider, &attempt);
    tokio::time::timeout(Duration::from_secs(25), call).await.unwrap_err();
    assert_eq!(provider.effects_of(Call::Capture, attempt.id), 1);
}

#[tokio::test]
async fn an_answer_may_wait_until_it_is_released() {
    let (provider, attempt) = (keyed(), attempt());
    provider.script(Call::Capture, [Answer::Approve.when_released()]);
    let mut call = pin!(capture(&provider, &attempt));
    tokio::select! {
        result = &mut call => panic!("answered before its release: {result:?}"),
        () = provider.arrived(Call::Capture, 1) => {}
    }
    assert_eq!(provider.effects(Call::Capture), 1);
    provider.release(1);
    assert!(is_approved(&call.await));
}

#[tokio::test(start_paused = true)]
async fn a_release_lets_one_answer_go() {
    let (provider, samples) = (keyed(), Samples::new());
    let [one, other] = [(); 2].map(|()| samples.attempt(&samples.payment()));
    provider.script(Call::Capture, [Answer::Approve, Answer::Approve].map(Answer::when_released));
    provider.release(1);
    let second = Duration::from_secs(1);
    assert!(is_approved(&capture(&provider, &one).await));
    tokio::time::timeout(second, capture(&provider, &other)).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn nobody_has_arrived_before_the_call() {
    let provider = keyed();
    capture(&provider, &attempt()).await.unwrap();
    let second = Duration::from_secs(1);
    tokio::time::timeout(second, provider.arrived(Call::Capture, 1)).await.unwrap();
    tokio::time::timeout(second, provider.arrived(Call::Capture, 2)).await.unwrap_err();
    tokio::time::timeout(second, provider.arrived(Call::Refund, 1)).await.unwrap_err();
}

#[tokio::test]
async fn calls_of_each_kind_have_their_own_script_and_books() {
    let (provider, attempt) = (keyed(), attempt());
    let Instruction::Authorize(terms) = &attempt.instruction else { panic!("{attempt:?}") };
    provider.script(Call::Authorize, [Answer::Decline(DeclineCode::CardExpired)]);
    capture(&provider, &attempt).await.unwrap();
    assert_eq!(provider.effects(Call::Capture), 1);
    let other = Attempt { id: Samples::new().uuid().into(), ..attempt.clone() };
    let result = provider.authorize(&other, terms).await;
    assert!(matches!(result, Ok(Outcome::Declined(_))), "{result:?}");
    assert_eq!((provider.effects(Call::Authorize), provider.total(Call::Authorize)), (0, 0));
}

#[tokio::test]
async fn customers_pass_three_ds_unless_scripted() {
    let provider = keyed();
    let session = Samples::new().session(&attempt());
    let three_ds = provider.three_ds().unwrap();
    provider.script_authentication([Ok(Authentication::WrongCode)]);
    let answer = BrowserAnswer::default();
    let first = three_ds.authenticate(&session, &answer).await;
    assert_eq!(first, Ok(Authentication::WrongCode));
    let second = three_ds.authenticate(&session, &answer).await.unwrap();
    assert!(matches!(second, Authentication::Verified { .. }), "{second:?}");
    assert!(keyed().without_three_ds().three_ds().is_none());
}

#[tokio::test]
async fn queries_and_credentials_follow_their_script() {
    let (provider, attempt) = (keyed(), attempt());
    let lost = ProviderError::Unknown("timeout".to_owned());
    provider.script_query([Err(lost.clone())]);
    assert_eq!(provider.query(&attempt).await, Err(lost.clone()));
    assert_eq!(provider.query(&attempt).await, Ok(Found::Nothing));
    assert_eq!(provider.check_credentials().await, Ok(()));
    provider.set_credentials(Some(lost.clone()));
    assert_eq!(provider.check_credentials().await, Err(lost));
}
