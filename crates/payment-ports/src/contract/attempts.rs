//! Attempts: written by state, and brought together with what they belong to.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use payment_core::{
    attempt::{
        Attempt, AttemptState, Authorize, Capture, ConfirmThreeDs, Instruction, Progress, Refund,
        ThreeDsPreference, Void,
    },
    card::{Bin, CardToken},
    decline::{Decline, DeclineCode},
    id::{Mode, ProviderId},
    money::Money,
    three_ds::ThreeDsSession,
};

use super::{concurrently::one_wins, given::Given};
use crate::store::{Change, Guard, Store};

pub async fn an_attempt_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let live = Given { store: Arc::clone(store), samples: given.samples.in_mode(Mode::Live) };
    let payment = live.payment().await;
    let attempt = Attempt {
        provider: ProviderId::parse("GARANTI_VPOS").unwrap(),
        routing_reason: "en ucuz: %1,49 ✓".to_owned(),
        amount: Money::from_minor(1, payment.amount.currency()).unwrap(),
        idempotency: Some(given.new_record().await.scope),
        reverses: Some(given.attempt().await.id),
        checks: i32::MAX,
        created_at: DateTime::from_timestamp_micros(1).unwrap(),
        ..ended(given.samples.attempt(&payment))
    };
    given.apply([Change::InsertAttempt(attempt.clone())]).await;
    assert_eq!(store.attempts(payment.id).await.unwrap(), [attempt]);
}

pub async fn attempts_keep_every_instruction(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.session().await;
    for instruction in instructions(&session) {
        let payment = given.payment().await;
        let attempt = Attempt { instruction, ..given.samples.attempt(&payment) };
        given.apply([Change::InsertAttempt(attempt.clone())]).await;
        assert_eq!(store.attempts(payment.id).await.unwrap(), [attempt]);
    }
}

pub async fn attempts_keep_every_state(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for &state in AttemptState::ALL {
        let payment = given.payment().await;
        let attempt = Attempt { state, ..given.samples.attempt(&payment) };
        given.apply([Change::InsertAttempt(attempt.clone())]).await;
        assert_eq!(store.attempts(payment.id).await.unwrap(), [attempt]);
    }
}

pub async fn attempts_keep_every_decline(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for &code in DeclineCode::ALL {
        let payment = given.payment().await;
        let decline = Some(Decline { code, provider_code: None, message: None });
        let attempt = Attempt { decline, ..given.samples.attempt(&payment) };
        given.apply([Change::InsertAttempt(attempt.clone())]).await;
        assert_eq!(store.attempts(payment.id).await.unwrap(), [attempt]);
    }
}

pub async fn an_attempt_update_writes_what_came_of_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let ended = Attempt { checks: 3, ..ended(attempt.clone()) };
    let from = attempt.progress();
    given.apply([Change::UpdateAttempt { attempt: ended.clone(), from }]).await;
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), std::slice::from_ref(&ended));

    let (open, from) = (attempt.clone(), ended.progress());
    given.apply([Change::UpdateAttempt { attempt: open, from }]).await;
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), [attempt]);
}

pub async fn an_open_attempt_may_be_updated_and_stay_open(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let later = attempt.next_check_at.map(|at| at + TimeDelta::hours(1));
    let postponed = Attempt { next_check_at: later, ..attempt.clone() };
    let from = attempt.progress();
    given.apply([Change::UpdateAttempt { attempt: postponed.clone(), from }]).await;
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), [postponed]);
}

pub async fn an_attempt_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    given.refused(Change::InsertAttempt(ended(attempt.clone())), Guard::Attempt).await;
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), [attempt]);
}

pub async fn an_attempt_update_from_another_state_conflicts(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    for &state in AttemptState::ALL.iter().filter(|&&state| state != AttemptState::Intent) {
        let from = Progress { state, ..attempt.progress() };
        let change = Change::UpdateAttempt { attempt: ended(attempt.clone()), from };
        given.refused(change, Guard::Attempt).await;
    }
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), [attempt]);
}

pub async fn an_attempt_update_conflicts_once_somebody_claimed_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let claim = given.claim_at(attempt.next_check_at.unwrap(), 10);
    assert_eq!(store.claim_attempts(&claim).await.unwrap(), [attempt.id]);
    let from = attempt.progress();
    given
        .refused(Change::UpdateAttempt { attempt: ended(attempt.clone()), from }, Guard::Attempt)
        .await;
    let from = Progress { checks: 1, ..from };
    let attempt = Attempt { checks: 1, ..ended(attempt) };
    given.apply([Change::UpdateAttempt { attempt, from }]).await;
}

pub async fn an_attempt_that_is_not_there_cannot_be_updated(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.samples.attempt(&given.payment().await);
    let change = Change::UpdateAttempt { attempt: attempt.clone(), from: attempt.progress() };
    given.refused(change, Guard::Attempt).await;
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), []);
}

pub async fn one_of_many_concurrent_attempt_updates_wins(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let updates = (0..32).map(|number: i32| {
        let (reference, from) = (Some(format!("ref-{number}")), attempt.progress());
        let attempt = Attempt { provider_reference: reference, ..ended(attempt.clone()) };
        Change::UpdateAttempt { attempt, from }
    });
    let winner = one_wins(store, updates, Guard::Attempt).await;
    let Change::UpdateAttempt { attempt: winner, .. } = winner else { panic!("{winner:?}") };
    assert_eq!(store.attempts(attempt.payment).await.unwrap(), [winner]);
}

