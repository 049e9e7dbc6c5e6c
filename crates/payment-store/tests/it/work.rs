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
async fn an_endpoint_that_makes_no_sense_holds_no_other_up() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let store = migrated(&url).await;
    let samples = Samples::new();
    let event = event(&store, &samples).await;
    let [broken, sound] = [samples.endpoint(), samples.endpoint()];
    for endpoint in [&broken, &sound] {
        let delivery = samples.delivery(endpoint, &event);
        let changes = [Change::InsertEndpoint(endpoint.clone()), Change::InsertDelivery(delivery)];
        store.apply(&changes).await.unwrap();
    }
    let secret = "UPDATE webhook_endpoints SET secret = 'nonsense' WHERE url";
    tamper(&url, &format!("{secret} = '{}'", broken.url)).await;

    let claimed = store.claim_queues(&claim(&samples)).await.unwrap();
    let claimed: Vec<_> = claimed.into_iter().map(|queue| queue.endpoint.id).collect();
    assert_eq!(claimed, [sound.id]);
}

#[tokio::test]
async fn a_delivery_that_makes_no_sense_is_put_off() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let store = migrated(&url).await;
    let samples = Samples::new();
    let endpoint = samples.endpoint();
    let event = event(&store, &samples).await;
    let delivery = samples.delivery(&endpoint, &event);
    let changes = [Change::InsertEndpoint(endpoint.clone()), Change::InsertDelivery(delivery)];
    store.apply(&changes).await.unwrap();
    tamper(&url, "UPDATE webhook_deliveries SET cause = 'NONSENSE'").await;

    let lease = claim(&samples);
    let [queue] = store.claim_queues(&lease).await.unwrap().try_into().unwrap();
    assert_eq!(store.due_deliveries(&endpoint, lease.now, 10).await.unwrap(), []);
    let release = Change::ReleaseQueue { queue, owner: lease.owner, now: lease.now };
    store.apply(&[release]).await.unwrap();
    assert!(store.claim_queues(&lease).await.unwrap().is_empty());
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
    tamper(&url, &format!("{nonsense} AND aggregate_id = x'{}'", broken.aggregate.uuid().simple()))
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
