//! The list of a merchant's payments.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::{
    id::{Mode, PaymentId, ProviderId},
    payment::{Details, Payment, Status},
};

use super::given::Given;
use crate::{
    fakes::Samples,
    store::{Change, PaymentFilter, Store},
};

pub async fn payments_are_listed_newest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [first, second, third] =
        [given.payment().await, given.payment().await, given.payment().await];
    let listed = store.payments(&everything(&given.samples)).await.unwrap();
    assert_eq!(listed, [third, second, first]);
}

pub async fn a_page_begins_after_the_payment_before_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(given.payment().await.id);
    }
    ids.reverse();
    let page = PaymentFilter { limit: 2, ..everything(&given.samples) };
    assert_eq!(list(store, &page).await, ids[..2]);
    let page = PaymentFilter { before: Some(ids[1]), ..page };
    assert_eq!(list(store, &page).await, ids[2..4]);
    let page = PaymentFilter { before: Some(ids[3]), ..page };
    assert_eq!(list(store, &page).await, ids[4..]);
    let page = PaymentFilter { before: Some(ids[4]), ..page };
    assert_eq!(list(store, &page).await, []);
}

pub async fn a_merchant_lists_its_own_payments_of_one_mode(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let other = given.other_merchant("OTHER").await;
    let live = Given { store: Arc::clone(store), samples: given.samples.in_mode(Mode::Live) };
    for given in [&given, &other, &live] {
        let payment = given.payment().await;
        assert_eq!(list(store, &everything(&given.samples)).await, [payment.id]);
    }
}

pub async fn payments_are_listed_by_status(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let mut ids = Vec::new();
    for &status in Status::ALL {
        let payment = Payment { status, ..given.samples.payment() };
        ids.push((status, insert(&given, payment).await));
    }
    for (status, id) in ids {
        let filter = PaymentFilter { status: Some(status), ..everything(&given.samples) };
        assert_eq!(list(store, &filter).await, [id], "{status}");
    }
}

pub async fn payments_are_listed_by_the_exact_order_id(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let orders =
        ["ORDER-1", "order-1", "ÖRDER-1", "ORDER-1 ", " ORDER-1", "ORDER-11", "ORDER_1", "%"];
    let mut ids = Vec::new();
    for order in orders {
        let details = Details { order_id: Some(order.to_owned()), ..Details::default() };
        ids.push(insert(&given, Payment { details, ..given.samples.payment() }).await);
    }
    for (order, id) in orders.into_iter().zip(ids) {
        let order_id = Some(order.to_owned());
        let filter = PaymentFilter { order_id, ..everything(&given.samples) };
        assert_eq!(list(store, &filter).await, [id], "{order:?}");
    }
}

pub async fn payments_are_listed_by_provider(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [ours, theirs] = ["OURS", "THEIRS"].map(|id| ProviderId::parse(id).unwrap());
    given.payment().await;
    insert(&given, Payment { provider: Some(theirs), ..given.samples.payment() }).await;
    let provider = Some(ours);
    let id =
        insert(&given, Payment { provider: provider.clone(), ..given.samples.payment() }).await;
    let filter = PaymentFilter { provider, ..everything(&given.samples) };
    assert_eq!(list(store, &filter).await, [id]);
}

pub async fn payments_are_listed_from_a_time_to_just_before_another(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let start = given.samples.now();
    let mut ids = Vec::new();
    for micros in 0..4 {
        let created_at = start + TimeDelta::microseconds(micros);
        ids.push(insert(&given, Payment { created_at, ..given.samples.payment() }).await);
    }
    let filter = PaymentFilter {
        created_from: Some(start + TimeDelta::microseconds(1)),
        created_to: Some(start + TimeDelta::microseconds(3)),
        ..everything(&given.samples)
    };
    assert_eq!(list(store, &filter).await, [ids[2], ids[1]]);
}

pub async fn a_listed_payment_matches_every_part_of_the_filter(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let filter = PaymentFilter {
        status: Some(Status::Captured),
        order_id: Some("ORDER-1".to_owned()),
        provider: Some(ProviderId::parse("OURS").unwrap()),
        ..everything(&given.samples)
    };
    let details = Details { order_id: filter.order_id.clone(), ..Details::default() };
    let matching = Payment {
        status: Status::Captured,
        provider: filter.provider.clone(),
        details,
        ..given.samples.payment()
    };
    let almost = [
        Payment { status: Status::Created, ..matching.clone() },
        Payment { provider: None, ..matching.clone() },
        Payment { details: Details::default(), ..matching.clone() },
    ];
    for payment in almost {
        insert(&given, Payment { id: given.samples.uuid().into(), ..payment }).await;
    }
    let id = insert(&given, matching).await;
    assert_eq!(list(store, &filter).await, [id]);
}

fn everything(samples: &Samples) -> PaymentFilter {
    PaymentFilter {
        merchant: samples.merchant.clone(),
        mode: samples.mode,
        status: None,
        order_id: None,
        provider: None,
        created_from: None,
        created_to: None,
        before: None,
        limit: 100,
    }
}

async fn insert(given: &Given, payment: Payment) -> PaymentId {
    let id = payment.id;
    given.apply([Change::InsertPayment(payment)]).await;
    id
}

async fn list(store: &Arc<dyn Store>, filter: &PaymentFilter) -> Vec<PaymentId> {
    let payments = store.payments(filter).await.unwrap();
    payments.into_iter().map(|payment| payment.id).collect()
}
