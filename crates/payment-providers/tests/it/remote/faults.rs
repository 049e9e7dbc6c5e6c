//! What goes wrong, by name: how often money moves, and what the engine is told.

use payment_core::decline::DeclineCode;
use payment_ports::provider::{CallResult, Outcome, Provider, ProviderError};
use payment_providers::mock::remote::Profile;
use serde_json::json;

use super::bank::{Bank, LANDING_MS, another, provider, transport};
use crate::fixture::{
    approve, authorize, authorized, capture, declined, is_approved, refund, send, void,
};

fn is_unknown(result: &CallResult) -> bool {
    matches!(result, Err(ProviderError::Unknown(_)))
}

/// What took effect, by name, and how often was asked, after one authorization with that fault.
async fn one(fault: &str) -> (CallResult, Vec<(String, i64, bool)>, u64) {
    let bank = Bank::start(Profile::Query).await;
    bank.next(fault).await;
    let result = send(&bank.provider, &authorize("tok_visa")).await;
    bank.landed().await;
    (result, bank.effects().await, bank.asked().await)
}

fn held(is_late: bool) -> [(String, i64, bool); 1] {
    [("authorize".to_owned(), 150_000, is_late)]
}

#[tokio::test]
async fn hang_up_after_reading_is_one_request_and_one_effect_and_unknown() {
    let (result, effects, asked) = one("hang_up_after_reading").await;
    assert!(is_unknown(&result), "{result:?}");
    assert_eq!((effects.as_slice(), asked), (held(false).as_slice(), 1));
}

#[tokio::test]
async fn no_operation_is_sent_twice_by_itself() {
    let bank = Bank::start(Profile::Query).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    let spent = authorized(&bank.provider, "tok_visa").await;
    bank.set_faults(json!({ "perThousand": { "hang_up_after_reading": 1000 } })).await;
    for attempt in
        [another(2, &capture(&hold)), another(3, &refund(&hold)), another(4, &void(&spent))]
    {
        let result = send(&bank.provider, &attempt).await;
        assert!(is_unknown(&result), "{result:?}");
        assert!(is_approved(&bank.provider.query(&attempt).await.unwrap()));
    }
    assert_eq!((bank.effects().await.len(), bank.asked().await), (5, 5));
}

#[tokio::test]
async fn refuse_connection_is_no_effect_and_unknown() {
    let (result, effects, asked) = one("refuse_connection").await;
    assert!(is_unknown(&result), "{result:?}");
    assert_eq!((effects.len(), asked), (0, 0));
}

#[tokio::test]
async fn a_bank_that_does_not_listen_is_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let gone = provider(Profile::Key, base, &transport());
    let result = send(&gone, &authorize("tok_visa")).await;
    assert!(matches!(result, Err(ProviderError::NotSent(_))), "{result:?}");
}

#[tokio::test]
async fn a_bank_whose_name_nobody_knows_is_not_sent() {
    let nowhere = provider(Profile::Key, "http://bank.invalid".to_owned(), &transport());
    let result = send(&nowhere, &authorize("tok_visa")).await;
    assert!(matches!(result, Err(ProviderError::NotSent(_))), "{result:?}");
}

#[tokio::test]
async fn answer_late_is_an_effect_before_the_answer() {
    let bank = Bank::start(Profile::Query).await;
    bank.set_faults(json!({ "script": ["answer_late"], "answerLateMs": 600_000 })).await;
    let attempt = authorize("tok_visa");
    tokio::select! {
        result = send(&bank.provider, &attempt) => panic!("{result:?}"),
        () = bank.moved() => (),
    }
    assert!(is_approved(&bank.provider.query(&attempt).await.unwrap()));
    assert_eq!(bank.effects().await, held(false));
}

#[tokio::test]
async fn answer_late_answers_in_the_end() {
    let bank = Bank::start(Profile::Query).await;
    bank.set_faults(json!({ "script": ["answer_late"], "answerLateMs": 1 })).await;
    approve(&bank.provider, &authorize("tok_visa")).await;
}

