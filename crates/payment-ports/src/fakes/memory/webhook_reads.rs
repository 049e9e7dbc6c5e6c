//! Reads of what merchants look up about webhooks.

use std::cmp::Reverse;

use async_trait::async_trait;
use payment_core::id::{DeliveryId, EndpointId};

use super::{MemoryStore, Tables, change::replace};
use crate::{
    store::{DeliveryFilter, EventFilter, Guard, StoreError, WebhookReads},
    webhook::{Delivery, DeliveryAttempt, OutboxEvent, Recoverable, Recovery},
};

#[async_trait]
impl WebhookReads for MemoryStore {
    async fn merchant_events(&self, filter: &EventFilter) -> Result<Vec<OutboxEvent>, StoreError> {
        self.with(|tables| {
            let events = tables.events.values().map(|row| &row.event);
            let found = events.filter(|event| is_wanted_event(filter, event));
            first(found, filter.limit, |event| Reverse(event.position()))
        })
        .await
    }

    async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        self.with(|tables| {
            let found = tables.deliveries.values();
            let found = found.filter(|delivery| is_wanted_delivery(filter, delivery));
            first(found, filter.limit, |delivery| Reverse((delivery.event.id, delivery.id)))
        })
        .await
    }

    async fn delivery_attempts(
        &self,
        deliveries: &[DeliveryId],
    ) -> Result<Vec<DeliveryAttempt>, StoreError> {
        self.with(|tables| {
            let attempts = tables.delivery_attempts.iter();
            let found = attempts.filter(|attempt| deliveries.contains(&attempt.delivery));
            first(found, u64::MAX, |attempt| (attempt.delivery, attempt.number, attempt.id))
        })
        .await
    }

    async fn recoveries(&self, endpoint: EndpointId) -> Result<Vec<Recovery>, StoreError> {
        self.with(|tables| {
            let found = tables.recoveries.values().filter(|it| it.endpoint == endpoint);
            first(found, u64::MAX, |it| Reverse(it.id))
        })
        .await
    }

    async fn open_recoveries(&self, limit: u64) -> Result<Vec<Recovery>, StoreError> {
        self.with(|tables| {
            let found = tables.recoveries.values().filter(|it| it.completed_at.is_none());
            first(found, limit, |it| it.id)
        })
        .await
    }

    async fn recoverable(
        &self,
        recovery: &Recovery,
        limit: u64,
    ) -> Result<Vec<Recoverable>, StoreError> {
        self.with(|tables| {
            let events = tables.events.values().map(|row| &row.event);
            let left = events.filter(|event| is_left(recovery, event));
            let next = first(left, limit, OutboxEvent::position);
            next.into_iter().map(|event| tables.recoverable(recovery.endpoint, event)).collect()
        })
        .await
    }
}

impl Tables {
    fn recoverable(&self, endpoint: EndpointId, event: OutboxEvent) -> Recoverable {
        let mut all = self.deliveries.values();
        let delivery = all.find(|it| (it.endpoint, it.event.id) == (endpoint, event.id)).cloned();
        Recoverable { event, delivery }
    }

    pub(super) fn update_recovery(&mut self, recovery: Recovery) -> Result<(), Guard> {
        let row = self.recoveries.get_mut(&recovery.id).ok_or(Guard::Recovery)?;
        let is_next = row.version.checked_add(1) == Some(recovery.version);
        replace(row, recovery, is_next, Guard::Recovery)
    }
}

fn is_wanted_event(filter: &EventFilter, event: &OutboxEvent) -> bool {
    (&event.merchant, event.mode) == (&filter.merchant, filter.mode)
        && filter.id.is_none_or(|id| event.id == id)
        && filter.kind.is_none_or(|kind| event.kind == kind)
        && filter.payment.is_none_or(|payment| event.aggregate.payment() == Some(payment))
        && filter.created_from.is_none_or(|from| from <= event.created_at)
        && filter.created_to.is_none_or(|to| event.created_at < to)
        && filter.before.is_none_or(|before| event.position() < before)
}

fn is_wanted_delivery(filter: &DeliveryFilter, delivery: &Delivery) -> bool {
    let event = &delivery.event;
    (&event.merchant, event.mode) == (&filter.merchant, filter.mode)
        && filter.id.is_none_or(|id| delivery.id == id)
        && filter.endpoint.is_none_or(|endpoint| delivery.endpoint == endpoint)
        && filter.event.is_none_or(|wanted| event.id == wanted)
        && filter.status.is_none_or(|status| delivery.status == status)
        && filter.before.is_none_or(|before| (event.id, delivery.id) < before)
}

fn is_left(recovery: &Recovery, event: &OutboxEvent) -> bool {
    (&event.merchant, event.mode) == (&recovery.merchant, recovery.mode)
        && (recovery.since..recovery.until).contains(&event.created_at)
        && recovery.position.is_none_or(|last| last < event.position())
}

fn first<'a, T: Clone + 'a, K: Ord>(
    rows: impl Iterator<Item = &'a T>,
    limit: u64,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut rows: Vec<_> = rows.cloned().collect();
    rows.sort_by_key(key);
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    rows
}
