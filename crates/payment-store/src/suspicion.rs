//! Connections of which nobody knows whether they are alive.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Since when idle connections are suspected to be dead.
///
/// When one connection turns out to be dead, the server may have restarted, and all that were idle
/// then may be dead as well. They are tested before they are used again; so a restart costs a call
/// one try, however many connections died, and nothing is tested while all is well.
#[derive(Debug, Clone)]
pub(crate) struct Suspicion(Arc<Mutex<Instant>>);

impl Suspicion {
    /// No connection is suspected.
    pub(crate) fn none() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Every connection that is idle now is suspected.
    pub(crate) fn raise(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether a connection that was idle for so long is suspected.
    pub(crate) fn concerns(&self, idle_for: Duration) -> bool {
        let raised = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle_for >= raised.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn only_connections_that_were_idle_before_it_are_suspected() {
        let suspicion = Suspicion::none();
        advance(3 * SECOND).await;
        assert!(!suspicion.concerns(2 * SECOND), "idle since after the start");
        suspicion.raise();
        advance(2 * SECOND).await;
        assert!(suspicion.concerns(3 * SECOND), "idle since before");
        assert!(!suspicion.concerns(SECOND), "used since");
    }
}
