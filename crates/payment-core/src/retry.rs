//! When to try again.

use std::time::Duration;

/// How long to wait before each try, the first one included.
///
/// ```
/// use payment_core::retry::RetrySchedule;
/// use std::time::Duration;
///
/// let schedule = RetrySchedule::new(vec![Duration::ZERO, Duration::from_secs(30)]);
/// assert_eq!(schedule.delay_after(0), Some(Duration::ZERO));
/// assert_eq!(schedule.delay_after(1), Some(Duration::from_secs(30)));
/// assert_eq!(schedule.delay_after(2), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule {
    delays: Vec<Duration>,
}

impl RetrySchedule {
    /// A schedule of these waits, in order; an empty one never tries.
    #[must_use]
    pub const fn new(delays: Vec<Duration>) -> Self {
        Self { delays }
    }

    /// The default for webhooks: five tries in an hour, six more over three days.
    #[must_use]
    pub fn webhooks() -> Self {
        let first_hour = [0, 30, 120, 600, 3600].map(Duration::from_secs);
        let three_days = [2, 5, 10, 14, 20, 24].map(Duration::from_hours);
        Self::new([first_hour.as_slice(), three_days.as_slice()].concat())
    }

    /// How long to wait after `tries` tries; `None` is to give up.
    #[must_use]
    pub fn delay_after(&self, tries: usize) -> Option<Duration> {
        self.delays.get(tries).copied()
    }

    /// How long to wait after `tries` tries; the last wait repeats for ever.
    #[must_use]
    pub fn delay_forever(&self, tries: usize) -> Duration {
        self.delay_after(tries).or_else(|| self.delays.last().copied()).unwrap_or_default()
    }
}
