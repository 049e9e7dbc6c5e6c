//! Money that moved.

use std::sync::Arc;

use chrono::DateTime;
use payment_core::transaction::{Transaction, TransactionKind};

use super::given::Given;
use crate::store::{Change, Guard, Store};

pub async fn a_transaction_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for &kind in TransactionKind::ALL {
        for provider_reference in [None, Some("iade-ğ-1".to_owned())] {
            let attempt = given.attempt().await;
            let transaction = Transaction {
                provider_reference,
                created_at: DateTime::from_timestamp_micros(4_102_444_799_999_999).unwrap(),
                ..given.samples.transaction(&attempt, kind)
            };
            given.apply([Change::InsertTransaction(transaction.clone())]).await;
            assert_eq!(store.transactions(attempt.payment).await.unwrap(), [transaction]);
        }
    }
}

pub async fn transactions_of_a_payment_are_read_oldest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (attempt, other) = (given.attempt().await, given.attempt().await);
    let transactions =
        [(); 3].map(|()| given.samples.transaction(&attempt, TransactionKind::Refund));
    let [first, second, third] = transactions.clone();
    let foreign = given.samples.transaction(&other, TransactionKind::Refund);
    given.apply([third, foreign, first, second].map(Change::InsertTransaction)).await;
    assert_eq!(store.transactions(attempt.payment).await.unwrap(), transactions);
}

pub async fn a_transaction_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let capture = given.samples.transaction(&attempt, TransactionKind::Capture);
    given.apply([Change::InsertTransaction(capture.clone())]).await;
    let again = Transaction { kind: TransactionKind::Refund, ..capture.clone() };
    given.refused(Change::InsertTransaction(again), Guard::Transaction).await;
    assert_eq!(store.transactions(attempt.payment).await.unwrap(), [capture]);
}
