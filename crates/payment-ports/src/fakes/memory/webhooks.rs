//! The queues of webhook endpoints, and what is in them.

use payment_core::{
    id::{EndpointId, MerchantId, Mode},
    time::Timestamp,
};
use uuid::Uuid;

use super::{
    Tables,
    change::{insert, replace},
    tables::is_free,
    work::first,
};
use crate::{
    store::{Claim, Guard, Lease},
    webhook::{ClaimedQueue, Delivery, DeliveryProgress, DeliveryStatus, Endpoint, QueueState},
};

impl Tables {
    pub(super) fn claim_queues(&mut self, claim: &Claim) -> Vec<ClaimedQueue> {
        let due = self.queues.iter().filter_map(|(id, row)| {
            let is_ripe = row.state.not_before.is_none_or(|time| time <= claim.now);
            let since = row.next_due_at.filter(|due| *due <= claim.now)?;
            (is_ripe && is_free(row.claim, claim.now)).then_some((since, *id))
        });
        let claimed = first(due, claim.limit).into_iter().filter_map(|id| {
            let Some(endpoint) = self.endpoints.get(&id).cloned() else {
                self.empty(id);
                return None;
            };
            let row = self.queues.get_mut(&id)?;
            row.claim = Some(claim.lease());
            let (state, additions, until) = (row.state, row.additions, claim.until);
            Some(ClaimedQueue { endpoint, state, additions, until })
        });
        claimed.collect()
    }

    pub(super) fn due_deliveries(
        &self,
        endpoint: &Endpoint,
        now: Timestamp,
        limit: u64,
    ) -> Vec<Delivery> {
        let heads = self.heads(endpoint);
        let due = heads.filter(|(since, _)| *since <= now);
        let ids = first(due.map(|(since, delivery)| (since, delivery.id)), limit);
        ids.iter().filter_map(|id| self.deliveries.get(id).cloned()).collect()
    }

    /// The pending deliveries that wait for no other, with the time of their next try.
    fn heads(&self, endpoint: &Endpoint) -> impl Iterator<Item = (Timestamp, &Delivery)> {
        let (id, is_ordered) = (endpoint.id, endpoint.is_ordered);
        let pending = move || {
            let its = self.deliveries.values().filter(move |it| it.endpoint == id);
            its.filter(|it| it.status == DeliveryStatus::Pending)
        };
        let blocks = move |earlier: &Delivery, it: &Delivery| {
            let is_untried = |it: &Delivery| it.last_attempt_at.is_none();
            earlier.event.aggregate == it.event.aggregate
                && earlier.event.sequence < it.event.sequence
                && (is_ordered || (is_untried(earlier) && is_untried(it)))
        };
        let free = pending().filter(move |it| !pending().any(|earlier| blocks(earlier, it)));
        free.filter_map(|it| Some((it.next_retry_at?, it)))
    }

    pub(super) fn insert_delivery(&mut self, delivery: Delivery) -> Result<(), Guard> {
        let same =
            |it: &Delivery| (it.endpoint, it.event.id) == (delivery.endpoint, delivery.event.id);
        if self.deliveries.values().any(same) {
            return Err(Guard::Delivery);
        }
        self.add_to_queue(&delivery)?;
        insert(&mut self.deliveries, delivery.id, delivery, Guard::Delivery)
    }

    pub(super) fn update_delivery(
        &mut self,
        delivery: Delivery,
        from: DeliveryProgress,
    ) -> Result<(), Guard> {
        let row = self.deliveries.get_mut(&delivery.id).ok_or(Guard::Delivery)?;
        let is_there = row.progress() == from;
        replace(row, delivery, is_there, Guard::Delivery)
    }

    pub(super) fn reopen_delivery(
        &mut self,
        delivery: &Delivery,
        from: DeliveryProgress,
    ) -> Result<(), Guard> {
        self.update_delivery(delivery.clone(), from)?;
        self.add_to_queue(delivery)
    }

    fn add_to_queue(&mut self, delivery: &Delivery) -> Result<(), Guard> {
        let queue = self.queues.get_mut(&delivery.endpoint).ok_or(Guard::Endpoint)?;
        queue.additions += 1;
        let both = [queue.next_due_at, delivery.next_retry_at];
        queue.next_due_at = both.into_iter().flatten().min();
        Ok(())
    }

    pub(super) fn release_queue(
        &mut self,
        queue: &ClaimedQueue,
        owner: Uuid,
        now: Timestamp,
    ) -> Result<(), Guard> {
        let next = self.heads(&queue.endpoint).map(|(since, _)| since).min();
        let next = if queue.endpoint.disabled.is_some() { None } else { next };
        let row = self.queues.get_mut(&queue.endpoint.id);
        let this = Some(Lease { owner, until: queue.until });
        let row = row.filter(|row| row.claim == this).ok_or(Guard::Queue)?;
        let is_same = row.additions == queue.additions;
        row.next_due_at = if is_same { next } else { Some(now) };
        row.state = queue.state;
        row.claim = None;
        Ok(())
    }

    pub(super) fn resume_queue(&mut self, id: EndpointId, now: Timestamp) -> Result<(), Guard> {
        let row = self.queues.get_mut(&id).ok_or(Guard::Endpoint)?;
        row.additions += 1;
        row.next_due_at = Some(now);
        row.state = QueueState::default();
        row.claim = None;
        Ok(())
    }

    pub(super) fn insert_endpoint(&mut self, endpoint: Endpoint) -> Result<(), Guard> {
        self.queues.entry(endpoint.id).or_default();
        insert(&mut self.endpoints, endpoint.id, endpoint, Guard::Endpoint)
    }

    pub(super) fn update_endpoint(&mut self, endpoint: Endpoint) -> Result<(), Guard> {
        let row = self.endpoints.get_mut(&endpoint.id).ok_or(Guard::Endpoint)?;
        let is_next = row.version.checked_add(1) == Some(endpoint.version);
        replace(row, endpoint, is_next, Guard::Endpoint)
    }

    pub(super) fn delete_endpoint(
        &mut self,
        id: EndpointId,
        merchant: &MerchantId,
        mode: Mode,
    ) -> Result<(), Guard> {
        let found = self.endpoints.get(&id);
        found.filter(|it| (&it.merchant, it.mode) == (merchant, mode)).ok_or(Guard::Endpoint)?;
        self.endpoints.remove(&id);
        if let Some(queue) = self.queues.get_mut(&id) {
            queue.additions += 1;
            queue.next_due_at = Some(Timestamp::UNIX_EPOCH);
            queue.state.not_before = None;
        }
        Ok(())
    }

    /// Ends the queue of an endpoint that is gone.
    fn empty(&mut self, id: EndpointId) {
        self.queues.remove(&id);
        let its = self.deliveries.values_mut().filter(|it| it.endpoint == id);
        for delivery in its.filter(|it| it.status == DeliveryStatus::Pending) {
            delivery.status = DeliveryStatus::Failed;
            delivery.next_retry_at = None;
        }
    }
}
