//! When a process is asked to end.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// A future that ends once the process gets SIGTERM or SIGINT.
///
/// It listens from this call on, not from its first poll: make it before the process tells anybody
/// that it runs.
///
/// # Errors
///
/// The future ends at once if the system does not let the process listen.
///
/// # Panics
///
/// Outside of a tokio runtime.
pub fn requested() -> impl Future<Output = io::Result<()>> + Send {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        let (mut terminate, mut interrupt) = (signals.0?, signals.1?);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
}
