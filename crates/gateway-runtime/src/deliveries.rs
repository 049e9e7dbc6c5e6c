//! The loop that sends webhooks.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use payment_ports::{wake::Wake as _, webhook::ClaimedQueue};
use payment_usecases::{ports::Ports, worker};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{logging::causes, pause::Pause, wake::Nudge};

/// How many endpoints have their turn at once. One that hangs takes one place, for half a minute
/// until its circuit opens, and then for one probe every five minutes.
const ENDPOINTS_AT_ONCE: usize = 512;

/// Serves the queues of endpoints, each in a task of its own.
pub(crate) struct Deliveries {
    /// Who claims them.
    pub(crate) owner: Uuid,
    /// The world.
    pub(crate) ports: Ports,
    /// At least so often it looks for work unasked.
    pub(crate) poll_interval: Duration,
    /// Told when events became deliveries.
    pub(crate) nudge: Nudge,
    /// When to end.
    pub(crate) shutdown: CancellationToken,
}

impl Deliveries {
    /// Serves until shutdown, and ends the turns that it has begun.
    pub(crate) async fn serve(&self) {
        let mut turns = JoinSet::new();
        // Queues become due by themselves, when something is to be tried again or at the endpoint's
        // rate.
        let mut pause = Pause::polling(self.poll_interval);
        while !self.shutdown.is_cancelled() {
            let room = ENDPOINTS_AT_ONCE.saturating_sub(turns.len());
            for queue in self.claimed(room).await {
                pause.begin_anew();
                self.begin(&mut turns, queue);
            }
            tokio::select! {
                () = self.shutdown.cancelled() => {}
                () = self.nudge.nudged() => pause.begin_anew(),
                () = self.ports.clock.sleep(pause.next()) => {}
                // Its endpoint may have more to be sent, and others may have waited for its place.
                Some(_) = turns.join_next() => pause.begin_anew(),
            }
            while turns.try_join_next().is_some() {}
        }
        while turns.join_next().await.is_some() {}
    }

    async fn claimed(&self, room: usize) -> Vec<ClaimedQueue> {
        let limit = u64::try_from(room).unwrap_or(u64::MAX);
        if limit == 0 {
            return Vec::new();
        }
        // A bug must not end the loop.
        let claim = worker::claim_queues(&self.ports, self.owner, limit);
        match AssertUnwindSafe(claim).catch_unwind().await {
            Ok(Ok(claimed)) => claimed,
            Ok(Err(error)) => {
                tracing::error!(worker = %self.owner, error = causes(&error), "the worker could not look for webhooks to send; it will try again");
                Vec::new()
            }
            Err(_) => {
                tracing::error!(worker = %self.owner, "looking for webhooks to send panicked");
                Vec::new()
            }
        }
    }

    fn begin(&self, turns: &mut JoinSet<()>, queue: ClaimedQueue) {
        let (ports, owner) = (self.ports.clone(), self.owner);
        turns.spawn(async move { worker::serve_queue(&ports, owner, queue).await });
    }

    /// Says that there is something to send.
    pub(crate) fn nudge(&self) {
        self.nudge.events_wait();
    }
}
