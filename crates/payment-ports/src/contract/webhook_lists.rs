//! What merchants look up: events, deliveries and tries.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::{
    event::EventKind,
    id::{DeliveryId, EventId, Mode},
    time::Timestamp,
};

use super::given::{Given, ids};
use crate::{
    fakes::{FakeClock, Samples},
    store::{Change, DeliveryFilter, EventFilter, Store},
    webhook::{Delivery, DeliveryAttempt, DeliveryStatus, OutboxEvent, Trigger},
};

pub async fn events_are_listed_newest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [first, second, third] = given.events().await;
    // One that was written late, and two of the same time.
    let old = event_at(&given, first.created_at - TimeDelta::seconds(1)).await;
    let same = event_at(&given, third.created_at).await;
    let listed = store.merchant_events(&all_events(&given.samples)).await.unwrap();
    assert_eq!(listed, [same, third, second, first, old]);
}

pub async fn a_page_of_events_begins_after_the_event_before_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let mut events = Vec::new();
    for seconds in [0, 1, 1, 1, 2] {
        events.push(event_at(&given, FakeClock::START + TimeDelta::seconds(seconds)).await);
    }
    events.reverse();
    let mut page = EventFilter { limit: 2, ..all_events(&given.samples) };
    for expected in [&events[..2], &events[2..4], &events[4..], &[]] {
        let listed = store.merchant_events(&page).await.unwrap();
        assert_eq!(listed, expected);
        page.before = listed.last().map(OutboxEvent::position).or(page.before);
    }
}

pub async fn a_merchant_lists_its_own_events_of_one_mode(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let other = given.other_merchant("OTHER").await;
    let live = Given { store: Arc::clone(store), samples: given.samples.in_mode(Mode::Live) };
    let mut theirs = Vec::new();
    for given in [&given, &other, &live] {
        theirs.push((all_events(&given.samples), given.event().await.id));
    }
    for (filter, event) in &theirs {
        assert_eq!(list_events(store, filter).await, [*event]);
        for (_, another) in theirs.iter().filter(|(_, it)| it != event) {
            let filter = EventFilter { id: Some(*another), ..filter.clone() };
            assert_eq!(list_events(store, &filter).await, []);
        }
    }
}

pub async fn a_listed_event_matches_every_part_of_the_filter(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let event =
        OutboxEvent { kind: EventKind::PaymentCaptured, ..given.samples.event(&payment, 1) };
    given.apply([Change::InsertEvent(event.clone())]).await;
    given.events::<2>().await;
    let at = event.created_at;
    let matching = EventFilter {
        id: Some(event.id),
        kind: Some(EventKind::PaymentCaptured),
        payment: Some(payment.id),
        created_from: Some(at),
        created_to: Some(at + TimeDelta::microseconds(1)),
        ..all_events(&given.samples)
    };
    assert_eq!(list_events(store, &matching).await, [event.id]);
    let only = |change: fn(&mut EventFilter, &EventFilter)| {
        let mut filter = all_events(&given.samples);
        change(&mut filter, &matching);
        filter
    };
    for filter in [
        only(|filter, it| filter.id = it.id),
        only(|filter, it| filter.kind = it.kind),
        only(|filter, it| filter.payment = it.payment),
        only(|filter, it| filter.created_to = it.created_to),
    ] {
        assert_eq!(list_events(store, &filter).await, [event.id], "{filter:?}");
    }
    let later = EventFilter { created_from: Some(at), ..all_events(&given.samples) };
    assert_eq!(list_events(store, &later).await.len(), 3);
    for filter in [
        EventFilter { id: Some(given.samples.uuid().into()), ..matching.clone() },
        EventFilter { kind: Some(EventKind::PaymentCreated), ..matching.clone() },
        EventFilter { payment: Some(given.samples.uuid().into()), ..matching.clone() },
        EventFilter { created_from: Some(at + TimeDelta::microseconds(1)), ..matching.clone() },
        EventFilter { created_to: Some(at), ..matching.clone() },
        EventFilter { before: Some(event.position()), ..matching.clone() },
    ] {
        assert_eq!(list_events(store, &filter).await, [], "{filter:?}");
    }
}

pub async fn deliveries_of_the_newest_event_are_listed_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [one, two] = [given.endpoint().await, given.endpoint().await];
    let [old, new] = given.events().await;
    let late = given.delivery(&one, &new).await;
    let first = given.delivery(&one, &old).await;
    let second = given.delivery(&two, &old).await;
    let listed = store.deliveries(&all_deliveries(&given.samples)).await.unwrap();
    assert_eq!(listed, [late, second, first]);
}

pub async fn a_page_of_deliveries_begins_after_the_delivery_before_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [one, two] = [given.endpoint().await, given.endpoint().await];
    let events: [_; 3] = given.events().await;
    let mut expected = Vec::new();
    for event in &events {
        expected.push(given.delivery(&one, event).await.id);
        expected.push(given.delivery(&two, event).await.id);
    }
    expected.reverse();
    let mut page = DeliveryFilter { limit: 5, ..all_deliveries(&given.samples) };
    for expected in [&expected[..5], &expected[5..], &[]] {
        let listed = store.deliveries(&page).await.unwrap();
        assert_eq!(ids(&listed), expected);
        page.before = listed.last().map(|it| (it.event.id, it.id)).or(page.before);
    }
}

