//! Values that the tests start from.

use chrono::TimeDelta;
use payment_core::{
    currency::Currency,
    id::{AttemptId, MerchantId, Mode, PaymentId},
    money::Money,
    payment::{CaptureMethod, Details, NewPayment, Operation, Payment, Pending},
    time::Timestamp,
    transition::Action,
};
use uuid::Uuid;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::seconds(second)
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

/// Minor units of Turkish lira.
pub(crate) fn kurus(minor: i64) -> Money {
    Money::from_minor(minor, currency("TRY")).unwrap()
}

pub(crate) fn attempt(number: u128) -> AttemptId {
    AttemptId::from(Uuid::from_u128(number))
}

pub(crate) fn pending(operation: Operation, minor: i64, is_final: bool) -> Pending {
    Pending { attempt: attempt(1), operation, amount: kurus(minor), is_final }
}

pub(crate) fn created(minor: i64) -> Payment {
    let new = NewPayment {
        id: PaymentId::from(Uuid::from_u128(7)),
        merchant: MerchantId::parse("TRENDYOL").unwrap(),
        mode: Mode::Test,
        amount: kurus(minor),
        capture_method: CaptureMethod::Manual,
        details: Details::default(),
    };
    Payment::create(new, at(0)).0
}

/// `payment` after all of `actions`.
pub(crate) fn after(payment: Payment, actions: &[Action]) -> Payment {
    actions.iter().fold(payment, |payment, action| payment.apply(*action, at(1)).unwrap().0)
}

pub(crate) fn capture(minor: i64, is_final: bool) -> Action {
    Action::Capture { amount: kurus(minor), is_final }
}

pub(crate) fn refund(minor: i64) -> Action {
    Action::Refund { amount: kurus(minor) }
}
