//! How long a loop waits.

use std::time::Duration;

/// Waits that double, from a first one to a longest one.
#[derive(Debug)]
pub(crate) struct Pause {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pause {
    /// Doubles from `first` to `longest`.
    pub(crate) const fn growing(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// Always the same.
    pub(crate) const fn always(pause: Duration) -> Self {
        Self::growing(pause, pause)
    }

    /// For one who looks for work unasked: often while there is some, else about once a second, and
    /// at least once in `interval`.
    pub(crate) fn polling(interval: Duration) -> Self {
        let (first, longest) = (Duration::from_millis(20), Duration::from_secs(1));
        Self::growing(first.min(interval), longest.min(interval))
    }

    /// How long to wait now; the next wait is longer.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(self.longest);
        pause
    }

    /// The next wait is the first one again.
    pub(crate) const fn begin_anew(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_slows_down_from_20_milliseconds_to_a_second() {
        let mut pause = Pause::polling(Duration::from_secs(5));
        let waits: Vec<_> = (0..8).map(|_| pause.next().as_millis()).collect();
        assert_eq!(waits, [20, 40, 80, 160, 320, 640, 1000, 1000]);
        pause.begin_anew();
        assert_eq!(pause.next().as_millis(), 20);
    }

    #[test]
    fn no_wait_is_longer_than_the_interval() {
        let mut pause = Pause::polling(Duration::from_millis(50));
        let waits: Vec<_> = (0..4).map(|_| pause.next().as_millis()).collect();
        assert_eq!(waits, [20, 40, 50, 50]);
    }
}
