//! The state machine of a payment, status by status.

use std::fmt::Write as _;

use payment_core::{
    event::{Event, EventKind},
    id::PaymentId,
    money::{Money, MoneyError},
    payment::{Operation, Payment, Status},
    transition::{Action, Rejected, Transition},
};
use uuid::Uuid;

use crate::samples::{after, at, attempt, capture, created, currency, kurus, pending, refund};

const APPROVED: Action = Action::AuthorizeApproved;

/// A payment of 1.00 in every status, and in the shades of a status that matter.
fn payments() -> Vec<(&'static str, Payment)> {
    let in_status = |actions: &[Action]| after(created(100), actions);
    let busy = |payment: Payment, operation, minor| {
        payment.begin(pending(operation, minor, true), at(2)).unwrap()
    };
    vec![
        ("CREATED", in_status(&[])),
        ("CREATED, authorizing", busy(in_status(&[]), Operation::Authorize, 100)),
        ("AUTHORIZED", in_status(&[APPROVED])),
        ("AUTHORIZED, 0.40 captured", in_status(&[APPROVED, capture(40, false)])),
        ("AUTHORIZED, capturing 0.40", busy(in_status(&[APPROVED]), Operation::Capture, 40)),
        ("AUTHORIZED, voiding", busy(in_status(&[APPROVED]), Operation::Void, 100)),
        ("CAPTURED", in_status(&[APPROVED, capture(100, true)])),
        ("CAPTURED, 0.40 of it", in_status(&[APPROVED, capture(40, true)])),
        (
            "CAPTURED, refunding 0.40",
            busy(in_status(&[APPROVED, capture(100, true)]), Operation::Refund, 40),
        ),
        ("PARTIALLY_REFUNDED, 0.40", in_status(&[APPROVED, capture(100, true), refund(40)])),
        ("REFUNDED", in_status(&[APPROVED, capture(100, true), refund(100)])),
        ("FAILED", in_status(&[Action::AuthorizeDeclined])),
        ("VOIDED", in_status(&[APPROVED, Action::Void])),
        ("EXPIRED", in_status(&[APPROVED, Action::Expire])),
    ]
}

fn actions() -> Vec<(&'static str, Action)> {
    let euro = Money::from_minor(40, currency("EUR")).unwrap();
    vec![
        ("authorize approved", APPROVED),
        ("authorize declined", Action::AuthorizeDeclined),
        ("3DS needed", Action::ThreeDsNeeded),
        ("capture 0.40, more to come", capture(40, false)),
        ("capture 0.40, final", capture(40, true)),
        ("capture 1.00, more to come", capture(100, false)),
        ("capture 1.00, final", capture(100, true)),
        ("capture 1.01", capture(101, true)),
        ("capture 0.00", capture(0, true)),
        ("capture 0.40 EUR", Action::Capture { amount: euro, is_final: true }),
        ("void", Action::Void),
        ("refund 0.40", refund(40)),
        ("refund 0.60", refund(60)),
        ("refund 1.00", refund(100)),
        ("refund 1.01", refund(101)),
        ("refund 0.00", refund(0)),
        ("refund 0.40 EUR", Action::Refund { amount: euro }),
        ("expire", Action::Expire),
    ]
}

/// What came of an action: status, event, and money authorized, captured and refunded. Alone, `–`
/// is a transition that does not exist.
fn outcome(result: Result<Transition, Rejected>) -> String {
    let (payment, events) = match result {
        Ok(transition) => transition,
        Err(Rejected::IllegalState { .. }) => return "–".to_owned(),
        Err(rejected) => return format!("– {rejected}"),
    };
    let events: Vec<_> = events.iter().map(described).collect();
    let events = events.join(", ");
    let money = [payment.authorized, payment.captured, payment.refunded].map(Money::to_major);
    format!("{:<19}{}  {events}", payment.status.as_str(), money.join(" "))
}

fn described(event: &Event) -> String {
    let Event { kind, sequence, moved, operation: _, at: _ } = event;
    let moved = moved.map_or_else(String::new, |moved| format!(" of {moved}"));
    format!("{kind} #{sequence}{moved}")
}

