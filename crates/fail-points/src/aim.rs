//! At which point, and when.

use std::{
    env, process,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The variable that names the point.
pub const VARIABLE: &str = "FAILPOINT";

/// The point at which this process dies.
static AIM: OnceLock<Option<Aim>> = OnceLock::new();

/// Says in the log that this is a test build, and where it will die.
pub fn announce() {
    let point = aim().map(|aim| format!("{}@{}", aim.point, aim.time));
    tracing::warn!(point, "this build has fail points: it is for tests only");
}

/// Ends the process if this is where it is to die.
pub(crate) fn reached(operation: &str, step: &str) {
    if aim().is_some_and(|aim| aim.hits(operation, step)) {
        tracing::error!(operation, step, "the process dies at its fail point");
        process::abort();
    }
}

fn aim() -> Option<&'static Aim> {
    let read = || env::var(VARIABLE).ok().map(|text| Aim::parse(&text));
    AIM.get_or_init(read).as_ref()
}

/// A point, and which time it is reached.
#[derive(Debug)]
struct Aim {
    point: String,
    time: u64,
    reached: AtomicU64,
}

impl Aim {
    /// Reads `capture.t1.committed@2`.
    fn parse(text: &str) -> Self {
        let (point, time) = text.split_once('@').unwrap_or((text, "1"));
        // Nothing is reached for the zeroth time.
        let time = time.parse().unwrap_or(0);
        Self { point: point.to_owned(), time, reached: AtomicU64::new(0) }
    }

    /// Counts this point if it is the one, and answers whether its time has come.
    fn hits(&self, operation: &str, step: &str) -> bool {
        let rest = self.point.strip_prefix(operation).and_then(|rest| rest.strip_prefix('.'));
        rest == Some(step) && self.reached.fetch_add(1, Ordering::Relaxed) + 1 == self.time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_hit_once_at_its_time() {
        let aim = Aim::parse("capture.t1.committed@2");
        let hits = [(); 3].map(|()| aim.hits("capture", "t1.committed"));
        assert_eq!(hits, [false, true, false]);
    }

    #[test]
    fn the_first_time_is_meant_if_none_is_named() {
        assert!(Aim::parse("void.call.before").hits("void", "call.before"));
    }

    #[test]
    fn other_points_are_not_counted() {
        let aim = Aim::parse("capture.t1.committed");
        assert!(!aim.hits("capture", "t1.before"));
        assert!(!aim.hits("refund", "t1.committed"));
        assert!(!aim.hits("capture.t1", "commit"));
        assert!(aim.hits("capture", "t1.committed"));
    }
}
