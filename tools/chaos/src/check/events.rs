//! What the merchant was told against what happened.

use super::{Found, Kind};
use crate::evidence::{
    Evidence,
    books::{Event, Payment},
};

pub(super) fn check(evidence: &Evidence, found: &mut Found) {
    let mut known = std::collections::HashSet::new();
    for payment in &evidence.payments {
        sequence(payment, found);
        meaning(payment, found);
        for event in &payment.events {
            known.insert(event.id.as_str());
            told(evidence, event, found);
        }
    }
    for (id, delivery) in &evidence.deliveries {
        let about = || format!("{id}, which never happened, was delivered: {delivery:?}");
        found.require(known.contains(id.as_str()), Kind::WrongEvents, about);
        let about = || format!("{id} arrived with other bytes: {delivery:?}");
        found.require(delivery.differed == 0, Kind::DifferentDuplicate, about);
    }
}

fn told(evidence: &Evidence, event: &Event, found: &mut Found) {
    let delivery = evidence.deliveries.get(&event.id);
    let is_taken = delivery.is_some_and(|delivery| delivery.taken > 0);
    found.require(is_taken, Kind::LostEvent, || format!("{event:?}: {delivery:?}"));
}

/// Sequences count from 1, without gaps.
fn sequence(payment: &Payment, found: &mut Found) {
    let mut sequences: Vec<_> = payment.events.iter().map(|event| event.sequence).collect();
    sequences.sort_unstable();
    let is_gapless = (1..).zip(&sequences).all(|(expected, sequence)| expected == *sequence);
    found.require(is_gapless, Kind::WrongEvents, || format!("{sequences:?} of {}", payment.id));
}

/// One event for each thing that happened.
fn meaning(payment: &Payment, found: &mut Found) {
    let told = |name: &str| payment.events.iter().filter(|event| event.name == name).count();
    let moved = |kind: &str| payment.moved.iter().filter(|moved| moved.kind == kind).count();
    let held = payment
        .attempts
        .iter()
        .filter(|attempt| attempt.operation == "AUTHORIZE" && attempt.status == "SUCCESS");
    let reversed = payment.attempts.iter().filter(|attempt| attempt.status == "REVERSED");
    let pairs = [
        ("PaymentCreated", 1),
        ("PaymentAuthorized", held.count()),
        ("PaymentCaptured", moved("CAPTURE")),
        ("PaymentRefunded", moved("REFUND")),
        ("PaymentReversed", reversed.count()),
        ("PaymentFailed", usize::from(payment.status == "FAILED")),
    ];
    for (name, happened) in pairs {
        let told = told(name);
        let about = || format!("{told} {name} for {happened} of {payment:?}");
        found.require(told == happened, Kind::WrongEvents, about);
    }
    let about = || format!("no PaymentVoided of {payment:?}");
    let is_silent = payment.status == "VOIDED" && told("PaymentVoided") != 1;
    found.require(!is_silent, Kind::WrongEvents, about);
}
