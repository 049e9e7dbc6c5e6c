//! Payments: written by version, read by their merchant only.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta};
use payment_core::{
    card::{Bin, LastFour},
    currency::Currency,
    id::{Mode, ProviderId},
    money::Money,
    payment::{CaptureMethod, Details, Operation, Payment, Pending, Status},
    person::Email,
};

use super::{concurrently::one_wins, given::Given};
use crate::store::{Change, Guard, Load, Store};

pub async fn a_payment_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = full(given.samples.payment());
    given.apply([Change::InsertPayment(payment.clone())]).await;
    assert_eq!(given.load(payment.id).await.payment, Some(payment));
}

pub async fn a_payment_without_details_stays_without(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    assert_eq!(given.load(payment.id).await.payment, Some(payment));
}

pub async fn empty_text_is_not_absent_text(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let details = Details {
        order_id: Some(String::new()),
        description: Some(String::new()),
        metadata: BTreeMap::from([(String::new(), String::new())]),
        ..Details::default()
    };
    let payment = Payment { details, ..given.samples.payment() };
    given.apply([Change::InsertPayment(payment.clone())]).await;
    assert_eq!(given.load(payment.id).await.payment, Some(payment));
}

pub async fn payments_keep_every_status_and_capture_method(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for &status in Status::ALL {
        for &capture_method in CaptureMethod::ALL {
            let payment = Payment { status, capture_method, ..given.samples.payment() };
            given.apply([Change::InsertPayment(payment.clone())]).await;
            assert_eq!(given.load(payment.id).await.payment, Some(payment));
        }
    }
}

pub async fn payments_keep_the_largest_amount_of_every_currency(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for code in ["JPY", "TRY", "KWD", "CLF"] {
        let largest = largest(Currency::parse(code).unwrap());
        let payment = Payment {
            amount: largest,
            authorized: largest,
            captured: largest,
            refunded: largest,
            ..given.samples.payment()
        };
        given.apply([Change::InsertPayment(payment.clone())]).await;
        assert_eq!(given.load(payment.id).await.payment, Some(payment));
    }
}

pub async fn payments_keep_what_is_pending(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for &operation in Operation::ALL {
        for is_final in [true, false] {
            let payment = given.payment().await;
            let attempt = given.samples.uuid().into();
            let pending = Pending { attempt, operation, amount: payment.amount, is_final };
            let busy = next(&Payment { pending: Some(pending), ..payment });
            given.apply([Change::UpdatePayment(busy.clone())]).await;
            assert_eq!(given.load(busy.id).await.payment, Some(busy.clone()));

            let free = next(&Payment { pending: None, ..busy });
            given.apply([Change::UpdatePayment(free.clone())]).await;
            assert_eq!(given.load(free.id).await.payment, Some(free));
        }
    }
}

pub async fn an_update_writes_every_field_that_may_change(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let full = full(payment.clone());
    let changed = Payment {
        amount: payment.amount,
        capture_method: payment.capture_method,
        details: payment.details.clone(),
        created_at: payment.created_at,
        version: 2,
        ..full
    };
    given.apply([Change::UpdatePayment(changed.clone())]).await;
    assert_eq!(given.load(payment.id).await.payment, Some(changed.clone()));

    let emptied = Payment { version: 3, ..payment };
    given.apply([Change::UpdatePayment(emptied.clone())]).await;
    assert_eq!(given.load(emptied.id).await.payment, Some(emptied));
}

pub async fn a_payment_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let again = Payment { status: Status::Failed, ..payment.clone() };
    given.refused(Change::InsertPayment(again), Guard::Payment).await;
    assert_eq!(given.load(payment.id).await.payment, Some(payment));
}

pub async fn a_payment_update_of_another_version_conflicts(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = next(&given.payment().await);
    given.apply([Change::UpdatePayment(payment.clone())]).await;
    for version in [0, 1, 2, 4, i64::MAX] {
        let stale = Payment { version, status: Status::Failed, ..payment.clone() };
        given.refused(Change::UpdatePayment(stale), Guard::Payment).await;
    }
    assert_eq!(given.load(payment.id).await.payment, Some(payment));
}

