//! Claims of work.

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, AttemptState},
    id::{AttemptId, ThreeDsSessionId},
    three_ds::ThreeDsStatus,
    time::Timestamp,
};
use uuid::Uuid;

use super::{
    MemoryStore, OutboxRow, Tables,
    tables::{is_free, is_held_by},
};
use crate::{
    store::{Backlog, Claim, RecordState, StoreError, WorkQueue},
    webhook::{ClaimedQueue, Delivery, DeliveryStatus, Endpoint, OutboxEvent},
};

#[async_trait]
impl WorkQueue for MemoryStore {
    async fn claim_events(&self, claim: &Claim) -> Result<Vec<OutboxEvent>, StoreError> {
        self.with(|tables| tables.claim_events(claim)).await
    }

    async fn claim_queues(&self, claim: &Claim) -> Result<Vec<ClaimedQueue>, StoreError> {
        self.with(|tables| tables.claim_queues(claim)).await
    }

    async fn due_deliveries(
        &self,
        endpoint: &Endpoint,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.with(|tables| tables.due_deliveries(endpoint, now, limit)).await
    }

    async fn claim_attempts(&self, claim: &Claim) -> Result<Vec<AttemptId>, StoreError> {
        self.with(|tables| tables.claim_attempts(claim)).await
    }

    async fn attempts_for_review(&self, limit: u64) -> Result<Vec<Attempt>, StoreError> {
        self.with(|tables| {
            let waiting =
                tables.attempts.values().filter(|it| it.state == AttemptState::NeedsReview);
            let ids = first(waiting.map(|it| (it.created_at, it.id)), limit);
            ids.iter().filter_map(|id| tables.attempts.get(id).cloned()).collect()
        })
        .await
    }

    async fn overdue_sessions(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<ThreeDsSessionId>, StoreError> {
        self.with(|tables| {
            let pending = tables.sessions.values().filter(|it| it.status == ThreeDsStatus::Pending);
            let overdue = pending.filter(|it| it.expires_at <= now);
            first(overdue.map(|it| (it.expires_at, it.id)), limit)
        })
        .await
    }

    async fn release_claims(&self, owner: Uuid) -> Result<(), StoreError> {
        self.with(|tables| tables.release_claims(owner)).await
    }

    async fn take_up(&self, now: Timestamp) -> Result<(), StoreError> {
        self.with(|tables| tables.take_up(now)).await
    }

    async fn forget_records(&self, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
        self.with(|tables| {
            let mut forgotten = 0;
            tables.records.retain(|_, record| {
                let is_done = matches!(record.state, RecordState::Done { .. });
                let is_kept = !is_done || record.expires_at > now || forgotten == limit;
                forgotten += u64::from(!is_kept);
                is_kept
            });
            forgotten
        })
        .await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.with(|tables| tables.backlog()).await
    }
}

impl Tables {
    fn claim_events(&mut self, claim: &Claim) -> Vec<OutboxEvent> {
        let new = self.events.values().filter(|row| !row.is_sent);
        let waiting = new.map(|OutboxRow { event, claim: held, .. }| Waiting {
            line: event.aggregate,
            place: event.sequence,
            since: event.created_at,
            id: event.id,
            is_ready: is_free(*held, claim.now),
        });
        let ids = next_in_line(waiting.collect(), claim.limit);
        let claimed = ids.into_iter().filter_map(|id| {
            let row = self.events.get_mut(&id)?;
            row.claim = Some(claim.lease());
            Some(row.event.clone())
        });
        claimed.collect()
    }

    fn claim_attempts(&mut self, claim: &Claim) -> Vec<AttemptId> {
        let due = |it: &&Attempt| it.next_check_at.is_some_and(|at| at <= claim.now);
        let is_open =
            |it: &&Attempt| matches!(it.state, AttemptState::Intent | AttemptState::Abandoned);
        let open = self.attempts.values().filter(is_open);
        let ids = first(open.filter(due).map(|it| (it.next_check_at, it.id)), claim.limit);
        for id in &ids {
            if let Some(attempt) = self.attempts.get_mut(id) {
                attempt.checks += 1;
                attempt.next_check_at = Some(claim.until);
            }
        }
        ids
    }

    fn release_claims(&mut self, owner: Uuid) {
        for row in self.events.values_mut().filter(|row| is_held_by(row.claim, owner)) {
            row.claim = None;
        }
        for row in self.queues.values_mut().filter(|row| is_held_by(row.claim, owner)) {
            row.claim = None;
        }
    }

    fn take_up(&mut self, now: Timestamp) {
        self.events.values_mut().for_each(|row| row.claim = None);
        self.queues.values_mut().for_each(|row| row.claim = None);
        let open = self.attempts.values_mut().filter(|it| it.state == AttemptState::Intent);
        for attempt in open {
            attempt.next_check_at = attempt.next_check_at.map(|at| at.min(now));
        }
        self.take_up_notices(now);
        for record in self.records.values_mut() {
            if let RecordState::InProgress(lease) = &mut record.state {
                lease.until = lease.until.min(now);
            }
        }
    }

    fn backlog(&self) -> Backlog {
        let new = || self.events.values().filter(|row| !row.is_sent);
        let pending = |it: &&Delivery| it.status == DeliveryStatus::Pending;
        let attempts = |state| count(self.attempts.values().filter(move |it| it.state == state));
        Backlog {
            events: count(new()),
            oldest_event_at: new().map(|row| row.event.created_at).min(),
            deliveries: count(self.deliveries.values().filter(pending)),
            attempts_in_doubt: attempts(AttemptState::Intent),
            attempts_for_review: attempts(AttemptState::NeedsReview),
            notices: count(self.waiting_notices()),
        }
    }
}

/// A row that may have to let others of its line go first.
struct Waiting<L, I> {
    line: L,
    place: i64,
    since: Timestamp,
    id: I,
    is_ready: bool,
}

/// The oldest rows that are ready, and behind no other of their line that is not.
fn next_in_line<L: Ord, I: Ord + Copy>(mut waiting: Vec<Waiting<L, I>>, limit: u64) -> Vec<I> {
    waiting.sort_by(|a, b| (&a.line, a.place).cmp(&(&b.line, b.place)));
    let lines = waiting.chunk_by(|a, b| a.line == b.line);
    let ready = lines.flat_map(|line| {
        // Nobody is older than those who go before them.
        let mut age = None;
        line.iter().take_while(|row| row.is_ready).map(move |row| {
            age = age.max(Some((row.since, row.id)));
            ((age, row.place), row.id)
        })
    });
    first(ready, limit)
}

/// The ids with the lowest keys, in their order.
pub(super) fn first<K: Ord, I: Ord>(rows: impl Iterator<Item = (K, I)>, limit: u64) -> Vec<I> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut rows: Vec<_> = rows.collect();
    rows.sort_unstable();
    rows.into_iter().take(limit).map(|(_, id)| id).collect()
}

fn count(rows: impl Iterator) -> i64 {
    i64::try_from(rows.count()).unwrap_or(i64::MAX)
}
