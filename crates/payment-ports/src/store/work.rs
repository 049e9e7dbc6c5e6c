//! What workers claim.

use async_trait::async_trait;
use payment_core::{attempt::Attempt, id::AttemptId, id::ThreeDsSessionId, time::Timestamp};
use uuid::Uuid;

use super::StoreError;
use crate::webhook::{ClaimedQueue, Delivery, Endpoint, OutboxEvent};

/// Due work, shared out among any number of workers.
///
/// Each claim is one atomic call: a row is handed to one worker, who has it until the lease ends.
/// A claim whose lease has ended is due again. A claim decides who works, never whether it is
/// safe: the guards of [`super::Change`] do that.
#[async_trait]
pub trait WorkQueue: Send + Sync {
    /// Claims events that wait to be fanned out, oldest first, in order within a payment: an event
    /// is only claimed when those before it are done or part of the same claim.
    async fn claim_events(&self, claim: &Claim) -> Result<Vec<OutboxEvent>, StoreError>;

    /// Claims the queues of endpoints that have something due, those that wait longest first.
    ///
    /// A queue is due when its next delivery is, but not before the time of its state; it has one
    /// owner, so that one endpoint's rate, order and failures are one worker's to keep. The queue of
    /// an endpoint that is gone is emptied instead: some of its deliveries end as failed with each
    /// claim, and the queue with the last of them.
    async fn claim_queues(&self, claim: &Claim) -> Result<Vec<ClaimedQueue>, StoreError>;

    /// An endpoint's deliveries that may be tried now, the longest due first.
    ///
    /// A delivery waits for earlier ones of the same aggregate: for those that are still pending if
    /// the endpoint is ordered; otherwise only a first try waits, for first tries.
    async fn due_deliveries(
        &self,
        endpoint: &Endpoint,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Claims attempts that are open or given up and whose next check is due, by counting the check
    /// and moving the next one to the end of the lease.
    async fn claim_attempts(&self, claim: &Claim) -> Result<Vec<AttemptId>, StoreError>;

    /// Attempts that only a person can settle, oldest first.
    async fn attempts_for_review(&self, limit: u64) -> Result<Vec<Attempt>, StoreError>;

    /// 3-D Secure sessions that are still pending although their time is over.
    async fn overdue_sessions(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<ThreeDsSessionId>, StoreError>;

    /// Gives back all events and queues that `owner` claimed and did not finish.
    async fn release_claims(&self, owner: Uuid) -> Result<(), StoreError>;

    /// Makes all that is open due at `now`: claimed events and queues, attempts and notices that
    /// wait for their next look, and keyed requests that somebody works on.
    ///
    /// For a process that knows itself to be alone with its database: whoever held these is dead,
    /// and nobody need wait for their leases to end. Safety does not rest on leases.
    async fn take_up(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Forgets at most `limit` final idempotency records past their time; answers how many.
    async fn forget_records(&self, now: Timestamp, limit: u64) -> Result<u64, StoreError>;

    /// How much work waits.
    async fn backlog(&self) -> Result<Backlog, StoreError>;
}

/// Who claims how much until when.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The worker.
    pub owner: Uuid,
    /// The time now: what is due by then may be claimed.
    pub now: Timestamp,
    /// When the claim ends by itself.
    pub until: Timestamp,
    /// At most so many rows.
    pub limit: u64,
}

/// How much work waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that wait to be fanned out.
    pub events: i64,
    /// When the oldest of them happened.
    pub oldest_event_at: Option<Timestamp>,
    /// Deliveries that will be tried.
    pub deliveries: i64,
    /// Attempts whose outcome nobody knows yet.
    pub attempts_in_doubt: i64,
    /// Attempts that only a person can settle.
    pub attempts_for_review: i64,
    /// Notices of providers that will be looked at.
    pub notices: i64,
}

impl Backlog {
    /// How long the oldest event has waited to be fanned out, in whole seconds.
    #[must_use]
    pub fn oldest_age_seconds(&self, now: Timestamp) -> i64 {
        self.oldest_event_at.map_or(0, |oldest| (now - oldest).num_seconds().max(0))
    }
}
