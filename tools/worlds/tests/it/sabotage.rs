//! The judge sees what is broken on purpose.

use worlds::{
    plan::Plan,
    play::{play, policy},
    sabotage::Sabotage,
};

/// Within how many worlds whatever is broken must be seen.
const WORLDS: u64 = 3000;

#[track_caller]
fn assert_seen(sabotage: Sabotage, invariant: &str) {
    let policy = policy();
    let is_seen = |seed| {
        let outcome = play(Plan::of(seed), sabotage, &policy, false);
        outcome.violations.iter().any(|violation| violation.invariant == invariant)
    };
    assert!((0..WORLDS).any(is_seen), "{sabotage:?} broke {invariant} in no world");
}

#[test]
fn a_call_before_its_record_is_seen() {
    assert_seen(Sabotage::CallBeforeRecord, "I2");
}

#[test]
fn failing_what_the_provider_does_not_know_yet_is_seen() {
    assert_seen(Sabotage::NotFoundIsDeclined, "I2");
}

#[test]
fn sending_again_without_deduplication_is_seen() {
    assert_seen(Sabotage::NoDeduplication, "I1");
}

#[test]
fn what_is_given_up_and_not_watched_is_seen() {
    assert_seen(Sabotage::NoWatch, "I2");
}

#[test]
fn a_lost_event_is_seen() {
    assert_seen(Sabotage::EventsLost, "I5");
}

#[test]
fn a_lost_delivery_is_seen() {
    assert_seen(Sabotage::DeliveriesLost, "I5");
}

#[test]
fn a_lost_transaction_is_seen() {
    assert_seen(Sabotage::TransactionsLost, "I7");
}

#[test]
fn a_lost_answer_is_seen() {
    assert_seen(Sabotage::AnswersLost, "I6");
}

#[test]
fn an_end_that_is_overwritten_is_seen() {
    assert_seen(Sabotage::EndsOverwritten, "I8");
}

#[test]
fn a_notice_that_is_given_up_is_seen() {
    assert_seen(Sabotage::NoticesGivenUp, "I4");
}
