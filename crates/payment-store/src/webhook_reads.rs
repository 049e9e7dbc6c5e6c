//! Reads of what merchants look up about webhooks.

use std::collections::BTreeMap;

use async_trait::async_trait;
use payment_core::id::{DeliveryId, EndpointId};
use payment_ports::{
    store::{DeliveryFilter, EventFilter, StoreError, WebhookReads},
    webhook::{Delivery, DeliveryAttempt, EventPosition, OutboxEvent, Recoverable, Recovery},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::{
    rows::corrupt,
    store::SqlStore,
    tables::{events, webhook_attempts, webhook_deliveries, webhook_recoveries},
    utc_time::UtcTime,
};

#[async_trait]
impl WebhookReads for SqlStore {
    async fn merchant_events(&self, filter: &EventFilter) -> Result<Vec<OutboxEvent>, StoreError> {
        let rows = wanted_events(filter);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(OutboxEvent::try_from).collect()
    }

    async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        let rows = wanted_deliveries(filter);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        // One event may have gone to several endpoints.
        let events = self.events_of(&rows).await?;
        let delivery = |row: &webhook_deliveries::Model| {
            let event = events.get(&row.event_id).cloned();
            let event = event.ok_or_else(|| corrupt("webhook_deliveries.event_id"))?;
            webhook_deliveries::delivery(row, event.try_into()?)
        };
        rows.iter().map(delivery).collect()
    }

    async fn delivery_attempts(
        &self,
        deliveries: &[DeliveryId],
    ) -> Result<Vec<DeliveryAttempt>, StoreError> {
        let ids = deliveries.iter().map(|delivery| delivery.uuid());
        let rows = webhook_attempts::Entity::find()
            .filter(webhook_attempts::Column::DeliveryId.is_in(ids))
            .order_by_asc(webhook_attempts::Column::DeliveryId)
            .order_by_asc(webhook_attempts::Column::Number)
            .order_by_asc(webhook_attempts::Column::Id);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(DeliveryAttempt::try_from).collect()
    }

    async fn recoveries(&self, endpoint: EndpointId) -> Result<Vec<Recovery>, StoreError> {
        let rows = webhook_recoveries::Entity::find()
            .filter(webhook_recoveries::Column::EndpointId.eq(endpoint.uuid()))
            .order_by_desc(webhook_recoveries::Column::Id);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(Recovery::try_from).collect()
    }

    async fn open_recoveries(&self, limit: u64) -> Result<Vec<Recovery>, StoreError> {
        let rows = webhook_recoveries::Entity::find()
            .filter(webhook_recoveries::Column::CompletedAt.is_null())
            .order_by_asc(webhook_recoveries::Column::Id)
            .limit(limit);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(Recovery::try_from).collect()
    }

    async fn recoverable(
        &self,
        recovery: &Recovery,
        limit: u64,
    ) -> Result<Vec<Recoverable>, StoreError> {
        let rows = left_of(recovery).limit(limit);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        let mut there = self.deliveries_of(recovery.endpoint, &rows).await?;
        let read = |row: events::Model| {
            let delivery = there.remove(&row.id);
            let event = OutboxEvent::try_from(row)?;
            let delivery = delivery
                .map(|row| webhook_deliveries::delivery(&row, event.clone()))
                .transpose()?;
            Ok(Recoverable { event, delivery })
        };
        rows.into_iter().map(read).collect()
    }
}

impl SqlStore {
    /// An endpoint's deliveries of these events, by event.
    async fn deliveries_of(
        &self,
        endpoint: EndpointId,
        events: &[events::Model],
    ) -> Result<BTreeMap<Uuid, webhook_deliveries::Model>, StoreError> {
        let rows = webhook_deliveries::Entity::find()
            .filter(webhook_deliveries::Column::EndpointId.eq(endpoint.uuid()))
            .filter(webhook_deliveries::Column::EventId.is_in(events.iter().map(|it| it.id)));
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        Ok(rows.into_iter().map(|row| (row.event_id, row)).collect())
    }
}

fn wanted_events(filter: &EventFilter) -> Select<events::Entity> {
    let EventFilter { merchant, mode, id, kind, payment, created_from, created_to, before, limit } =
        filter;
    let earlier = |position: &EventPosition| {
        let at = UtcTime::from(position.at);
        let same_time = Condition::all()
            .add(events::Column::CreatedAt.eq(at))
            .add(events::Column::Id.lt(position.id.uuid()));
        Condition::any().add(events::Column::CreatedAt.lt(at)).add(same_time)
    };
    let conditions = Condition::all()
        .add(events::Column::MerchantId.eq(merchant.as_str()))
        .add(events::Column::Mode.eq(mode.as_str()))
        .add_option(id.map(|id| events::Column::Id.eq(id.uuid())))
        .add_option(kind.map(|kind| events::Column::EventType.eq(kind.as_str())))
        .add_option(payment.map(|payment| events::Column::AggregateId.eq(payment.uuid())))
        .add_option(created_from.map(|from| events::Column::CreatedAt.gte(UtcTime::from(from))))
        .add_option(created_to.map(|to| events::Column::CreatedAt.lt(UtcTime::from(to))))
        .add_option(before.as_ref().map(earlier));
    events::Entity::find()
        .filter(conditions)
        .order_by_desc(events::Column::CreatedAt)
        .order_by_desc(events::Column::Id)
        .limit(*limit)
}

fn wanted_deliveries(filter: &DeliveryFilter) -> Select<webhook_deliveries::Entity> {
    use webhook_deliveries::Column;
    let DeliveryFilter { merchant, mode, id, endpoint, event, status, before, limit } = filter;
    let earlier = before.map(|(event, id)| {
        let same_event =
            Condition::all().add(Column::EventId.eq(event.uuid())).add(Column::Id.lt(id.uuid()));
        Condition::any().add(Column::EventId.lt(event.uuid())).add(same_event)
    });
    let conditions = Condition::all()
        .add(Column::MerchantId.eq(merchant.as_str()))
        .add(Column::Mode.eq(mode.as_str()))
        .add_option(id.map(|id| Column::Id.eq(id.uuid())))
        .add_option(endpoint.map(|endpoint| Column::EndpointId.eq(endpoint.uuid())))
        .add_option(event.map(|event| Column::EventId.eq(event.uuid())))
        .add_option(status.map(|status| Column::Status.eq(status.as_str())))
        .add_option(earlier);
    webhook_deliveries::Entity::find()
        .filter(conditions)
        .order_by_desc(Column::EventId)
        .order_by_desc(Column::Id)
        .limit(*limit)
}

/// The events that a recovery has not looked at, oldest first.
fn left_of(recovery: &Recovery) -> Select<events::Entity> {
    let seen = recovery.position.map(|last| {
        Condition::all()
            .add(events::Column::CreatedAt.eq(UtcTime::from(last.at)))
            .add(events::Column::Id.lte(last.id.uuid()))
            .not()
    });
    let from = recovery.position.map_or(recovery.since, |last| last.at);
    let conditions = Condition::all()
        .add(events::Column::MerchantId.eq(recovery.merchant.as_str()))
        .add(events::Column::Mode.eq(recovery.mode.as_str()))
        .add(events::Column::CreatedAt.gte(UtcTime::from(from)))
        .add(events::Column::CreatedAt.lt(UtcTime::from(recovery.until)))
        .add_option(seen);
    events::Entity::find()
        .filter(conditions)
        .order_by_asc(events::Column::CreatedAt)
        .order_by_asc(events::Column::Id)
}
