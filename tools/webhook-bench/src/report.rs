//! What is printed.
#![expect(clippy::print_stdout, reason = "it is a command-line tool")]

use std::time::Duration;

/// How many a second.
pub(crate) fn per_second(count: usize, took: Duration) -> u128 {
    let count = u128::try_from(count).unwrap_or(u128::MAX);
    (count * 1_000_000).checked_div(took.as_micros()).unwrap_or(0).max(1)
}

/// A headline.
pub(crate) fn title(text: &str) {
    println!("\n{text}");
}

/// A rate beside its ceiling.
pub(crate) fn rate(what: &str, ours: u128, raw: u128) {
    let ratio = format!("{}.{:02}", ours / raw, ours * 100 / raw % 100);
    println!("  {what:<36} {ours:>7}/s   raw {raw:>7}/s   ratio {ratio}");
}

/// How long things took, in the middle and at the slow end.
pub(crate) fn times(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| {
        let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(index).map_or(0, Duration::as_micros)
    };
    let (middle, slow, slowest) = (milliseconds(at(50)), milliseconds(at(99)), at(100));
    println!(
        "  {what:<36} p50 {middle:>8} ms   p99 {slow:>8} ms   max {:>8} ms   of {}",
        milliseconds(slowest),
        times.len()
    );
}

fn milliseconds(microseconds: u128) -> String {
    format!("{}.{}", microseconds / 1000, microseconds % 1000 / 100)
}
