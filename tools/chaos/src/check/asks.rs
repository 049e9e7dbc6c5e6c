//! What merchants wanted against what was done: each wish at most once, and once if they were told
//! so.

use std::collections::{HashMap, HashSet};

use super::{Found, Kind};
use crate::{
    evidence::{Evidence, books::Payment},
    load::{
        ask::{Ask, Operation, Verdict},
        story::Story,
    },
};

/// How much of something was wanted: how often, and how much together in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    times: usize,
    minor: i64,
}

pub(super) fn check(evidence: &Evidence, found: &mut Found) {
    let payments = evidence.payments.iter().map(|payment| (payment.id.as_str(), payment));
    let payments: HashMap<_, _> = payments.collect();
    one_each(evidence, found);
    for story in &evidence.stories {
        let Some(id) = story.payment.as_deref() else { continue };
        match payments.get(id) {
            Some(payment) => compare(story, payment, found),
            None => found.add(Kind::LostCharge, format!("payment {id} is not in the books")),
        }
    }
}

/// Each payment was asked for by one request, and each such request made one payment.
fn one_each(evidence: &Evidence, found: &mut Found) {
    let mut tellers: HashMap<&str, usize> = HashMap::new();
    for story in &evidence.stories {
        let created = story.created();
        let about = || format!("{created:?} was created, the story goes on with {story:?}");
        found.require(created == story.payment, Kind::WrongPayments, about);
        if let Some(id) = story.payment.as_deref() {
            *tellers.entry(id).or_default() += 1;
        }
    }
    let mut known = HashSet::new();
    for payment in &evidence.payments {
        let id = payment.id.as_str();
        let asked = tellers.get(id).copied().unwrap_or_default();
        let about = || format!("payment {id} was created by {asked} requests");
        found.require(asked == 1, Kind::WrongPayments, about);
        let about = || format!("payment {id} is listed twice");
        found.require(known.insert(id), Kind::WrongPayments, about);
    }
}

fn compare(story: &Story, payment: &Payment, found: &mut Found) {
    for operation in [Operation::Authorize, Operation::Capture, Operation::Refund] {
        let (told, wanted) = (told(story, operation), wanted(story, operation));
        let done = done(payment, operation);
        let about = || {
            let id = &payment.id;
            format!(
                "{operation:?} of payment {id}: told {told:?}, wanted {wanted:?}, {done:?} done"
            )
        };
        let is_too_much = done.times > wanted.times || done.minor > wanted.minor;
        found.require(!is_too_much, Kind::DoubleCharge, about);
        let is_too_little = done.times < told.times || done.minor < told.minor;
        found.require(!is_too_little, Kind::LostCharge, about);
    }
}

/// What the merchant was told was done.
fn told(story: &Story, operation: Operation) -> Count {
    let mut total = Count::default();
    for ask in story.asks.iter().filter(|ask| ask.operation == operation) {
        if operation != Operation::Authorize && ask.verdict() == Verdict::Done {
            total.add(ask);
        }
    }
    if let Some(hold) = hold(story) {
        let is_taken = hold.says("CAPTURED");
        let is_held = is_taken || hold.says("AUTHORIZED");
        if (operation == Operation::Authorize && is_held)
            || (operation == Operation::Capture && is_taken)
        {
            total.add(hold);
        }
    }
    total
}

/// What may have been done: all but what the merchant was told was not.
fn wanted(story: &Story, operation: Operation) -> Count {
    let mut total = Count::default();
    for ask in story.asks.iter().filter(|ask| ask.operation == operation) {
        let may_be = matches!(ask.verdict(), Verdict::Done | Verdict::Open);
        if operation != Operation::Authorize && may_be {
            total.add(ask);
        }
    }
    let takes_it = operation == Operation::Capture && story.is_automatic;
    if operation == Operation::Authorize || takes_it {
        // Where only the capture failed that follows by itself, the hold may be there.
        let is_off = |verdict| match verdict {
            Verdict::Done | Verdict::Open => false,
            Verdict::Declined | Verdict::Failed | Verdict::Refused => !story.is_automatic,
        };
        hold(story).filter(|hold| !is_off(hold.verdict())).inspect(|hold| total.add(hold));
    }
    total
}

/// The request that holds the money: the last one that could.
fn hold(story: &Story) -> Option<&Ask> {
    story
        .asks
        .iter()
        .rfind(|ask| matches!(ask.operation, Operation::Authorize | Operation::Confirm))
}

impl Count {
    fn add(&mut self, ask: &Ask) {
        self.times += 1;
        self.minor += ask.minor;
    }
}

fn done(payment: &Payment, operation: Operation) -> Count {
    if operation == Operation::Authorize {
        let is_held = |status: &str| status == "SUCCESS";
        let holds = payment
            .attempts
            .iter()
            .filter(|attempt| attempt.operation == "AUTHORIZE" && is_held(&attempt.status));
        let times = holds.count();
        let minor = i64::try_from(times).unwrap_or(i64::MAX).saturating_mul(payment.minor);
        return Count { times, minor };
    }
    let kind = if operation == Operation::Capture { "CAPTURE" } else { "REFUND" };
    let moved = payment.moved.iter().filter(|moved| moved.kind == kind);
    moved.fold(Count::default(), |total, moved| Count {
        times: total.times + 1,
        minor: total.minor + moved.minor,
    })
}
