//! Every HTTP answer is one that the API promises, and one that can be right here.

use super::{Found, Kind};
use crate::{
    evidence::Evidence,
    load::ask::{Answer, Ask, Operation},
};

/// The errors that can be right here; with the statuses of the API's contract.
const ERRORS: [(u16, &str); 5] = [
    (402, "PAYMENT_DECLINED"),
    (409, "OPERATION_IN_PROGRESS"),
    (409, "REQUEST_IN_PROGRESS"),
    (502, "PROVIDER_ERROR"),
    (503, "SERVICE_UNAVAILABLE"),
];

pub(super) fn check(evidence: &Evidence, found: &mut Found) {
    for ask in evidence.stories.iter().flat_map(|story| &story.asks) {
        for answer in &ask.answers {
            let about = || format!("{} was answered {answer:?}", ask.path);
            found.require(is_right(ask.operation, answer), Kind::WrongAnswer, about);
        }
        if ask.operation != Operation::Confirm {
            is_one(ask, found);
        }
    }
}

fn is_right(operation: Operation, answer: &Answer) -> bool {
    let is_done = match operation {
        Operation::Create => answer.status == 201,
        Operation::Confirm => matches!(answer.status, 200 | 303 | 503),
        Operation::Authorize | Operation::Capture | Operation::Void | Operation::Refund => {
            matches!(answer.status, 200 | 202)
        }
    };
    is_done || ERRORS.contains(&(answer.status, answer.code.as_str()))
}

/// One key has one final answer, byte for byte.
fn is_one(ask: &Ask, found: &mut Found) {
    let mut finals = ask.finals().map(|answer| (answer.status, &answer.body));
    let first = finals.next();
    let is_one = finals.all(|other| Some(other) == first);
    found.require(is_one, Kind::TwoAnswers, || format!("{ask:?}"));
}