pub async fn a_merchant_lists_its_own_deliveries_of_one_mode(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let other = given.other_merchant("OTHER").await;
    let live = Given { store: Arc::clone(store), samples: given.samples.in_mode(Mode::Live) };
    let mut theirs = Vec::new();
    for given in [&given, &other, &live] {
        let delivery = given.delivery(&given.endpoint().await, &given.event().await).await;
        theirs.push((all_deliveries(&given.samples), delivery.id));
    }
    for (filter, delivery) in &theirs {
        assert_eq!(list_deliveries(store, filter).await, [*delivery]);
        for (_, another) in theirs.iter().filter(|(_, it)| it != delivery) {
            let filter = DeliveryFilter { id: Some(*another), ..filter.clone() };
            assert_eq!(list_deliveries(store, &filter).await, []);
        }
    }
}

pub async fn a_listed_delivery_matches_every_part_of_the_filter(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let [one, two] = [given.endpoint().await, given.endpoint().await];
    let [event, another] = given.events().await;
    let failed = given.samples.delivery(&one, &event);
    let failed = Delivery { status: DeliveryStatus::Failed, next_retry_at: None, ..failed };
    given.apply([Change::InsertDelivery(failed.clone())]).await;
    given.delivery(&two, &another).await;
    let all = all_deliveries(&given.samples);
    let matching = DeliveryFilter {
        id: Some(failed.id),
        endpoint: Some(one.id),
        event: Some(event.id),
        status: Some(DeliveryStatus::Failed),
        ..all.clone()
    };
    for filter in [
        matching.clone(),
        DeliveryFilter { id: matching.id, ..all.clone() },
        DeliveryFilter { endpoint: matching.endpoint, ..all.clone() },
        DeliveryFilter { event: matching.event, ..all.clone() },
        DeliveryFilter { status: matching.status, ..all.clone() },
    ] {
        assert_eq!(list_deliveries(store, &filter).await, [failed.id], "{filter:?}");
    }
    for filter in [
        DeliveryFilter { id: Some(given.samples.uuid().into()), ..matching.clone() },
        DeliveryFilter { endpoint: Some(two.id), ..matching.clone() },
        DeliveryFilter { event: Some(another.id), ..matching.clone() },
        DeliveryFilter { status: Some(DeliveryStatus::Delivered), ..matching.clone() },
        DeliveryFilter { before: Some((event.id, failed.id)), ..matching.clone() },
    ] {
        assert_eq!(list_deliveries(store, &filter).await, [], "{filter:?}");
    }
}

pub async fn tries_keep_every_field_and_are_read_by_delivery_and_number(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [a, b, c] = given.events().await;
    let a = given.delivery(&endpoint, &a).await;
    let b = given.delivery(&endpoint, &b).await;
    let c = given.delivery(&endpoint, &c).await;
    let whole = DeliveryAttempt {
        number: 2,
        trigger: Trigger::Manual,
        duration_ms: i64::from(i32::MAX) + 1,
        error_class: Some("broken_answer".to_owned()),
        response_excerpt: Some("ş👛".repeat(340)),
        ..given.samples.delivery_attempt(&a)
    };
    let bare = DeliveryAttempt {
        status_code: None,
        response_excerpt: None,
        trigger: Trigger::Recovery,
        ..given.samples.delivery_attempt(&b)
    };
    let first = given.samples.delivery_attempt(&a);
    let others = given.samples.delivery_attempt(&c);
    let written = [&whole, &bare, &first, &others].map(Clone::clone);
    given.apply(written.map(Change::InsertDeliveryAttempt)).await;
    let tries = store.delivery_attempts(&[b.id, a.id]).await.unwrap();
    assert_eq!(tries, [first, whole, bare]);
    assert_eq!(store.delivery_attempts(&[]).await.unwrap(), []);
}

/// An event of a new payment at that time.
async fn event_at(given: &Given, created_at: Timestamp) -> OutboxEvent {
    let payment = given.payment().await;
    let event = OutboxEvent { created_at, ..given.samples.event(&payment, 1) };
    given.apply([Change::InsertEvent(event.clone())]).await;
    event
}

fn all_events(samples: &Samples) -> EventFilter {
    EventFilter {
        merchant: samples.merchant.clone(),
        mode: samples.mode,
        id: None,
        kind: None,
        payment: None,
        created_from: None,
        created_to: None,
        before: None,
        limit: 100,
    }
}

fn all_deliveries(samples: &Samples) -> DeliveryFilter {
    DeliveryFilter {
        merchant: samples.merchant.clone(),
        mode: samples.mode,
        id: None,
        endpoint: None,
        event: None,
        status: None,
        before: None,
        limit: 100,
    }
}

async fn list_events(store: &Arc<dyn Store>, filter: &EventFilter) -> Vec<EventId> {
    store.merchant_events(filter).await.unwrap().iter().map(|event| event.id).collect()
}

async fn list_deliveries(store: &Arc<dyn Store>, filter: &DeliveryFilter) -> Vec<DeliveryId> {
    ids(&store.deliveries(filter).await.unwrap())
}
