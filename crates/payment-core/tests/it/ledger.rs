//! Random histories of a payment, checked against a ledger that knows only steps and events.

use std::{cell::RefCell, collections::BTreeMap};

use payment_core::{
    event::{Event, EventKind},
    money::Money,
    payment::{Operation, Payment, Pending, Status},
    transition::Action,
};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::samples::{at, attempt, capture, created, kurus, refund};

/// What a merchant, a provider or the clock does next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Apply(Action),
    Begin {
        operation: Operation,
        minor: i64,
        is_final: bool,
    },
    Settle {
        answer: Answer,
        is_stale: bool,
    },
    /// Something that had been given up long ago was taken back.
    Reverse,
}

/// What a provider answers to the pending operation.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Approved,
    Declined,
    Redirect,
    NotSent,
    /// It came to nothing after it had been in doubt.
    Nothing,
}

/// The second set of books, in plain integers.
#[derive(Debug, Default)]
struct Ledger {
    owed: i64,
    held: i64,
    taken: i64,
    given: i64,
    /// Attempt, operation, amount and finality of what is under way.
    reserved: Option<(u128, Operation, i64, bool)>,
    /// What ended the payment or its hold.
    ending: Option<EventKind>,
    is_fully_taken: bool,
    changes: i64,
    events: i64,
}

impl Ledger {
    /// The table of the design, written the other way round: by status, from totals.
    fn status(&self) -> Status {
        match self.ending {
            Some(EventKind::PaymentFailed) => Status::Failed,
            _ if self.given > 0 && self.given == self.taken => Status::Refunded,
            _ if self.given > 0 => Status::PartiallyRefunded,
            _ if self.is_fully_taken || (self.ending.is_some() && self.taken > 0) => {
                Status::Captured
            }
            Some(EventKind::PaymentVoided) => Status::Voided,
            Some(EventKind::PaymentExpired) => Status::Expired,
            _ if self.held > 0 => Status::Authorized,
            _ => Status::Created,
        }
    }

    fn reserved_for(&self, operation: Operation) -> i64 {
        self.reserved.map_or(0, |(_, of, minor, _)| if of == operation { minor } else { 0 })
    }

    /// Whether the money allows it, nothing being under way.
    fn allows(&self, action: Action) -> bool {
        let is_held = self.held > 0 && self.ending.is_none() && !self.is_fully_taken;
        let is_new = self.held == 0 && self.ending.is_none();
        let is_taken = self.taken > 0 && !is_held;
        match action {
            Action::AuthorizeApproved | Action::AuthorizeDeclined | Action::ThreeDsNeeded => is_new,
            Action::Capture { amount, .. } => {
                is_held && (1..=self.held - self.taken).contains(&amount.minor())
            }
            Action::Void | Action::Expire => is_new || is_held,
            Action::Refund { amount } => {
                is_taken && (1..=self.taken - self.given).contains(&amount.minor())
            }
        }
    }

    fn expects(&self, step: Step) -> bool {
        match step {
            Step::Apply(action) => self.reserved.is_none() && self.allows(action),
            Step::Begin { operation, minor, is_final } => {
                self.reserved.is_none() && self.allows(approval(operation, minor, is_final))
            }
            // What was begun can always be ended.
            Step::Settle { is_stale, .. } => self.reserved.is_some() && !is_stale,
            Step::Reverse => true,
        }
    }

    fn record(&mut self, step: Step, number: u128, events: &[Event]) {
        self.changes += 1;
        let mut is_final = matches!(step, Step::Apply(Action::Capture { is_final: true, .. }));
        match step {
            Step::Apply(_) | Step::Reverse => (),
            Step::Begin { operation, minor, is_final } => {
                self.reserved = Some((number, operation, minor, is_final));
            }
            Step::Settle { .. } => {
                is_final = self.reserved.take().is_some_and(|(_, _, _, is_final)| is_final);
            }
        }
        for event in events {
            self.post(event, is_final);
        }
    }

    fn post(&mut self, event: &Event, is_final: bool) {
        self.events += 1;
        assert_eq!(event.sequence, self.events, "event sequences have a gap");
        let moved = event.moved.map_or(0, Money::minor);
        match event.kind {
            EventKind::PaymentCreated => panic!("created twice"),
            EventKind::WebhookEndpointDisabled => panic!("not an event of a payment"),
            EventKind::PaymentAuthorized => self.held = self.owed,
            EventKind::PaymentCaptured => {
                self.taken += moved;
                self.is_fully_taken = is_final || self.taken == self.held;
            }
            EventKind::PaymentRefunded => self.given += moved,
            EventKind::PaymentFailed | EventKind::PaymentVoided | EventKind::PaymentExpired => {
                self.ending = Some(event.kind);
            }
            EventKind::PaymentOperationFailed | EventKind::PaymentReversed => {
                assert_eq!(moved, 0, "nothing moved between customer and merchant");
            }
        }
    }

    fn agrees_with(&self, payment: &Payment) {
        let money = [payment.amount, payment.authorized, payment.captured, payment.refunded];
        let books = [self.owed, self.held, self.taken, self.given];
        assert_eq!(money.map(Money::minor), books);
        assert_eq!(payment.status, self.status());
        assert_eq!((payment.version, payment.event_count), (self.changes, self.events));
        let pending = self.reserved.map(|(number, operation, minor, is_final)| Pending {
            attempt: attempt(number),
            operation,
            amount: kurus(minor),
            is_final,
        });
        assert_eq!(payment.pending, pending);

        let taking = self.taken + self.reserved_for(Operation::Capture);
        let giving = self.given + self.reserved_for(Operation::Refund);
        assert!(0 <= self.given && giving <= self.taken, "more given back than was taken");
        assert!(taking <= self.held && self.held <= self.owed, "more taken than is held");
        assert_eq!(payment.left_to_capture().minor(), self.held - taking);
        assert_eq!(payment.left_to_refund().minor(), self.taken - giving);
    }
}

