//! Wake-ups between processes, through a database that can pass them on.

use std::{convert::Infallible, sync::Arc, time::Duration};

use payment_ports::{clock::Clock, store::StoreError, wake::Wake};
use payment_store::{Signal, Signals};
use tokio_util::sync::CancellationToken;

use crate::{logging::causes, pause::Pause, wake::Nudge};

/// The time between two signals: what is committed meanwhile shares the next one.
const BETWEEN_SIGNALS: Duration = Duration::from_millis(10);
const FIRST_RECONNECT: Duration = Duration::from_millis(100);
const LAST_RECONNECT: Duration = Duration::from_secs(5);

/// Wakes the worker of this process at once, and those of others a moment later.
///
/// Others hear of it while [`WakeRelay::announce`] runs there, and we of them while
/// [`WakeRelay::listen`] runs here.
pub struct WakeRelay {
    here: Arc<Nudge>,
    elsewhere: Nudge,
    signals: Option<Signals>,
    clock: Arc<dyn Clock>,
}

impl WakeRelay {
    /// A relay; without `signals` it wakes this process only.
    #[must_use]
    pub fn new(here: Arc<Nudge>, signals: Option<Signals>, clock: Arc<dyn Clock>) -> Self {
        Self { here, elsewhere: Nudge::default(), signals, clock }
    }

    /// Whether processes can wake each other.
    #[must_use]
    pub const fn reaches_others(&self) -> bool {
        self.signals.is_some()
    }

    /// Tells other processes what waits, until shutdown and of all that came before it.
    pub async fn announce(&self, shutdown: CancellationToken) {
        let Some(signals) = &self.signals else { return };
        loop {
            let signal = tokio::select! {
                biased;
                () = self.elsewhere.nudged() => Signal::Events,
                () = self.elsewhere.notified() => Signal::Notices,
                () = shutdown.cancelled() => return,
            };
            if let Err(error) = signals.send(signal).await {
                tracing::warn!(
                    error = causes(&error),
                    "other processes were not woken; they find the work by themselves"
                );
            }
            self.clock.sleep(BETWEEN_SIGNALS).await;
        }
    }

    /// Wakes the worker of this process when others say that something waits, until shutdown.
    pub async fn listen(&self, shutdown: CancellationToken) {
        let Some(signals) = &self.signals else { return };
        let listening = async {
            let mut pause = Pause::growing(FIRST_RECONNECT, LAST_RECONNECT);
            loop {
                let Err(error) = self.listen_once(signals, &mut pause).await;
                tracing::warn!(
                    error = causes(&error),
                    "other processes cannot wake this one for now; it looks for work by itself"
                );
                self.clock.sleep(pause.next()).await;
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = listening => {}
        }
    }

    /// Listens until the connection is lost.
    async fn listen_once(
        &self,
        signals: &Signals,
        pause: &mut Pause,
    ) -> Result<Infallible, StoreError> {
        let mut listener = signals.listen().await?;
        tracing::info!("other processes can wake this one");
        pause.begin_anew();
        // What was signalled before was not heard.
        self.here.events_wait();
        self.here.notices_wait();
        loop {
            match listener.next().await? {
                Signal::Events => self.here.events_wait(),
                Signal::Notices => self.here.notices_wait(),
            }
        }
    }

    /// Gives the connections back, at the end of a process.
    pub async fn close(&self) {
        if let Some(signals) = &self.signals {
            signals.close().await;
        }
    }
}

impl Wake for WakeRelay {
    fn events_wait(&self) {
        self.here.events_wait();
        self.elsewhere.events_wait();
    }

    fn notices_wait(&self) {
        self.here.notices_wait();
        self.elsewhere.notices_wait();
    }
}

impl std::fmt::Debug for WakeRelay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WakeRelay").field("signals", &self.signals).finish_non_exhaustive()
    }
}
