//! The work queue.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, ThreeDsSessionId},
    three_ds::ThreeDsStatus,
    time::Timestamp,
};
use payment_ports::{
    store::{Backlog, Claim, StoreError, WorkQueue},
    webhook::{ClaimedQueue, Delivery, Endpoint, OutboxEvent},
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select, Value,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    claim::{Claiming, in_turn},
    failure::Failure,
    rows::{corrupt, word},
    store::SqlStore,
    tables::{
        events, idempotency_records, outbox_events, payment_attempts, provider_inbox,
        three_ds_sessions, webhook_deliveries, webhook_endpoints, webhook_queues,
    },
    utc_time::UtcTime,
};

/// How many deliveries to an endpoint that is gone are ended at once.
const ENDED_AT_ONCE: u64 = 1000;
/// How long a delivery that makes no sense is left alone.
const UNREADABLE_PAUSE: Duration = Duration::from_hours(1);

#[async_trait]
impl WorkQueue for SqlStore {
    async fn claim_events(&self, claim: &Claim) -> Result<Vec<OutboxEvent>, StoreError> {
        let rows = self.claim(outbox_events::CLAIM, claim).await?;
        Ok(in_turn(rows, outbox_events::turn, OutboxEvent::try_from))
    }

    async fn claim_queues(&self, claim: &Claim) -> Result<Vec<ClaimedQueue>, StoreError> {
        let mut rows: Vec<webhook_queues::Model> = self.claim(webhook_queues::CLAIM, claim).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        rows.sort_by_key(|row| (row.next_due_at, row.id));
        let mut endpoints = self.endpoints_of(&rows).await?;
        let mut queues = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(endpoint) = endpoints.remove(&row.id) else {
                self.retry(|| self.empty(&row)).await?;
                continue;
            };
            let until = row.lease_until.map_or(claim.until, Into::into);
            match webhook_endpoints::endpoint(endpoint, &self.cipher) {
                Ok(endpoint) => queues.push(ClaimedQueue {
                    endpoint,
                    state: webhook_queues::state(&row),
                    additions: row.additions,
                    until,
                }),
                // It stays claimed, so that the others do not suffer for it.
                Err(error) => {
                    tracing::error!(endpoint = %row.id, %error, "a webhook endpoint makes no sense and was left alone");
                }
            }
        }
        Ok(queues)
    }

    async fn due_deliveries(
        &self,
        endpoint: &Endpoint,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let due = webhook_deliveries::due(self.reader.get_database_backend(), endpoint, now, limit);
        let read = || webhook_deliveries::Model::find_by_statement(due.clone()).all(&self.reader);
        let rows = self.retry(read).await?;
        let mut events = self.events_of(&rows).await?;
        let mut readable = Vec::with_capacity(rows.len());
        for row in rows {
            let event = events.remove(&row.event_id);
            let event = event.ok_or_else(|| corrupt("webhook_deliveries.event_id"));
            let event = event.and_then(OutboxEvent::try_from);
            match event.and_then(|event| webhook_deliveries::delivery(&row, event)) {
                Ok(delivery) => readable.push(delivery),
                Err(error) => {
                    tracing::error!(delivery = %row.id, %error, "a delivery makes no sense and was put off");
                    self.retry(|| self.put_off(row.id, now)).await?;
                }
            }
        }
        Ok(readable)
    }

    async fn claim_attempts(&self, claim: &Claim) -> Result<Vec<AttemptId>, StoreError> {
        let rows: Vec<payment_attempts::Checked> =
            self.claim(payment_attempts::CLAIM, claim).await?;
        let mut ids: Vec<AttemptId> = rows.into_iter().map(|row| row.id.into()).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    async fn attempts_for_review(&self, limit: u64) -> Result<Vec<Attempt>, StoreError> {
        let rows = payment_attempts::in_state(AttemptState::NeedsReview)
            .order_by_asc(payment_attempts::Column::CreatedAt)
            .order_by_asc(payment_attempts::Column::Id)
            .limit(limit);
        let rows = self.retry(|| rows.clone().all(&self.reader)).await?;
        rows.into_iter().map(|row| payment_attempts::attempt(row, &self.cipher)).collect()
    }

    async fn overdue_sessions(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<ThreeDsSessionId>, StoreError> {
        let is_pending = three_ds_sessions::Column::Status.eq(ThreeDsStatus::Pending.as_str());
        let ids = three_ds_sessions::Entity::find()
            .select_only()
            .column(three_ds_sessions::Column::Id)
            .filter(is_pending)
            .filter(three_ds_sessions::Column::ExpiresAt.lte(UtcTime::from(now)))
            .order_by_asc(three_ds_sessions::Column::ExpiresAt)
            .limit(limit);
        let ids = self.retry(|| ids.clone().into_tuple::<String>().all(&self.reader)).await?;
        let parse = |id: String| word("three_ds_sessions.id", &id, |text| text.parse().ok());
        ids.into_iter().map(parse).collect()
    }

    async fn release_claims(&self, owner: Uuid) -> Result<(), StoreError> {
        Ok(self.retry(|| self.release(owner)).await?)
    }

    async fn take_up(&self, now: Timestamp) -> Result<(), StoreError> {
        Ok(self.retry(|| self.make_due(now)).await?)
    }

    async fn forget_records(&self, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
        Ok(self.retry(|| self.forget(now, limit)).await?)
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let events = outbox_events::waiting();
        let oldest = events
            .clone()
            .select_only()
            .column(outbox_events::Column::CreatedAt)
            .order_by_asc(outbox_events::Column::CreatedAt)
            .limit(1);
        let oldest =
            self.retry(|| oldest.clone().into_tuple::<Timestamp>().one(&self.reader)).await?;
        Ok(Backlog {
            events: self.count(events).await?,
            oldest_event_at: oldest,
            deliveries: self.count(webhook_deliveries::open()).await?,
            attempts_in_doubt: self.count(payment_attempts::in_state(AttemptState::Intent)).await?,
            attempts_for_review: self
                .count(payment_attempts::in_state(AttemptState::NeedsReview))
                .await?,
            notices: self.count(provider_inbox::waiting()).await?,
        })
    }
}

impl SqlStore {
    pub(crate) async fn claim<R: FromQueryResult + Send>(
        &self,
        claiming: Claiming,
        claim: &Claim,
    ) -> Result<Vec<R>, StoreError> {
        let limit = i64::try_from(claim.limit).unwrap_or(i64::MAX);
        let (now, until) = (UtcTime::from(claim.now), UtcTime::from(claim.until));
        let values: [Value; 4] = [now.into(), limit.into(), until.into(), claim.owner.into()];
        Ok(self.retry(|| claiming.run(&self.writer, &values)).await?)
    }

    /// The events of deliveries, by id.
    pub(crate) async fn events_of(
        &self,
        rows: &[webhook_deliveries::Model],
    ) -> Result<BTreeMap<Uuid, events::Model>, StoreError> {
        let ids = rows.iter().map(|row| row.event_id);
        let events = events::Entity::find().filter(events::Column::Id.is_in(ids));
        let events = self.retry(|| events.clone().all(&self.reader)).await?;
        Ok(events.into_iter().map(|row| (row.id, row)).collect())
    }

    async fn endpoints_of(
        &self,
        rows: &[webhook_queues::Model],
    ) -> Result<BTreeMap<Uuid, webhook_endpoints::Model>, StoreError> {
        let ids = webhook_endpoints::Column::Id.is_in(rows.iter().map(|row| row.id));
        let endpoints = webhook_endpoints::Entity::find().filter(ids);
        let endpoints = self.retry(|| endpoints.clone().all(&self.reader)).await?;
        Ok(endpoints.into_iter().map(|row| (row.id, row)).collect())
    }

    async fn release(&self, owner: Uuid) -> Result<(), Failure> {
        let work = self.begin().await?;
        outbox_events::release(owner).exec(&work).await?;
        webhook_queues::release_all_of(owner).exec(&work).await?;
        work.commit().await.map_err(Failure::of_commit)
    }

    async fn make_due(&self, now: Timestamp) -> Result<(), Failure> {
        let work = self.begin().await?;
        outbox_events::release_all().exec(&work).await?;
        webhook_queues::release_all().exec(&work).await?;
        payment_attempts::check_at(now).exec(&work).await?;
        provider_inbox::look_at(now).exec(&work).await?;
        idempotency_records::end_leases(now).exec(&work).await?;
        work.commit().await.map_err(Failure::of_commit)
    }

    /// Ends some deliveries of an endpoint that is gone, and with the last of them its queue.
    async fn empty(&self, queue: &webhook_queues::Model) -> Result<(), Failure> {
        let work = self.begin().await?;
        let some: Vec<Uuid> = webhook_deliveries::open()
            .select_only()
            .column(webhook_deliveries::Column::Id)
            .filter(webhook_deliveries::Column::EndpointId.eq(queue.id))
            .limit(ENDED_AT_ONCE)
            .into_tuple()
            .all(&work)
            .await?;
        let are_all = u64::try_from(some.len()).is_ok_and(|count| count < ENDED_AT_ONCE);
        let these = webhook_deliveries::Column::Id.is_in(some);
        webhook_deliveries::give_up(these).exec(&work).await?;
        if are_all {
            webhook_queues::delete(queue).exec(&work).await?;
        }
        webhook_queues::give_back(queue.id).exec(&work).await?;
        work.commit().await.map_err(Failure::of_commit)
    }

    /// Otherwise its queue would be due again and again.
    async fn put_off(&self, delivery: Uuid, now: Timestamp) -> Result<(), Failure> {
        let work = self.begin().await?;
        webhook_deliveries::try_at(delivery, now + UNREADABLE_PAUSE).exec(&work).await?;
        work.commit().await.map_err(Failure::of_commit)
    }

    async fn forget(&self, now: Timestamp, limit: u64) -> Result<u64, Failure> {
        let work = self.begin().await?;
        let scopes = idempotency_records::Entity::find()
            .select_only()
            .column(idempotency_records::Column::Scope)
            .filter(idempotency_records::forgettable(now))
            .limit(limit)
            .into_tuple::<Vec<u8>>()
            .all(&work)
            .await?;
        // Meanwhile another worker may have forgotten one, and its key may be in use again.
        let deleted = idempotency_records::Entity::delete_many()
            .filter(idempotency_records::Column::Scope.is_in(scopes))
            .filter(idempotency_records::forgettable(now))
            .exec(&work)
            .await?;
        work.commit().await.map_err(Failure::of_commit)?;
        Ok(deleted.rows_affected)
    }

    async fn count<E: EntityTrait>(&self, rows: Select<E>) -> Result<i64, StoreError> {
        let count = rows.select_only().expr_as(Expr::cust("COUNT(*)"), "rows_found");
        let count = self.retry(|| count.clone().into_tuple::<i64>().one(&self.reader)).await?;
        Ok(count.unwrap_or_default())
    }
}
