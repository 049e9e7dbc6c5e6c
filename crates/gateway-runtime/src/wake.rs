//! The nudge from the API to the worker of the same process.

use payment_ports::wake::Wake;
use tokio::sync::Notify;

/// Wakes a worker of this process; a nudge that comes while it works is kept.
#[derive(Debug, Default)]
pub struct Nudge(Notify);

impl Nudge {
    /// Returns once events wait.
    pub async fn nudged(&self) {
        self.0.notified().await;
    }
}

impl Wake for Nudge {
    fn events_wait(&self) {
        self.0.notify_one();
    }
}
