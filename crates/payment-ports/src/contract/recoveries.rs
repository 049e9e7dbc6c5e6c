//! Sending an endpoint again what it did not take: how far that has come, and what is left.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use payment_core::{
    id::{EventId, Mode, RecoveryId},
    time::Timestamp,
};

use super::{concurrently::one_wins, given::Given};
use crate::{
    store::{Change, Guard, Store},
    webhook::{Endpoint, EventPosition, OutboxEvent, Recovery},
};

pub async fn a_recovery_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let time = |micros| DateTime::from_timestamp_micros(micros).unwrap();
    let recovery = Recovery {
        since: time(1),
        until: time(1_767_225_599_999_999),
        position: Some(EventPosition { at: time(2), id: given.samples.uuid().into() }),
        examined: i64::MAX,
        queued: i64::MAX - 1,
        completed_at: Some(time(3)),
        ..given.samples.recovery(&endpoint)
    };
    let bare = insert(&given, &endpoint).await;
    given.apply([Change::InsertRecovery(recovery.clone())]).await;
    assert_eq!(store.recoveries(endpoint.id).await.unwrap(), [bare.clone(), recovery]);
    assert_eq!(store.open_recoveries(10).await.unwrap(), [bare]);
}

pub async fn a_recovery_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let recovery = insert(&given, &given.endpoint().await).await;
    given.refused(Change::InsertRecovery(recovery), Guard::Recovery).await;
}

pub async fn a_recovery_update_writes_how_far_it_has_come(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let recovery = insert(&given, &endpoint).await;
    let event = given.event().await;
    let recovery = Recovery {
        position: Some(event.position()),
        examined: 200,
        queued: 100,
        completed_at: Some(given.samples.now()),
        version: 2,
        ..recovery
    };
    given.apply([Change::UpdateRecovery(recovery.clone())]).await;
    assert_eq!(store.recoveries(endpoint.id).await.unwrap(), [recovery]);
}

pub async fn a_recovery_update_of_another_version_conflicts(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let recovery = insert(&given, &endpoint).await;
    for version in [1, 3] {
        let update = Change::UpdateRecovery(Recovery { version, ..recovery.clone() });
        given.refused(update, Guard::Recovery).await;
    }
    let unknown = Recovery { version: 2, ..given.samples.recovery(&endpoint) };
    given.refused(Change::UpdateRecovery(unknown), Guard::Recovery).await;
}

pub async fn one_of_many_concurrent_recovery_updates_wins(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let recovery = insert(&given, &endpoint).await;
    let updates = (0..16).map(|examined| {
        Change::UpdateRecovery(Recovery { examined, version: 2, ..recovery.clone() })
    });
    let winner = one_wins(store, updates, Guard::Recovery).await;
    let Change::UpdateRecovery(winner) = winner else { panic!("{winner:?}") };
    assert_eq!(store.recoveries(endpoint.id).await.unwrap(), [winner]);
}

pub async fn recoveries_of_an_endpoint_are_read_newest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, other) = (given.endpoint().await, given.endpoint().await);
    let first = insert(&given, &endpoint).await;
    insert(&given, &other).await;
    let second = insert(&given, &endpoint).await;
    assert_eq!(store.recoveries(endpoint.id).await.unwrap(), [second, first]);
}

pub async fn complete_recoveries_are_not_open(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (one, two) = (given.endpoint().await, given.endpoint().await);
    let first = insert(&given, &one).await;
    let second = insert(&given, &two).await;
    let third = insert(&given, &one).await;
    assert_eq!(open(store, 10).await, [first.id, second.id, third.id]);
    assert_eq!(open(store, 2).await, [first.id, second.id]);
    let completed_at = Some(given.samples.now());
    let complete = Recovery { completed_at, version: 2, ..first };
    given.apply([Change::UpdateRecovery(complete)]).await;
    assert_eq!(open(store, 10).await, [second.id, third.id]);
}

pub async fn a_recovery_looks_at_events_in_the_order_of_time(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (endpoint, other) = (given.endpoint().await, given.endpoint().await);
    let recovery = given.samples.recovery(&endpoint);
    let start = given.samples.now();
    let mut events = Vec::new();
    for seconds in [1, 2, 2, 2, 3] {
        events.push(event_at(&given, start + TimeDelta::seconds(seconds)).await);
    }
    // One that was written late.
    events.insert(0, event_at(&given, start).await);
    let delivery = given.delivery(&endpoint, &events[2]).await;
    given.delivery(&other, &events[1]).await;

    let seen = store.recoverable(&recovery, 3).await.unwrap();
    let looked_at: Vec<_> = seen.iter().map(|it| it.event.clone()).collect();
    assert_eq!(looked_at, events[..3]);
    let deliveries: Vec<_> = seen.into_iter().map(|it| it.delivery).collect();
    assert_eq!(deliveries, [None, None, Some(delivery)]);
    let mut recovery = recovery;
    for (position, left) in [(2, &events[3..]), (3, &events[4..]), (5, &[])] {
        recovery.position = Some(events[position].position());
        assert_eq!(looks_at(store, &recovery).await, ids(left));
    }
}

pub async fn a_recovery_looks_at_events_of_its_time_only(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let since = given.samples.now() + TimeDelta::hours(1);
    let until = since + TimeDelta::hours(1);
    let just = TimeDelta::microseconds(1);
    event_at(&given, since - just).await;
    let first = event_at(&given, since).await;
    let last = event_at(&given, until - just).await;
    event_at(&given, until).await;
    let recovery = Recovery { since, until, ..given.samples.recovery(&endpoint) };
    assert_eq!(looks_at(store, &recovery).await, [first.id, last.id]);
}

pub async fn a_recovery_looks_at_events_of_its_merchant_and_mode_only(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let other = given.other_merchant("OTHER").await;
    let live = Given { store: Arc::clone(store), samples: given.samples.in_mode(Mode::Live) };
    for given in [&given, &other, &live] {
        let endpoint = given.endpoint().await;
        let event = given.event().await;
        assert_eq!(looks_at(store, &given.samples.recovery(&endpoint)).await, [event.id]);
    }
}

async fn insert(given: &Given, endpoint: &Endpoint) -> Recovery {
    let recovery = given.samples.recovery(endpoint);
    given.apply([Change::InsertRecovery(recovery.clone())]).await;
    recovery
}

/// An event of a new payment at that time.
async fn event_at(given: &Given, created_at: Timestamp) -> OutboxEvent {
    let payment = given.payment().await;
    let event = OutboxEvent { created_at, ..given.samples.event(&payment, 1) };
    given.apply([Change::InsertEvent(event.clone())]).await;
    event
}

async fn open(store: &Arc<dyn Store>, limit: u64) -> Vec<RecoveryId> {
    store.open_recoveries(limit).await.unwrap().iter().map(|it| it.id).collect()
}

async fn looks_at(store: &Arc<dyn Store>, recovery: &Recovery) -> Vec<EventId> {
    let seen = store.recoverable(recovery, 100).await.unwrap();
    seen.iter().map(|it| it.event.id).collect()
}

fn ids(events: &[OutboxEvent]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}