fn approval(operation: Operation, minor: i64, is_final: bool) -> Action {
    match operation {
        Operation::Authorize => Action::AuthorizeApproved,
        Operation::Capture => capture(minor, is_final),
        Operation::Void => Action::Void,
        Operation::Refund => refund(minor),
    }
}

/// What an answer means for what is under way; `None` where the payment stays as it was.
fn meaning(answer: Answer, reserved: (u128, Operation, i64, bool)) -> Option<Action> {
    let (_, operation, minor, is_final) = reserved;
    match (answer, operation) {
        (Answer::Approved, _) => Some(approval(operation, minor, is_final)),
        (Answer::Declined, Operation::Authorize) => Some(Action::AuthorizeDeclined),
        (Answer::Redirect, Operation::Authorize) => Some(Action::ThreeDsNeeded),
        (Answer::Declined | Answer::Redirect | Answer::NotSent | Answer::Nothing, _) => None,
    }
}

/// Takes `step`, and returns whether it was accepted.
fn take(payment: &mut Payment, ledger: &mut Ledger, step: Step, number: u128) -> bool {
    let now = at(i64::try_from(number).unwrap());
    let result = match step {
        Step::Apply(action) => payment.apply(action, now),
        Step::Begin { operation, minor, is_final } => {
            let amount = kurus(minor);
            let pending = Pending { attempt: attempt(number), operation, amount, is_final };
            payment.begin(pending, now).map(|payment| (payment, Vec::new()))
        }
        Step::Settle { answer, is_stale } => {
            let open = ledger.reserved.map_or(0, |(open, ..)| open);
            let asked = if is_stale { attempt(open + 1) } else { attempt(open) };
            let action = ledger.reserved.and_then(|reserved| meaning(answer, reserved));
            match answer {
                Answer::Nothing => payment.settle_failed(asked, now),
                Answer::Approved | Answer::Declined | Answer::Redirect | Answer::NotSent => {
                    payment.settle(asked, action, now)
                }
            }
        }
        Step::Reverse => {
            Ok(payment.announce(EventKind::PaymentReversed, Operation::Authorize, now))
        }
    };
    let is_accepted = result.is_ok();
    assert_eq!(is_accepted, ledger.expects(step), "{step:?} of {payment:?}");
    if let Ok((next, events)) = result {
        assert_eq!(next.updated_at, now);
        ledger.record(step, number, &events);
        *payment = next;
    }
    ledger.agrees_with(payment);
    is_accepted
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few and small amounts, so that sums often meet a limit exactly, and few early ends.
    let minor = || 0..=5_i64;
    let action = prop_oneof![
        8 => Just(Action::AuthorizeApproved),
        1 => Just(Action::AuthorizeDeclined),
        1 => Just(Action::ThreeDsNeeded),
        12 => (minor(), any::<bool>()).prop_map(|(minor, is_final)| capture(minor, is_final)),
        1 => Just(Action::Void),
        12 => minor().prop_map(refund),
        1 => Just(Action::Expire),
    ];
    let operation = prop_oneof![
        8 => Just(Operation::Authorize),
        10 => Just(Operation::Capture),
        1 => Just(Operation::Void),
        10 => Just(Operation::Refund),
    ];
    let answer = prop_oneof![
        6 => Just(Answer::Approved),
        1 => Just(Answer::Declined),
        1 => Just(Answer::Redirect),
        1 => Just(Answer::NotSent),
        1 => Just(Answer::Nothing),
    ];
    let begin = (operation, minor(), any::<bool>())
        .prop_map(|(operation, minor, is_final)| Step::Begin { operation, minor, is_final });
    let settle = (answer, prop::bool::weighted(0.1))
        .prop_map(|(answer, is_stale)| Step::Settle { answer, is_stale });
    let step = prop_oneof![
        8 => action.prop_map(Step::Apply),
        8 => begin,
        12 => settle,
        1 => Just(Step::Reverse),
    ];
    prop::collection::vec(step, 0..40)
}

#[test]
fn whatever_happens_the_books_agree_with_the_events() {
    let accepted = RefCell::new(BTreeMap::<String, u32>::new());
    let outcome = TestRunner::new(ProptestConfig::with_cases(512)).run(
        &(1..=8_i64, steps()),
        |(owed, steps)| {
            let mut payment = created(owed);
            let mut ledger = Ledger { owed, changes: 1, events: 1, ..Ledger::default() };
            ledger.agrees_with(&payment);
            for (number, step) in (1..).zip(steps) {
                if take(&mut payment, &mut ledger, step, number) {
                    let name = format!("{step:?}");
                    let kind = name.split([' ', '{', '(']).next().unwrap_or_default().to_owned();
                    *accepted.borrow_mut().entry(kind).or_default() += 1;
                }
            }
            *accepted.borrow_mut().entry(payment.status.to_string()).or_default() += 1;
            Ok(())
        },
    );
    outcome.unwrap();

    // The property would also hold if everything were refused: every status must have been
    // reached, and every kind of step accepted, often.
    let accepted = accepted.into_inner();
    for status in Status::ALL {
        let count = accepted.get(status.as_str()).copied().unwrap_or_default();
        assert!(count > 5, "hardly a history ended {status}: {accepted:?}");
    }
    for step in ["Apply", "Begin", "Settle"] {
        assert!(accepted[step] >= 250, "{step} was hardly ever accepted: {accepted:?}");
    }
}
