//! The gateway's books against the bank's ledger, attempt by attempt and to the last unit.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Found, Kind, holds, reversals};
use crate::evidence::{
    Evidence,
    books::{Attempt, Payment},
    ledger::Effect,
};

pub(super) fn check(evidence: &Evidence, found: &mut Found) {
    let mut effects: HashMap<&str, Vec<&Effect>> = HashMap::new();
    for effect in evidence.effects.iter().filter(|effect| !effect.is_reversed) {
        effects.entry(&effect.reference).or_default().push(effect);
    }
    let cancelled = evidence.effects.iter().filter(|effect| effect.is_reversed);
    let cancelled: HashSet<_> = cancelled.map(|effect| effect.reference.as_str()).collect();
    for payment in &evidence.payments {
        reversals::check(payment, &effects, &cancelled, found);
        for attempt in &payment.attempts {
            let done = effects.remove(attempt.id.as_str()).unwrap_or_default();
            if !done.is_empty() || !reversals::is_cancelled(attempt, &cancelled) {
                compare(payment, attempt, &done, found);
            }
        }
        totals(payment, found);
    }
    holds::check(evidence, found);
    for effect in effects.into_values().flatten() {
        found.add(Kind::LostCharge, format!("nobody knows of {effect:?}"));
    }
    sums(evidence, found);
}

fn compare(payment: &Payment, attempt: &Attempt, done: &[&Effect], found: &mut Found) {
    let is_booked = matches!(attempt.status.as_str(), "SUCCESS" | "REVERSED");
    let about = || format!("payment {}, {attempt:?}, the bank did {done:?}", payment.id);
    found.require(done.len() <= 1, Kind::DoubleCharge, about);
    found.require(done.is_empty() != is_booked, Kind::LostCharge, about);
    let Some(effect) = done.first().filter(|_| is_booked) else { return };
    let is_same = effect.operation == attempt.operation && effect.currency == payment.currency;
    let amount = amount(payment, attempt).unwrap_or(effect.minor);
    found.require(is_same && effect.minor == amount, Kind::WrongAmount, about);
}

/// What the books say that the attempt moved or held, where they do.
fn amount(payment: &Payment, attempt: &Attempt) -> Option<i64> {
    if attempt.operation == "AUTHORIZE" {
        return Some(payment.minor);
    }
    payment.moved.iter().find(|moved| moved.attempt == attempt.id).map(|moved| moved.minor)
}

/// A payment's totals are the sums of its transactions.
fn totals(payment: &Payment, found: &mut Found) {
    let Payment { captured, refunded, minor, .. } = *payment;
    let is_right = moved(payment, "CAPTURE") == captured && moved(payment, "REFUND") == refunded;
    let is_ordered = 0 <= refunded && refunded <= captured && captured <= minor;
    found.require(is_right && is_ordered, Kind::WrongAmount, || format!("{payment:?}"));
}

pub(super) fn moved(payment: &Payment, kind: &str) -> i64 {
    payment.moved.iter().filter(|moved| moved.kind == kind).map(|moved| moved.minor).sum()
}

/// All money that moved, by currency: what was taken, less what was given back.
fn sums(evidence: &Evidence, found: &mut Found) {
    let mut booked: BTreeMap<&str, i64> = BTreeMap::new();
    for payment in &evidence.payments {
        *booked.entry(&payment.currency).or_default() += payment.captured - payment.refunded;
    }
    let mut moved: BTreeMap<&str, i64> = booked.keys().map(|currency| (*currency, 0)).collect();
    for effect in evidence.effects.iter().filter(|effect| !effect.is_reversed) {
        let sign = match effect.operation.as_str() {
            "CAPTURE" => 1,
            "REFUND" => -1,
            _ => 0,
        };
        *moved.entry(&effect.currency).or_default() += sign * effect.minor;
    }
    let about = || format!("the books say {booked:?}, the bank says {moved:?}");
    found.require(booked == moved, Kind::WrongAmount, about);
}
