//! Time, and the receiver of webhooks, as one process sees them.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use payment_core::time::Timestamp;
use payment_ports::{
    clock::Clock,
    webhook::{SendFailure, WebhookRequest, WebhookResponse, WebhookSender},
};

use crate::{fault::Fault, sim::Sim, world::World};

/// The wall clock of a process, and the time that passes for it.
pub(crate) struct SimClock {
    pub(crate) world: Arc<World>,
    pub(crate) process: usize,
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.world.wall(self.process)
    }

    async fn sleep(&self, duration: Duration) {
        self.world.sim.sleep(duration).await;
    }
}

/// The merchant's server, over a network that fails.
pub(crate) struct SimReceiver {
    pub(crate) world: Arc<World>,
}

#[async_trait]
impl WebhookSender for SimReceiver {
    async fn send(&self, request: WebhookRequest<'_>) -> Result<WebhookResponse, SendFailure> {
        let world = &self.world;
        let latency = world.some_time(Duration::from_millis(200));
        world.sim.sleep(latency).await;
        if world.strikes(Fault::ReceiverFails) {
            if world.sim.below(2) == 0 {
                world.sim.sleep(Duration::from_secs(15)).await;
                return Err(SendFailure::Timeout);
            }
            return Ok(status(500));
        }
        let taken = (request.endpoint.id, request.webhook_id.to_owned());
        world.state().received.insert(taken);
        Sim::step().await;
        if world.strikes(Fault::ReceiverAnswerLost) {
            world.sim.sleep(Duration::from_secs(15)).await;
            return Err(SendFailure::Timeout);
        }
        Ok(status(200))
    }
}

const fn status(status: u16) -> WebhookResponse {
    WebhookResponse { status, excerpt: String::new(), retry_after: None }
}