pub async fn a_payment_that_is_not_there_cannot_be_updated(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let missing = next(&given.samples.payment());
    given.refused(Change::UpdatePayment(missing.clone()), Guard::Payment).await;
    assert_eq!(given.load(missing.id).await.payment, None);
}

pub async fn one_of_many_concurrent_payment_updates_wins(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let updates = (1..=32).map(|minor| {
        let authorized = Money::from_minor(minor, payment.amount.currency()).unwrap();
        Change::UpdatePayment(next(&Payment { authorized, ..payment.clone() }))
    });
    let winner = one_wins(store, updates, Guard::Payment).await;
    let Change::UpdatePayment(winner) = winner else { panic!("not an update: {winner:?}") };
    assert_eq!(given.load(payment.id).await.payment, Some(winner));
}

pub async fn a_payment_is_there_for_its_merchant_and_mode_only(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let other = given.other_merchant("OTHER").await;
    let payment = given.payment().await;
    let own = given.query(payment.id);
    let strangers = [
        Load { merchant: other.samples.merchant, ..own.clone() },
        Load { mode: Mode::Live, ..own.clone() },
        Load { payment: Some(given.samples.uuid().into()), ..own.clone() },
        Load { payment: None, ..own },
    ];
    for query in strangers {
        assert_eq!(store.load(&query).await.unwrap().payment, None, "{query:?}");
    }
}

pub async fn merchants_that_differ_in_case_share_nothing(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let lower = given.other_merchant("shop").await;
    let payment = given.payment().await;
    assert_eq!(lower.load(payment.id).await.payment, None);
    assert_eq!(given.load(payment.id).await.payment, Some(payment));
}

pub async fn a_load_brings_payment_and_record_together(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let record = given.new_record().await;
    let query = Load { scope: Some(record.scope), ..given.query(payment.id) };
    let loaded = store.load(&query).await.unwrap();
    assert_eq!((loaded.payment, loaded.record), (Some(payment), Some(record)));
}

/// The payment after its next change.
fn next(payment: &Payment) -> Payment {
    Payment {
        version: payment.version + 1,
        updated_at: payment.updated_at + TimeDelta::microseconds(1),
        ..payment.clone()
    }
}

fn largest(currency: Currency) -> Money {
    Money::from_minor(1_000_000_000_000 * currency.scale() - 1, currency).unwrap()
}

/// The payment with every field set, and all of them unusual.
fn full(payment: Payment) -> Payment {
    let money = |minor| Money::from_minor(minor, payment.amount.currency()).unwrap();
    let far = DateTime::from_timestamp_micros(4_102_444_799_999_999).unwrap();
    Payment {
        amount: money(99_999_999_999_999),
        authorized: money(99_999_999_999_998),
        captured: money(99_999_999_999_997),
        refunded: money(1),
        status: Status::PartiallyRefunded,
        capture_method: CaptureMethod::Automatic,
        details: details(),
        provider: Some(ProviderId::parse("GARANTI_VPOS").unwrap()),
        provider_reference: Some("ref ✓ / 'quoted' \"twice\" \\ %_".to_owned()),
        card_bin: Some(Bin::parse("00000000").unwrap()),
        card_last4: Some(LastFour::parse("0007").unwrap()),
        pending: Some(Pending {
            attempt: uuid::Uuid::from_u128(u128::MAX).into(),
            operation: Operation::Refund,
            amount: money(99_999_999_999_996),
            is_final: false,
        }),
        event_count: i64::MAX,
        version: 1,
        created_at: DateTime::from_timestamp_micros(1).unwrap(),
        updated_at: far,
        ..payment
    }
}

fn details() -> Details {
    Details {
        order_id: Some(" Sipariş-№1 👛 ".to_owned()),
        customer_email: Some(Email::parse("İrem.Öğüt+kart@örnek.com.tr").unwrap()),
        customer_id: Some("müşteri'); DROP TABLE payments;--".to_owned()),
        description: Some("satır\r\n\tiki\u{301}  ".to_owned()),
        metadata: BTreeMap::from([
            ("a".to_owned(), "{\"json\": null}".to_owned()),
            ("A".to_owned(), String::new()),
            ("ı İ 🇹🇷".to_owned(), "x".repeat(500)),
        ]),
    }
}
