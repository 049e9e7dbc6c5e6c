//! Events: in the history for good, and in the outbox until they are fanned out.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use payment_core::{event::EventKind, id::Mode};

use super::{
    concurrently::one_wins,
    given::{Given, claim_events, finish},
};
use crate::{
    store::{Change, Guard, Store},
    webhook::{Aggregate, OutboxEvent},
};

pub async fn an_event_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for &kind in EventKind::ALL {
        let live = Given { store: Arc::clone(store), samples: given.samples.in_mode(Mode::Live) };
        let payment = live.payment().await;
        let event = OutboxEvent {
            kind,
            payload: "{\"ş\" : \"👛\",  \"n\": 1500.00}\n".repeat(3_000),
            created_at: DateTime::from_timestamp_micros(1_767_225_599_999_999).unwrap(),
            ..live.samples.event(&payment, i64::MAX)
        };
        given.apply([Change::InsertEvent(event.clone())]).await;
        assert_eq!(store.events(payment.id).await.unwrap(), [event]);
    }
}

pub async fn an_endpoint_has_events_of_its_own(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, payment) = (given.endpoint().await, given.payment().await);
    let event = OutboxEvent {
        aggregate: Aggregate::Endpoint(endpoint.id),
        kind: EventKind::WebhookEndpointDisabled,
        ..given.samples.event(&payment, 1)
    };
    given.apply([Change::InsertEvent(event.clone())]).await;
    given.apply([Change::InsertEvent(given.samples.event(&payment, 1))]).await;
    assert_eq!(store.events(payment.id).await.unwrap().len(), 1);
    let claimed = store.claim_events(&given.claim(10)).await.unwrap();
    assert!(claimed.contains(&event));
    let receiver = given.endpoint().await;
    given.delivery(&receiver, &event).await;
    let [delivery] = given.due(&receiver).await.try_into().unwrap();
    assert_eq!(delivery.event, event);
}

pub async fn events_of_a_payment_are_read_by_sequence(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    given.event().await;
    let events = [3, 1, 2].map(|sequence| given.samples.event(&payment, sequence));
    given.apply(events.clone().map(Change::InsertEvent)).await;
    let [third, first, second] = events;
    assert_eq!(store.events(payment.id).await.unwrap(), [first, second, third]);
}

pub async fn a_payment_has_one_event_of_a_sequence(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let event = given.samples.event(&payment, 1);
    given.apply([Change::InsertEvent(event.clone())]).await;
    given.refused(Change::InsertEvent(given.samples.event(&payment, 1)), Guard::Event).await;
    assert_eq!(claim_events(store, &given.claim(10)).await, [event.id]);
    assert_eq!(store.events(payment.id).await.unwrap(), [event]);
}

pub async fn one_of_many_concurrent_events_of_a_sequence_wins(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let events = (0..32).map(|_: i32| Change::InsertEvent(given.samples.event(&payment, 1)));
    let winner = one_wins(store, events, Guard::Event).await;
    let Change::InsertEvent(winner) = winner else { panic!("not an event: {winner:?}") };
    assert_eq!(store.events(payment.id).await.unwrap(), [winner]);
}

pub async fn a_new_event_is_claimed_as_it_was_written(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    assert_eq!(store.claim_events(&given.claim(10)).await.unwrap(), [event]);
    assert_eq!(store.claim_events(&given.claim(10)).await.unwrap(), []);
}

pub async fn a_claimed_event_is_due_again_when_the_lease_ends(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    let lease = given.claim(10);
    assert_eq!(claim_events(store, &lease).await, [event.id]);
    let just_before = given.claim_at(lease.until - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_events(store, &just_before).await, []);
    let end = given.claim_at(lease.until, 10);
    assert_eq!(claim_events(store, &end).await, [event.id]);
}

pub async fn a_worker_cannot_claim_its_own_claimed_event_again(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    let lease = given.claim(10);
    assert_eq!(claim_events(store, &lease).await, [event.id]);
    assert_eq!(claim_events(store, &lease).await, []);
}

pub async fn a_finished_event_is_never_claimed_again(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    let lease = given.claim(10);
    store.claim_events(&lease).await.unwrap();
    given.apply([finish(&event, &lease)]).await;
    let late = given.claim_at(lease.until + TimeDelta::days(1), 10);
    assert_eq!(claim_events(store, &late).await, []);
    assert_eq!(store.events(event.aggregate.payment().unwrap()).await.unwrap(), [event]);
}

pub async fn an_event_is_finished_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    let lease = given.claim(10);
    store.claim_events(&lease).await.unwrap();
    given.apply([finish(&event, &lease)]).await;
    given.refused(finish(&event, &lease), Guard::Event).await;
}

pub async fn an_event_that_was_not_claimed_cannot_be_finished(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    given.refused(finish(&event, &given.claim(10)), Guard::Event).await;
    assert_eq!(claim_events(store, &given.claim(10)).await, [event.id]);
}

pub async fn a_worker_whose_event_was_taken_over_cannot_finish_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    let lost = given.claim(10);
    store.claim_events(&lost).await.unwrap();
    let taken = given.claim_at(lost.until, 10);
    store.claim_events(&taken).await.unwrap();
    given.refused(finish(&event, &lost), Guard::Event).await;
    given.apply([finish(&event, &taken)]).await;
}

pub async fn a_conflict_does_not_finish_the_events_before_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (event, payment) = (given.event().await, given.payment().await);
    let lease = given.claim(10);
    store.claim_events(&lease).await.unwrap();
    let changes = [finish(&event, &lease), Change::InsertPayment(payment)];
    assert!(store.apply(&changes).await.is_err());
    let later = given.claim_at(lease.until, 10);
    assert_eq!(claim_events(store, &later).await, [event.id]);
}

pub async fn released_events_are_due_at_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [first, second] = [given.event().await, given.event().await];
    let (kept, released) = (given.claim(1), given.claim(1));
    assert_eq!(claim_events(store, &kept).await, [first.id]);
    assert_eq!(claim_events(store, &released).await, [second.id]);
    store.release_claims(released.owner).await.unwrap();
    given.refused(finish(&second, &released), Guard::Event).await;
    assert_eq!(claim_events(store, &given.claim(10)).await, [second.id]);
    given.apply([finish(&first, &kept)]).await;
}

pub async fn a_release_does_not_bring_finished_events_back(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    let lease = given.claim(10);
    store.claim_events(&lease).await.unwrap();
    given.apply([finish(&event, &lease)]).await;
    store.release_claims(lease.owner).await.unwrap();
    assert_eq!(claim_events(store, &given.claim(10)).await, []);
}
