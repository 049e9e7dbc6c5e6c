use chaos::{
    check::{Kind, sabotage::unseen, violations},
    evidence::{Evidence, books::Event},
};

use crate::sample::{answer, evidence};

fn kinds(evidence: &Evidence) -> Vec<Kind> {
    let mut kinds: Vec<_> = violations(evidence).iter().map(|violation| violation.kind).collect();
    kinds.dedup();
    kinds
}

#[test]
fn what_is_right_is_no_violation() {
    assert_eq!(violations(&evidence()), []);
}

#[test]
fn every_sabotage_is_seen() {
    assert_eq!(unseen(&evidence()), [""; 0]);
}

#[test]
fn evidence_that_nothing_can_be_done_to_proves_nothing() {
    assert!(!unseen(&Evidence::default()).is_empty());
}

#[test]
fn an_effect_of_an_attempt_that_the_books_call_abandoned_is_a_lost_charge() {
    let mut evidence = evidence();
    evidence.payments[0].attempts[1].status = "ABANDONED".to_owned();
    assert!(kinds(&evidence).contains(&Kind::LostCharge));
}

#[test]
fn an_abandoned_attempt_without_effect_is_right() {
    let mut evidence = evidence();
    let mut attempt = evidence.payments[0].attempts[1].clone();
    attempt.id = "another".to_owned();
    attempt.status = "ABANDONED".to_owned();
    evidence.payments[0].attempts.push(attempt);
    assert_eq!(violations(&evidence), []);
}

#[test]
fn an_effect_that_the_bank_cancelled_is_none() {
    let mut evidence = evidence();
    let mut effect = evidence.effects[1].clone();
    effect.is_reversed = true;
    evidence.effects.push(effect);
    assert_eq!(violations(&evidence), []);
}

#[test]
fn a_charge_that_the_merchant_was_told_failed_is_one_too_many() {
    let mut evidence = evidence();
    evidence.stories[0].asks[2].answers = vec![answer(402, "PAYMENT_DECLINED", "{}")];
    assert_eq!(kinds(&evidence), [Kind::DoubleCharge]);
}

/// A second capture that was given up, took effect late and was refunded.
fn taken_back() -> Evidence {
    let mut evidence = evidence();
    let payment = &mut evidence.payments[0];
    let mut original = payment.attempts[1].clone();
    (original.id, original.status) = ("late".to_owned(), "REVERSED".to_owned());
    let mut reversal = payment.attempts[2].clone();
    (reversal.id, reversal.reverses) = ("reversal".to_owned(), Some("late".to_owned()));
    payment.attempts.extend([original, reversal]);
    let mut effects = [evidence.effects[1].clone(), evidence.effects[2].clone()];
    for (effect, reference) in effects.iter_mut().zip(["late", "reversal"]) {
        (effect.reference, effect.minor) = (reference.to_owned(), 900);
    }
    evidence.effects.extend(effects);
    let event = payment.events[0].clone();
    let (id, name) = ("evt_5".to_owned(), "PaymentReversed".to_owned());
    payment.events.push(Event { id: id.clone(), sequence: 5, name });
    evidence.deliveries.insert(id, evidence.deliveries[&event.id].clone());
    evidence
}

#[test]
fn a_late_charge_that_was_refunded_is_right() {
    assert_eq!(violations(&taken_back()), []);
}

#[test]
fn a_late_charge_that_the_bank_cancelled_is_right() {
    let mut evidence = taken_back();
    evidence.effects.pop();
    evidence.effects.last_mut().unwrap().is_reversed = true;
    assert_eq!(violations(&evidence), []);
}

#[test]
fn a_late_charge_that_was_given_back_in_part_or_not_at_all_is_one_too_many() {
    let mut in_part = taken_back();
    in_part.effects.last_mut().unwrap().minor -= 1;
    let mut not_at_all = taken_back();
    not_at_all.payments[0].attempts.last_mut().unwrap().reverses = None;
    for evidence in [in_part, not_at_all] {
        assert!(kinds(&evidence).contains(&Kind::DoubleCharge));
    }
}

#[test]
fn a_hold_that_is_less_or_more_than_the_gateway_may_take_is_wrong() {
    let mut evidence = evidence();
    evidence.holds[0].left = 1;
    assert_eq!(kinds(&evidence), [Kind::WrongAmount]);
}

#[test]
fn a_payment_that_no_request_made_is_seen_and_so_is_one_that_two_made() {
    let mut nobody = evidence();
    nobody.stories.clear();
    let mut two = evidence();
    two.stories.push(two.stories[0].clone());
    for evidence in [nobody, two] {
        assert!(kinds(&evidence).contains(&Kind::WrongPayments));
    }
}

#[test]
fn a_story_that_goes_on_with_another_payment_than_it_made_is_seen() {
    let mut evidence = evidence();
    evidence.stories[0].payment = None;
    assert!(kinds(&evidence).contains(&Kind::WrongPayments));
}

#[test]
fn a_payment_that_waits_for_a_person_is_stuck() {
    let mut evidence = evidence();
    evidence.payments[0].attempts[2].status = "NEEDS_REVIEW".to_owned();
    assert!(kinds(&evidence).contains(&Kind::Stuck));
}

#[test]
fn a_webhook_that_was_never_taken_is_lost() {
    let mut evidence = evidence();
    evidence.deliveries.get_mut("evt_3").unwrap().taken = 0;
    assert_eq!(kinds(&evidence), [Kind::LostEvent]);
}

#[test]
fn answers_that_the_contract_does_not_know_are_wrong() {
    for (status, code) in [(500, "INTERNAL_ERROR"), (404, "PAYMENT_NOT_FOUND"), (409, "")] {
        let mut evidence = evidence();
        evidence.stories[0].asks[1].answers.insert(0, answer(status, code, "{}"));
        assert_eq!(kinds(&evidence), [Kind::WrongAnswer], "{status}");
    }
}