#[test]
fn the_whole_state_machine() {
    let mut table = String::new();
    for (name, payment) in payments() {
        writeln!(table, "{name}").unwrap();
        for (action, taken) in actions() {
            let outcome = outcome(payment.apply(taken, at(3)));
            writeln!(table, "    {action:<28}{}", outcome.trim_end()).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_status_is_in_the_table() {
    for status in Status::ALL {
        assert!(payments().iter().any(|(_, payment)| payment.status == *status), "{status}");
    }
}

#[test]
fn a_new_payment_holds_nothing_and_says_so_once() {
    let payment = created(100);
    assert_eq!(payment.id, PaymentId::from(Uuid::from_u128(7)));
    assert_eq!(payment.status, Status::Created);
    assert_eq!(payment.amount, kurus(100));
    let nothing = [kurus(0); 3];
    assert_eq!([payment.authorized, payment.captured, payment.refunded], nothing);
    assert_eq!((payment.event_count, payment.version), (1, 1));
    assert_eq!((payment.created_at, payment.updated_at), (at(0), at(0)));
    assert_eq!((payment.pending, payment.provider), (None, None));
}

#[test]
fn every_change_is_dated_and_counted_and_leaves_the_rest_alone() {
    let before = created(100);
    let (next, events) = before.apply(APPROVED, at(5)).unwrap();
    let event = Event {
        kind: EventKind::PaymentAuthorized,
        sequence: 2,
        moved: None,
        operation: None,
        at: at(5),
    };
    assert_eq!(events, [event]);
    let expected = Payment {
        status: Status::Authorized,
        authorized: kurus(100),
        event_count: 2,
        version: 2,
        updated_at: at(5),
        ..before
    };
    assert_eq!(next, expected);
}

#[test]
fn an_operation_reserves_its_amount_while_it_is_under_way() {
    let authorized = after(created(100), &[APPROVED]);
    let capturing = authorized.begin(pending(Operation::Capture, 40, false), at(6)).unwrap();
    assert_eq!(capturing.left_to_capture(), kurus(60));
    assert_eq!(capturing.left_to_refund(), kurus(0));
    let expected = Payment {
        pending: Some(pending(Operation::Capture, 40, false)),
        version: authorized.version + 1,
        updated_at: at(6),
        ..authorized
    };
    assert_eq!(capturing, expected);

    let captured = after(created(100), &[APPROVED, capture(80, true)]);
    let refunding = captured.begin(pending(Operation::Refund, 30, true), at(6)).unwrap();
    assert_eq!(refunding.left_to_refund(), kurus(50));
    assert_eq!(refunding.left_to_capture(), kurus(20));
}

#[test]
fn an_operation_that_could_not_be_approved_is_not_begun() {
    let authorized = after(created(100), &[APPROVED]);
    let too_much = authorized.begin(pending(Operation::Capture, 101, true), at(2));
    assert_eq!(too_much, Err(Rejected::TooMuch { left: kurus(100) }));
    let nothing = authorized.begin(pending(Operation::Capture, 0, true), at(2));
    assert_eq!(nothing, Err(Rejected::Amount(MoneyError::NotPositive)));
    let refund = authorized.begin(pending(Operation::Refund, 1, true), at(2));
    let illegal = Rejected::IllegalState { status: Status::Authorized, action: "refunded" };
    assert_eq!(refund, Err(illegal));
}

#[test]
fn a_second_operation_waits_for_the_first() {
    let first = pending(Operation::Capture, 40, false);
    let capturing = after(created(100), &[APPROVED]).begin(first, at(2)).unwrap();
    let second = capturing.begin(pending(Operation::Capture, 10, false), at(3));
    assert_eq!(second, Err(Rejected::Busy(first)));
    assert_eq!(capturing.apply(Action::Void, at(3)), Err(Rejected::Busy(first)));
}

#[test]
fn settling_frees_the_payment_and_applies_what_came_of_it() {
    let authorized = after(created(100), &[APPROVED]);
    let capturing = authorized.begin(pending(Operation::Capture, 40, true), at(2)).unwrap();
    let (captured, events) = capturing.settle(attempt(1), Some(capture(40, true)), at(9)).unwrap();
    let moved = Some(kurus(40));
    let kind = EventKind::PaymentCaptured;
    let event = Event { kind, sequence: 3, moved, operation: None, at: at(9) };
    assert_eq!(events, [event]);
    let expected = Payment {
        status: Status::Captured,
        captured: kurus(40),
        event_count: 3,
        version: capturing.version + 1,
        updated_at: at(9),
        ..authorized
    };
    assert_eq!(captured, expected);
}

#[test]
fn an_operation_of_which_nothing_came_leaves_only_a_version() {
    let authorized = after(created(100), &[APPROVED]);
    let capturing = authorized.begin(pending(Operation::Capture, 40, true), at(2)).unwrap();
    let (free, events) = capturing.settle(attempt(1), None, at(9)).unwrap();
    assert_eq!(events, []);
    let expected = Payment { version: capturing.version + 1, updated_at: at(9), ..authorized };
    assert_eq!(free, expected);
}

#[test]
fn an_operation_that_failed_after_a_doubt_frees_the_payment_and_says_so() {
    let authorized = after(created(100), &[APPROVED]);
    let capturing = authorized.begin(pending(Operation::Capture, 40, true), at(2)).unwrap();
    assert_eq!(capturing.settle_failed(attempt(2), at(9)), Err(Rejected::NotPending));
    let (free, events) = capturing.settle_failed(attempt(1), at(9)).unwrap();
    let kind = EventKind::PaymentOperationFailed;
    let operation = Some(Operation::Capture);
    assert_eq!(events, [Event { kind, sequence: 3, moved: None, operation, at: at(9) }]);
    let (version, updated_at) = (capturing.version + 1, at(9));
    assert_eq!(free, Payment { event_count: 3, version, updated_at, ..authorized });
}

#[test]
fn a_reversal_is_announced_beside_whatever_is_pending() {
    let authorized = after(created(100), &[APPROVED]);
    let capturing = authorized.begin(pending(Operation::Capture, 40, true), at(2)).unwrap();
    let kind = EventKind::PaymentReversed;
    let (told, events) = capturing.announce(kind, Operation::Capture, at(9));
    let operation = Some(Operation::Capture);
    assert_eq!(events, [Event { kind, sequence: 3, moved: None, operation, at: at(9) }]);
    let (version, updated_at) = (capturing.version + 1, at(9));
    assert_eq!(told, Payment { event_count: 3, version, updated_at, ..capturing });
}

#[test]
fn only_the_pending_attempt_is_settled() {
    let authorized = after(created(100), &[APPROVED]);
    assert_eq!(authorized.settle(attempt(1), None, at(3)), Err(Rejected::NotPending));
    let voiding = authorized.begin(pending(Operation::Void, 100, true), at(2)).unwrap();
    assert_eq!(voiding.settle(attempt(2), None, at(3)), Err(Rejected::NotPending));
    let (voided, _) = voiding.settle(attempt(1), Some(Action::Void), at(3)).unwrap();
    assert_eq!(voided.status, Status::Voided);
}

#[test]
fn what_was_taken_before_a_void_or_an_expiry_can_still_be_refunded() {
    for (action, kind) in
        [(Action::Void, EventKind::PaymentVoided), (Action::Expire, EventKind::PaymentExpired)]
    {
        let partly = after(created(100), &[APPROVED, capture(40, false)]);
        let (ended, events) = partly.apply(action, at(4)).unwrap();
        assert_eq!((ended.status, events[0].kind), (Status::Captured, kind));
        assert_eq!(after(ended, &[refund(40)]).status, Status::Refunded);
    }
}

#[test]
fn refusals_name_the_status_and_what_was_asked() {
    let failed = after(created(100), &[Action::AuthorizeDeclined]);
    let asked = [
        (APPROVED, "authorized"),
        (Action::AuthorizeDeclined, "authorized"),
        (Action::ThreeDsNeeded, "authorized"),
        (capture(40, true), "captured"),
        (Action::Void, "voided"),
        (refund(40), "refunded"),
        (Action::Expire, "expired"),
    ];
    for (action, participle) in asked {
        let refused = failed.apply(action, at(3)).unwrap_err().to_string();
        assert_eq!(refused, format!("a payment that is FAILED cannot be {participle}"));
    }
    assert_eq!(Rejected::NotPending.to_string(), "the attempt is no longer the pending one");
}

#[test]
fn an_approval_is_the_action_of_its_operation() {
    let approved = |operation| pending(operation, 40, false).when_approved();
    assert_eq!(approved(Operation::Authorize), APPROVED);
    assert_eq!(approved(Operation::Capture), capture(40, false));
    assert_eq!(approved(Operation::Void), Action::Void);
    assert_eq!(approved(Operation::Refund), refund(40));
}
