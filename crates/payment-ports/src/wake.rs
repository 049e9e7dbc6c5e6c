//! A nudge for the worker.

/// Tells a worker in the same process that events wait, so that it need not poll for them.
///
/// A lost nudge costs one poll interval, never an event.
pub trait Wake: Send + Sync {
    /// Events were committed.
    fn events_wait(&self);

    /// Notices of providers were committed.
    fn notices_wait(&self);
}

/// For processes without a worker.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWake;

impl Wake for NoWake {
    fn events_wait(&self) {}

    fn notices_wait(&self) {}
}