#[tokio::test]
async fn error_500_after_effect_is_unknown() {
    let (result, effects, asked) = one("error_500_after_effect").await;
    assert!(is_unknown(&result), "{result:?}");
    assert_eq!((effects.as_slice(), asked), (held(false).as_slice(), 1));
}

#[tokio::test]
async fn wrong_amount_echoed_is_unknown_and_the_truth_is_found() {
    let bank = Bank::start(Profile::Query).await;
    bank.next("wrong_amount_echoed").await;
    let result = send(&bank.provider, &authorize("tok_visa")).await;
    assert!(is_unknown(&result), "{result:?}");
    assert!(is_approved(&bank.provider.query(&authorize("tok_visa")).await.unwrap()));
    assert_eq!(bank.effects().await, held(false));
}

#[tokio::test]
async fn slow_bytes_are_an_answer_all_the_same() {
    let (result, effects, _) = one("slow_bytes").await;
    assert!(matches!(result, Ok(Outcome::Approved(_))), "{result:?}");
    assert_eq!(effects, held(false));
}

#[tokio::test]
async fn land_late_takes_effect_once_and_within_the_promise() {
    let bank = Bank::start(Profile::Query).await;
    bank.next("land_late").await;
    let result = send(&bank.provider, &authorize("tok_visa")).await;
    assert!(is_unknown(&result), "{result:?}");
    bank.landed().await;
    assert!(is_approved(&bank.provider.query(&authorize("tok_visa")).await.unwrap()));
    assert_eq!((bank.effects().await.as_slice(), bank.asked().await), (held(true).as_slice(), 1));
}

#[tokio::test]
async fn land_too_late_breaks_the_promise() {
    let bank = Bank::start(Profile::Query).await;
    let first = authorized(&bank.provider, "tok_visa").await;
    bank.next("land_too_late").await;
    let result = send(&bank.provider, &another(2, &capture(&first))).await;
    assert!(is_unknown(&result), "{result:?}");
    bank.landed().await;
    let ledger = bank.ledger().await;
    let at = |number: usize| ledger["effects"][number]["at"].as_u64().unwrap();
    assert!(at(1) - at(0) > LANDING_MS, "{ledger}");
}

#[tokio::test]
async fn what_lands_late_was_sent_again_meanwhile() {
    for (profile, holds) in [
        (Profile::Key, 1),
        (Profile::UniqueReference, 1),
        (Profile::Query, 2),
        (Profile::Cancel, 2),
    ] {
        let bank = Bank::start(profile).await;
        bank.next("land_too_late").await;
        let result = send(&bank.provider, &authorize("tok_visa")).await;
        assert!(is_unknown(&result), "{result:?}");
        approve(&bank.provider, &authorize("tok_visa")).await;
        bank.landed().await;
        assert_eq!(bank.effects().await.len(), holds, "{profile:?}");
    }
}

#[tokio::test]
async fn what_was_cancelled_while_it_was_under_way_never_lands() {
    let bank = Bank::start(Profile::Cancel).await;
    bank.next("land_too_late").await;
    let attempt = authorize("tok_visa");
    let result = send(&bank.provider, &attempt).await;
    assert!(is_unknown(&result), "{result:?}");
    let cancelled = bank.provider.cancel(&attempt).await;
    assert!(matches!(cancelled, Ok(Outcome::Approved(_))), "{cancelled:?}");
    bank.landed().await;
    assert_eq!(bank.effects().await, []);
}

#[tokio::test]
async fn a_script_is_played_once_and_only_to_the_operations_it_names() {
    let bank = Bank::start(Profile::Query).await;
    let script = ["none", "hang_up_after_reading"];
    bank.set_faults(json!({ "script": script, "operations": ["capture"] })).await;
    let hold = authorized(&bank.provider, "tok_visa").await;
    let attempt = another(2, &capture(&hold));
    approve(&bank.provider, &attempt).await;
    assert!(is_unknown(&send(&bank.provider, &attempt).await));
    let spent = send(&bank.provider, &attempt).await.unwrap();
    assert_eq!(declined(&spent), Some(DeclineCode::ProcessingError));
}
