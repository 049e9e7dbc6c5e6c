//! The end of a turn.

use payment_ports::{
    store::{ApplyError, Change},
    webhook::{ClaimedQueue, Disabled, Endpoint},
};
use uuid::Uuid;

use super::{
    disable,
    record::{Tried, changes, record_each},
};
use crate::{error::Error, ports::Ports};

/// What a turn leaves to be written.
pub(super) struct Ended {
    pub(super) queue: ClaimedQueue,
    pub(super) is_gone: bool,
    pub(super) has_failed: bool,
    pub(super) unrecorded: Vec<Tried>,
}

/// Records the last tries and ends the claim, in one write where nobody interferes.
pub(super) async fn give_back(ports: &Ports, worker: Uuid, ended: Ended) -> Result<(), Error> {
    let Ended { queue, is_gone, has_failed, unrecorded } = ended;
    let now = ports.clock.now();
    let reason = disable::reason(&queue.state, is_gone, &ports.policy, now);
    let disabled = reason.filter(|_| has_failed).map(|reason| Disabled { reason, at: now });
    let mut end = End::new(ports, worker, queue, disabled);
    if end.write(ports, &unrecorded).await? {
        return Ok(());
    }
    // Somebody else has changed a delivery, the endpoint, or whose queue it is.
    record_each(ports, &unrecorded).await;
    if end.write(ports, &[]).await? || end.disabling.take().is_none() {
        return Ok(());
    }
    // The merchant has changed the endpoint; the next turn decides again.
    end.write(ports, &[]).await.map(drop)
}

/// The end of a claim.
struct End {
    release: Change,
    /// The endpoint, told nothing from now on, and what is written with that.
    disabling: Option<(Endpoint, [Change; 3])>,
}

impl End {
    fn new(ports: &Ports, owner: Uuid, queue: ClaimedQueue, disabled: Option<Disabled>) -> Self {
        let now = ports.clock.now();
        let disabling = disabled.map(|disabled| {
            let since = queue.state.failing_since;
            let id = ports.ids.uuid().into();
            let (endpoint, event) = disable::disable(&queue.endpoint, id, disabled, since);
            let queue = ClaimedQueue { endpoint: endpoint.clone(), ..queue.clone() };
            let changes = [
                Change::UpdateEndpoint(endpoint.clone()),
                Change::InsertEvent(event),
                Change::ReleaseQueue { queue, owner, now },
            ];
            (endpoint, changes)
        });
        Self { release: Change::ReleaseQueue { queue, owner, now }, disabling }
    }

    /// Writes it together with these tries; answers whether nobody interfered.
    async fn write(&self, ports: &Ports, tried: &[Tried]) -> Result<bool, Error> {
        let tried = changes(tried);
        let all = match &self.disabling {
            Some((_, [update, event, release])) => {
                let first = [update.clone(), event.clone()];
                first.into_iter().chain(tried).chain([release.clone()]).collect()
            }
            None => tried.into_iter().chain([self.release.clone()]).collect::<Vec<_>>(),
        };
        match ports.store.apply(&all).await {
            Ok(()) => {}
            Err(ApplyError::Conflict(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        if let Some((endpoint, _)) = &self.disabling {
            ports.wake.events_wait();
            disable::write_to_merchant(ports, endpoint).await;
        }
        Ok(true)
    }
}
