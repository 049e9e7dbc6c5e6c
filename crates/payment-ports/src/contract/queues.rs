//! The queue of an endpoint: due when its next delivery is, and one worker's at a time.

use std::sync::Arc;

use chrono::TimeDelta;
use payment_core::id::EndpointId;
use secrecy::ExposeSecret as _;

use super::{
    concurrently::claim_all,
    given::{Given, claim_queue, claim_queues, release, update},
};
use crate::{
    store::{Change, Claim, Guard, Store},
    webhook::{
        ClaimedQueue, Delivery, DeliveryStatus, Disabled, DisabledReason, Endpoint, QueueState,
    },
};

pub async fn a_claimed_queue_comes_with_its_endpoint(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    given.endpoint().await;
    given.delivery(&endpoint, &given.event().await).await;
    let claimed = claim_queue(store, &given.claim(10)).await;
    assert_eq!((claimed.endpoint.id, &claimed.endpoint.url), (endpoint.id, &endpoint.url));
    let secrets = [&claimed.endpoint.secrets.current, &endpoint.secrets.current];
    assert_eq!(secrets[0].expose_secret(), secrets[1].expose_secret());
    assert_eq!(claimed.state, QueueState::default());
}

pub async fn a_queue_is_due_when_its_next_delivery_is(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let later = given.samples.now() + TimeDelta::hours(1);
    for due in [later + TimeDelta::hours(1), later] {
        let delivery = given.samples.delivery(&endpoint, &given.event().await);
        let delivery = Delivery { next_retry_at: Some(due), ..delivery };
        given.apply([Change::InsertDelivery(delivery)]).await;
    }
    let just_before = given.claim_at(later - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_queues(store, &just_before).await, []);
    assert_eq!(claim_queues(store, &given.claim_at(later, 10)).await, [endpoint.id]);
}

pub async fn the_queues_that_wait_longest_are_claimed_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoints = [given.endpoint().await, given.endpoint().await, given.endpoint().await];
    let [a, b, c] = endpoints.each_ref().map(|endpoint| endpoint.id);
    for (endpoint, minutes) in endpoints.iter().zip([2, 3, 1]) {
        let delivery = given.samples.delivery(endpoint, &given.event().await);
        let due = given.samples.now() - TimeDelta::minutes(minutes);
        let delivery = Delivery { next_retry_at: Some(due), ..delivery };
        given.apply([Change::InsertDelivery(delivery)]).await;
    }
    assert_eq!(claim_queues(store, &given.claim(2)).await, [b, a]);
    assert_eq!(claim_queues(store, &given.claim(2)).await, [c]);
}

pub async fn a_claimed_queue_is_due_again_when_the_lease_ends(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    given.delivery(&endpoint, &given.event().await).await;
    let lost = given.claim(10);
    let queue = claim_queue(store, &lost).await;
    let just_before = given.claim_at(lost.until - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_queues(store, &just_before).await, []);
    let taken = given.claim_at(lost.until, 10);
    let again = claim_queue(store, &taken).await;
    given.refused(release(&queue, &lost), Guard::Queue).await;
    given.apply([release(&again, &taken)]).await;
    given.refused(release(&again, &taken), Guard::Queue).await;
}

pub async fn a_released_queue_is_due_with_its_next_delivery(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let [first, second] = [given.event().await, given.event().await];
    let first = given.delivery(&endpoint, &first).await;
    let second = given.delivery(&endpoint, &second).await;
    let lease = given.claim(10);
    let queue = claim_queue(store, &lease).await;
    let retry_at = lease.now + TimeDelta::seconds(30);
    let delivered = Delivery { status: DeliveryStatus::Delivered, ..first.clone() };
    let retried = Delivery { attempt_count: 1, next_retry_at: Some(retry_at), ..second.clone() };
    let updates = [update(&delivered, &first), update(&retried, &second), release(&queue, &lease)];
    given.apply(updates).await;
    let just_before = given.claim_at(retry_at - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_queues(store, &just_before).await, []);
    assert_eq!(claim_queues(store, &given.claim_at(retry_at, 10)).await, [endpoint.id]);
}

pub async fn a_released_queue_is_not_due_for_what_must_wait(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = Endpoint { is_ordered: true, ..given.samples.endpoint() };
    given.apply([Change::InsertEndpoint(endpoint.clone())]).await;
    let [first, second] = given.events().await;
    let first = given.delivery(&endpoint, &first).await;
    given.delivery(&endpoint, &second).await;
    let lease = given.claim(10);
    let queue = claim_queue(store, &lease).await;
    let retry_at = lease.now + TimeDelta::seconds(30);
    let retried = Delivery {
        attempt_count: 1,
        last_attempt_at: Some(lease.now),
        next_retry_at: Some(retry_at),
        ..first.clone()
    };
    given.apply([update(&retried, &first), release(&queue, &lease)]).await;
    let just_before = given.claim_at(retry_at - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_queues(store, &just_before).await, []);
    assert_eq!(claim_queues(store, &given.claim_at(retry_at, 10)).await, [endpoint.id]);
}

pub async fn a_delivery_that_is_added_during_a_claim_is_not_missed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let first = given.delivery(&endpoint, &given.event().await).await;
    let lease = given.claim(10);
    let queue = claim_queue(store, &lease).await;
    let later = Some(lease.now + TimeDelta::days(1));
    let second = given.samples.delivery(&endpoint, &given.event().await);
    let second = Delivery { next_retry_at: later, ..second };
    given.apply([Change::InsertDelivery(second)]).await;
    let delivered = Delivery { status: DeliveryStatus::Delivered, ..first.clone() };
    given.apply([update(&delivered, &first), release(&queue, &lease)]).await;
    let again = given.claim(10);
    let queue = claim_queue(store, &again).await;
    given.apply([release(&queue, &again)]).await;
    assert_eq!(claim_queues(store, &given.claim(10)).await, []);
}

