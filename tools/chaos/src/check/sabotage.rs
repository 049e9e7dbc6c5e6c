//! Breaking the evidence on purpose: the checks must see every breach.

use super::{Kind, violations};
use crate::{
    evidence::{
        Evidence,
        books::Payment,
        ledger::{Effect, Hold},
    },
    load::ask::{Answer, Operation},
};

/// One way to break the promise.
#[derive(Debug, Clone, Copy)]
pub struct Sabotage {
    /// What is done.
    pub name: &'static str,
    /// What must be found.
    pub breach: Kind,
    /// Does it; `None` if there is nothing that it could be done to.
    break_it: fn(&mut Evidence) -> Option<()>,
}

/// Every way.
pub const ALL: [Sabotage; 15] = [
    of("the bank charges twice", Kind::DoubleCharge, |evidence| {
        let effect = capture(evidence)?.clone();
        evidence.effects.push(effect);
        Some(())
    }),
    of("the bank forgets a charge", Kind::LostCharge, |evidence| {
        let reference = capture(evidence)?.reference.clone();
        evidence.effects.retain(|effect| effect.reference != reference);
        Some(())
    }),
    of("the books call a charge declined", Kind::LostCharge, |evidence| {
        let reference = capture(evidence)?.reference.clone();
        let mut attempts = evidence.payments.iter_mut().flat_map(|payment| &mut payment.attempts);
        "DECLINED".clone_into(&mut attempts.find(|attempt| attempt.id == reference)?.status);
        Some(())
    }),
    of("the bank charges one unit more", Kind::WrongAmount, |evidence| {
        let effects = &mut evidence.effects;
        effects.iter_mut().find(|effect| effect.operation == "CAPTURE")?.minor += 1;
        Some(())
    }),
    of("the gateway charges twice and books both", Kind::DoubleCharge, charge_again),
    of("the bank goes on holding what was taken", Kind::WrongAmount, |evidence| {
        let payment = evidence.payments.iter().find(|payment| payment.status != "AUTHORIZED")?;
        evidence.holds.push(Hold { payment: payment.id.clone(), left: 1 });
        Some(())
    }),
    of("the books call a charge reversed that nobody took back", Kind::DoubleCharge, |evidence| {
        let reference = capture(evidence)?.reference.clone();
        let mut attempts = evidence.payments.iter_mut().flat_map(|payment| &mut payment.attempts);
        "REVERSED".clone_into(&mut attempts.find(|attempt| attempt.id == reference)?.status);
        Some(())
    }),
    of("one request makes two payments", Kind::WrongPayments, |evidence| {
        let Payment { minor, currency, .. } = evidence.payments.first()?.clone();
        let (id, status) = ("another".to_owned(), "CREATED".to_owned());
        evidence.payments.push(Payment { id, status, minor, currency, ..Payment::default() });
        Some(())
    }),
    of("a payment stays pending", Kind::Stuck, |evidence| {
        evidence.payments.last_mut()?.is_pending = true;
        Some(())
    }),
    of("a webhook is never sent", Kind::LostEvent, |evidence| {
        let id = evidence.deliveries.keys().next()?.clone();
        evidence.deliveries.remove(&id).map(drop)
    }),
    of("an event is removed", Kind::WrongEvents, |evidence| {
        let mut payments = evidence.payments.iter_mut();
        let events = &mut payments.find(|payment| payment.events.len() > 2)?.events;
        events.retain(|event| event.sequence != 2);
        Some(())
    }),
    of("a repeated webhook has other bytes", Kind::DifferentDuplicate, |evidence| {
        evidence.deliveries.values_mut().next()?.differed += 1;
        Some(())
    }),
    of("the API answers 500", Kind::WrongAnswer, |evidence| answer(evidence, 500, "")),
    of("a key has two answers", Kind::TwoAnswers, |evidence| answer(evidence, 200, "{}")),
    of("a request is never answered", Kind::Stuck, |evidence| {
        let mut asks = evidence.stories.iter_mut().flat_map(|story| &mut story.asks);
        asks.find(|ask| ask.operation == Operation::Capture)?.answers.clear();
        Some(())
    }),
];

const fn of(
    name: &'static str,
    breach: Kind,
    break_it: fn(&mut Evidence) -> Option<()>,
) -> Sabotage {
    Sabotage { name, breach, break_it }
}

/// The ways that the checks do not see in this evidence, or that could not be tried.
#[must_use]
pub fn unseen(evidence: &Evidence) -> Vec<&'static str> {
    let before = violations(evidence).len();
    let is_unseen = |sabotage: &&Sabotage| {
        let mut broken = evidence.clone();
        let is_done = (sabotage.break_it)(&mut broken).is_some();
        let found = violations(&broken);
        let is_found = found.iter().any(|violation| violation.kind == sabotage.breach);
        !(is_done && is_found && found.len() > before)
    };
    ALL.iter().filter(is_unseen).map(|sabotage| sabotage.name).collect()
}

/// Some capture of which the merchant was told.
fn capture(evidence: &Evidence) -> Option<&Effect> {
    evidence.effects.iter().find(|effect| effect.operation == "CAPTURE" && !effect.is_reversed)
}

fn charge_again(evidence: &mut Evidence) -> Option<()> {
    let again = |reference: &str| format!("{reference}-again");
    let mut effect = capture(evidence)?.clone();
    let reference = std::mem::take(&mut effect.reference);
    effect.reference = again(&reference);
    let is_its = |payment: &&mut Payment| payment.moved.iter().any(|m| m.attempt == reference);
    let payment = evidence.payments.iter_mut().find(is_its)?;
    let mut attempt = payment.attempts.iter().find(|attempt| attempt.id == reference)?.clone();
    let mut moved = payment.moved.iter().find(|moved| moved.attempt == reference)?.clone();
    attempt.id = again(&reference);
    moved.attempt = again(&reference);
    payment.captured += moved.minor;
    payment.attempts.push(attempt);
    payment.moved.push(moved);
    evidence.effects.push(effect);
    Some(())
}

/// Another answer to some capture that was done.
fn answer(evidence: &mut Evidence, status: u16, body: &str) -> Option<()> {
    let mut asks = evidence.stories.iter_mut().flat_map(|story| &mut story.asks);
    let ask = asks.find(|ask| ask.operation == Operation::Capture && ask.finals().count() > 0)?;
    let (code, body) = (String::new(), body.to_owned());
    ask.answers.push(Answer { status, code, body, retry_after: false, is_replay: false });
    Some(())
}
