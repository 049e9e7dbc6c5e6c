//! The nudge from the API to the worker of the same process.

use payment_ports::wake::Wake;
use tokio::sync::Notify;

/// Wakes a worker of this process; a nudge that comes while it works is kept.
#[derive(Debug, Default)]
pub struct Nudge {
    events: Notify,
    notices: Notify,
}

impl Nudge {
    /// Returns once events wait.
    pub async fn nudged(&self) {
        self.events.notified().await;
    }

    /// Returns once notices of providers wait.
    pub async fn notified(&self) {
        self.notices.notified().await;
    }
}

impl Wake for Nudge {
    fn events_wait(&self) {
        self.events.notify_one();
    }

    fn notices_wait(&self) {
        self.notices.notify_one();
    }
}