pub async fn an_empty_queue_is_not_due(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.endpoint().await;
    assert_eq!(claim_queues(store, &given.claim(10)).await, []);
}

pub async fn a_reopened_delivery_makes_its_queue_due(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let before = given.samples.delivery(&endpoint, &given.event().await);
    let before = Delivery { next_retry_at: None, ..before };
    given.apply([Change::InsertDelivery(before.clone())]).await;
    assert_eq!(claim_queues(store, &given.claim(10)).await, []);
    let delivery = Delivery { next_retry_at: Some(given.samples.now()), ..before.clone() };
    given.apply([Change::ReopenDelivery { delivery, from: before.progress() }]).await;
    assert_eq!(claim_queues(store, &given.claim(10)).await, [endpoint.id]);
}

pub async fn the_state_of_a_queue_is_kept(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    given.delivery(&endpoint, &given.event().await).await;
    let lease = given.claim(10);
    let queue = claim_queue(store, &lease).await;
    let not_before = lease.now + TimeDelta::minutes(5);
    let state = QueueState {
        consecutive_failures: i32::MAX,
        failing_since: Some(lease.now),
        not_before: Some(not_before),
    };
    given.apply([release(&ClaimedQueue { state, ..queue }, &lease)]).await;
    let just_before = given.claim_at(not_before - TimeDelta::microseconds(1), 10);
    assert_eq!(claim_queues(store, &just_before).await, []);
    assert_eq!(claim_queue(store, &given.claim_at(not_before, 10)).await.state, state);
}

pub async fn a_disabled_endpoints_queue_is_due_no_more_until_it_is_resumed(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    given.delivery(&endpoint, &given.event().await).await;
    let lease = given.claim(10);
    let queue = claim_queue(store, &lease).await;
    let disabled = Some(Disabled { reason: DisabledReason::Failing, at: lease.now });
    let endpoint = Endpoint { disabled, version: 2, ..queue.endpoint.clone() };
    let state = QueueState { consecutive_failures: 3, ..QueueState::default() };
    let queue = ClaimedQueue { endpoint: endpoint.clone(), state, ..queue };
    given.apply([Change::UpdateEndpoint(endpoint.clone()), release(&queue, &lease)]).await;
    let late = given.claim_at(lease.until + TimeDelta::days(1), 10);
    assert_eq!(claim_queues(store, &late).await, []);

    let now = given.samples.now();
    given.apply([Change::ResumeQueue { endpoint: endpoint.id, now }]).await;
    let resumed = claim_queue(store, &given.claim(10)).await;
    assert_eq!(resumed.state, QueueState::default());
    assert_eq!(resumed.endpoint.disabled, disabled);
}

pub async fn an_endpoint_that_is_not_there_has_no_queue(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.samples.endpoint();
    let now = given.samples.now();
    given.refused(Change::ResumeQueue { endpoint: endpoint.id, now }, Guard::Endpoint).await;
    let lease = given.claim(1);
    let (state, until) = (QueueState::default(), lease.until);
    let queue = ClaimedQueue { endpoint, state, additions: 0, until };
    given.refused(release(&queue, &lease), Guard::Queue).await;
}

pub async fn a_claim_cannot_be_ended_by_an_earlier_one_of_the_same_worker(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    given.delivery(&endpoint, &given.event().await).await;
    let lost = given.claim(1);
    let earlier = claim_queue(store, &lost).await;
    let again = Claim { owner: lost.owner, ..given.claim_at(lost.until, 1) };
    let later = claim_queue(store, &again).await;
    given.refused(release(&earlier, &lost), Guard::Queue).await;
    given.apply([release(&later, &again)]).await;
}

pub async fn a_resumed_queue_is_taken_from_whoever_has_it(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    given.delivery(&endpoint, &given.event().await).await;
    let lease = given.claim(1);
    let queue = claim_queue(store, &lease).await;
    let state = QueueState { failing_since: Some(lease.now), ..QueueState::default() };
    let resume = Change::ResumeQueue { endpoint: endpoint.id, now: lease.now };
    given.apply([resume]).await;
    given.refused(release(&ClaimedQueue { state, ..queue }, &lease), Guard::Queue).await;
    assert_eq!(claim_queue(store, &given.claim(1)).await.state, QueueState::default());
}

pub async fn released_queues_are_due_at_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let (kept, given_back) = (given.endpoint().await, given.endpoint().await);
    given.delivery(&kept, &given.event().await).await;
    let keeper = given.claim(1);
    assert_eq!(claim_queues(store, &keeper).await, [kept.id]);
    given.delivery(&given_back, &given.event().await).await;
    let stopped = given.claim(1);
    assert_eq!(claim_queues(store, &stopped).await, [given_back.id]);
    store.release_claims(stopped.owner).await.unwrap();
    assert_eq!(claim_queues(store, &given.claim(10)).await, [given_back.id]);
}

pub async fn two_workers_never_get_the_same_queue(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let event = given.event().await;
    let mut expected = Vec::new();
    for _ in 0..24 {
        let endpoint = given.endpoint().await;
        given.delivery(&endpoint, &event).await;
        expected.push(endpoint.id);
    }
    let workers = [(); 8].map(|()| given.claim(5));
    let mut claimed = claim_all(store, &workers, claim).await;
    claimed.extend(claim_queues(store, &given.claim(100)).await);
    claimed.sort_unstable();
    assert_eq!(claimed, expected);
}

async fn claim(store: Arc<dyn Store>, claim: Claim) -> Vec<EndpointId> {
    claim_queues(&store, &claim).await
}
