use payment_core::{id::PaymentId, payment::Payment};
use payment_ports::{
    fakes::{MemoryStore, Samples},
    store::{
        ApplyError, Change, Directory as _, Guard, Load, PaymentReads as _, Store as _, StoreError,
    },
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

#[tokio::test]
async fn a_planned_failure_hits_one_apply_and_writes_nothing() {
    let (store, payment) = (MemoryStore::new(), Samples::new().payment());
    let insert = [Change::InsertPayment(payment.clone())];
    let error = ApplyError::Store(StoreError::Unavailable("gone".to_owned()));
    store.fail_next_apply(error.clone());
    assert_eq!(store.apply(&insert).await, Err(error));
    assert!(store.tables().payments.is_empty());
    assert_eq!(store.apply(&insert).await, Ok(()));
    assert_eq!(read(&store, payment.id).await, Ok(Some(payment)));
}

#[tokio::test]
async fn an_apply_whose_answer_is_lost_is_written() {
    let (store, payment) = (MemoryStore::new(), Samples::new().payment());
    store.lose_next_commit_answer();
    let result = store.apply(&[Change::InsertPayment(payment.clone())]).await;
    assert!(matches!(result, Err(ApplyError::CommitUnknown(_))), "{result:?}");
    assert_eq!(read(&store, payment.id).await, Ok(Some(payment)));
}

#[tokio::test]
async fn a_conflict_is_told_even_if_the_answer_to_a_commit_would_be_lost() {
    let (store, payment) = (MemoryStore::new(), Samples::new().payment());
    store.lose_next_commit_answer();
    let stale = Payment { version: 7, ..payment };
    let result = store.apply(&[Change::UpdatePayment(stale)]).await;
    assert_eq!(result, Err(ApplyError::Conflict(Guard::Payment)));
}

#[tokio::test]
async fn a_lost_commit_is_not_written() {
    let (store, payment) = (MemoryStore::new(), Samples::new().payment());
    store.lose_next_commit();
    let result = store.apply(&[Change::InsertPayment(payment.clone())]).await;
    assert!(matches!(result, Err(ApplyError::CommitUnknown(_))), "{result:?}");
    assert_eq!(read(&store, payment.id).await, Ok(None));
}

#[tokio::test]
async fn faults_hit_in_the_order_they_were_planned() {
    let (store, samples) = (MemoryStore::new(), Samples::new());
    store.pass_next_apply();
    store.fail_next_apply(ApplyError::Conflict(Guard::Attempt));
    assert_eq!(store.apply(&[Change::InsertPayment(samples.payment())]).await, Ok(()));
    let result = store.apply(&[Change::InsertPayment(samples.payment())]).await;
    assert_eq!(result, Err(ApplyError::Conflict(Guard::Attempt)));
}

#[tokio::test]
async fn a_store_that_is_down_answers_nothing_and_keeps_everything() {
    let (store, payment) = (MemoryStore::new(), Samples::new().payment());
    store.apply(&[Change::InsertPayment(payment.clone())]).await.unwrap();
    store.set_down(true);
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(read(&store, payment.id).await, Err(StoreError::Unavailable(_))));
    let result = store.apply(&[]).await;
    assert!(matches!(result, Err(ApplyError::Store(StoreError::Unavailable(_)))), "{result:?}");
    store.set_down(false);
    assert_eq!(read(&store, payment.id).await, Ok(Some(payment)));
}

#[tokio::test]
async fn a_deleted_endpoint_leaves_what_was_delivered_alone() {
    let (store, samples) = (MemoryStore::new(), Samples::new());
    let event = samples.event(&samples.payment(), 1);
    let endpoint = samples.endpoint();
    let delivery = samples.delivery(&endpoint, &event);
    let delivered = Delivery { status: DeliveryStatus::Delivered, ..delivery };
    let Endpoint { id, merchant, mode, .. } = endpoint.clone();
    let changes = [
        Change::InsertEndpoint(endpoint),
        Change::InsertDelivery(delivered.clone()),
        Change::DeleteEndpoint { endpoint: id, merchant, mode },
    ];
    assert_eq!(store.apply(&changes).await, Ok(()));
    assert_eq!(store.tables().deliveries[&delivered.id], delivered);
}

async fn read(store: &MemoryStore, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let Samples { merchant, mode, .. } = Samples::new();
    let query = Load { merchant, mode, payment: Some(id), scope: None };
    Ok(store.load(&query).await?.payment)
}
