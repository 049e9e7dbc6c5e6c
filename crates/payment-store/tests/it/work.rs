//! Work that cannot be done is put aside, and holds nobody else up.

use chrono::TimeDelta;
use payment_ports::{
    fakes::Samples,
    store::{Change, Claim, Store as _, WorkQueue as _},
    webhook::OutboxEvent,
};
use payment_store::SqlStore;

use crate::databases::{migrated, sqlite_url, tamper};

#[tokio::test]
async fn a_delivery_to_an_endpoint_that_is_gone_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = migrated(&sqlite_url(&folder)).await;
    let samples = Samples::new();
    let event = event(&store, &samples).await;
    let late = samples.delivery(&samples.endpoint(), &event);
    store.apply(&[Change::InsertDelivery(late)]).await.unwrap();
    assert_eq!(store.backlog().await.unwrap().deliveries, 1);
    assert!(store.claim_deliveries(&claim(&samples)).await.unwrap().is_empty());
    assert_eq!(store.backlog().await.unwrap().deliveries, 0);
}

#[tokio::test]
async fn a_delivery_that_makes_no_sense_holds_no_other_up() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let store = migrated(&url).await;
    let samples = Samples::new();
    let event = event(&store, &samples).await;
    let endpoint = samples.endpoint();
    let [broken, sound] = [samples.endpoint(), endpoint.clone()]
        .map(|endpoint| (samples.delivery(&endpoint, &event), endpoint));
    for (delivery, endpoint) in [&broken, &sound] {
        let changes =
            [Change::InsertEndpoint(endpoint.clone()), Change::InsertDelivery(delivery.clone())];
        store.apply(&changes).await.unwrap();
    }
    let secret = "UPDATE webhook_endpoints SET secret = 'nonsense' WHERE url";
    tamper(&url, &format!("{secret} = '{}'", broken.1.url)).await;

    let claimed = store.claim_deliveries(&claim(&samples)).await.unwrap();
    let claimed: Vec<_> = claimed.into_iter().map(|claimed| claimed.delivery.id).collect();
    assert_eq!(claimed, [sound.0.id]);
}

#[tokio::test]
async fn an_event_that_makes_no_sense_holds_up_its_own_payment_only() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let store = migrated(&url).await;
    let samples = Samples::new();
    let [broken, sound] = [event(&store, &samples).await, event(&store, &samples).await];
    let behind = OutboxEvent { id: samples.uuid().into(), sequence: 2, ..broken.clone() };
    store.apply(&[Change::InsertEvent(behind)]).await.unwrap();
    let nonsense = "UPDATE outbox_events SET event_type = 'NONSENSE' WHERE sequence = 1";
    tamper(&url, &format!("{nonsense} AND aggregate_id = x'{}'", broken.payment.uuid().simple()))
        .await;
    assert_eq!(store.claim_events(&claim(&samples)).await.unwrap(), [sound]);
}

/// The first event of a new payment.
async fn event(store: &SqlStore, samples: &Samples) -> OutboxEvent {
    let payment = samples.payment();
    let event = samples.event(&payment, 1);
    let changes = [Change::InsertPayment(payment), Change::InsertEvent(event.clone())];
    store.apply(&changes).await.unwrap();
    event
}

fn claim(samples: &Samples) -> Claim {
    let now = samples.now();
    Claim { owner: samples.uuid(), now, until: now + TimeDelta::minutes(1), limit: 10 }
}