pub async fn attempts_of_a_payment_are_read_oldest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    given.attempt().await;
    let attempts = [(); 3].map(|()| given.samples.attempt(&payment));
    let [first, second, third] = attempts.clone();
    given.apply([second, first, third].map(Change::InsertAttempt)).await;
    assert_eq!(store.attempts(payment.id).await.unwrap(), attempts);
    assert_eq!(store.attempts(given.samples.uuid().into()).await.unwrap(), []);
}

pub async fn an_attempt_is_loaded_with_its_payment_and_record(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (payment, record) = (given.payment().await, given.new_record().await);
    let idempotency = Some(record.scope);
    let attempt = Attempt { idempotency, ..given.samples.attempt(&payment) };
    given.apply([Change::InsertAttempt(attempt.clone())]).await;
    let loaded = store.load_attempt(attempt.id).await.unwrap().unwrap();
    assert_eq!((loaded.attempt, loaded.payment), (attempt, payment));
    assert_eq!((loaded.session, loaded.record), (None, Some(record)));
}

pub async fn an_attempt_without_a_key_is_loaded_without_a_record(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.new_record().await;
    let attempt = given.attempt().await;
    let loaded = store.load_attempt(attempt.id).await.unwrap().unwrap();
    assert_eq!((loaded.attempt, loaded.record), (attempt, None));
}

pub async fn an_attempt_outlives_its_record(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (payment, record) = (given.payment().await, given.new_record().await);
    let idempotency = Some(record.scope);
    let attempt = Attempt { idempotency, ..given.samples.attempt(&payment) };
    let forget = Change::DeleteRecord(record.scope);
    given.apply([Change::InsertAttempt(attempt.clone()), forget]).await;
    let loaded = store.load_attempt(attempt.id).await.unwrap().unwrap();
    assert_eq!((loaded.attempt, loaded.record), (attempt, None));
}

pub async fn a_confirming_attempt_is_loaded_with_its_session(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.session().await;
    let asked = store.load_attempt(session.attempt).await.unwrap().unwrap();
    assert_eq!(asked.session, None, "it asked for the session, it does not confirm it");

    let instruction = Instruction::ConfirmThreeDs(confirm(&session));
    let attempt = Attempt { instruction, ..given.samples.attempt(&asked.payment) };
    given.apply([Change::InsertAttempt(attempt.clone())]).await;
    let loaded = store.load_attempt(attempt.id).await.unwrap().unwrap();
    assert_eq!((loaded.attempt, loaded.session), (attempt, Some(session)));
}

pub async fn an_unknown_attempt_is_not_there(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.attempt().await;
    let loaded = store.load_attempt(given.samples.uuid().into()).await.unwrap();
    assert!(loaded.is_none(), "{loaded:?}");
}

/// The attempt as it may be at its end.
fn ended(attempt: Attempt) -> Attempt {
    Attempt {
        state: AttemptState::Declined,
        provider_reference: Some("çek-№ 1".to_owned()),
        decline: Some(Decline {
            code: DeclineCode::InsufficientFunds,
            provider_code: Some("51".to_owned()),
            message: Some("Yetersiz bakiye 💳".to_owned()),
        }),
        error: Some("the answer\nwas late".to_owned()),
        next_check_at: None,
        finished_at: DateTime::from_timestamp_micros(4_102_444_799_999_999),
        ..attempt
    }
}

fn instructions(session: &ThreeDsSession) -> Vec<Instruction> {
    let reference = "auth-ı-1".to_owned();
    let reason = Some("müşteri vazgeçti 😢".to_owned());
    let mut all = vec![
        Instruction::ConfirmThreeDs(confirm(session)),
        Instruction::Capture(Capture {
            reference: reference.clone(),
            is_final: true,
            is_automatic: true,
        }),
        Instruction::Capture(Capture {
            reference: String::new(),
            is_final: false,
            is_automatic: false,
        }),
        Instruction::Void(Void { reference: reference.clone(), reason: reason.clone() }),
        Instruction::Void(Void { reference: reference.clone(), reason: None }),
        Instruction::Refund(Refund { reference: reference.clone(), reason }),
        Instruction::Refund(Refund { reference, reason: Some(String::new()) }),
    ];
    let preferences = ThreeDsPreference::ALL.iter();
    all.extend(preferences.map(|&three_ds| Instruction::Authorize(authorize(three_ds))));
    all
}

fn authorize(three_ds: ThreeDsPreference) -> Authorize {
    let is_asked = three_ds == ThreeDsPreference::Always;
    Authorize {
        token: CardToken::parse(&"~".repeat(255)).unwrap(),
        bin: Bin::parse("00000000").unwrap(),
        installments: u8::MAX,
        three_ds,
        return_url: is_asked.then(|| "https://mağaza.example/?a=1&b=%20\"'".to_owned()),
    }
}

fn confirm(session: &ThreeDsSession) -> ConfirmThreeDs {
    ConfirmThreeDs {
        session: session.id,
        terms: authorize(ThreeDsPreference::Always),
        state: "{\"md\": \"ş\"}".to_owned(),
        proof: "p".repeat(10_000),
    }
}
