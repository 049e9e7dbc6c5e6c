//! The scoreboard.

use std::fmt::Write;

use crate::{check::Kind, soak::Outcome, world::kill::Victim};

/// The columns of the scoreboard.
pub const HEAD: &str = "\
| database | bank | payments | kills | double charges | lost charges | stuck | lost events | other \
breaches | repeated webhooks, all with equal bytes | in doubt | settled after p50 / p99 / max | \
all quiet after |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

/// One row of the scoreboard.
#[must_use]
pub fn row(database: &str, profile: &str, outcome: &Outcome) -> String {
    let count = |kinds: &[Kind]| {
        outcome.violations.iter().filter(|violation| kinds.contains(&violation.kind)).count()
    };
    let kills: Vec<_> =
        outcome.toll.kills.iter().map(|(victim, times)| format!("{times} {victim:?}")).collect();
    let repeated: u64 =
        outcome.evidence.deliveries.values().map(|delivery| delivery.arrived - 1).sum();
    let others = [
        Kind::WrongAmount,
        Kind::WrongEvents,
        Kind::DifferentDuplicate,
        Kind::WrongAnswer,
        Kind::TwoAnswers,
    ];
    let speed = outcome.speed;
    let seconds = |ms: i64| format!("{}.{} s", ms / 1000, ms % 1000 / 100);
    format!(
        "| {database} | {profile} | {} | {} ({}) | {} | {} | {} | {} | {} | {repeated} | {} | {} / {} / {} | {} s |\n",
        outcome.evidence.payments.len(),
        outcome.toll.total(),
        kills.join(", ").to_lowercase(),
        count(&[Kind::DoubleCharge]),
        count(&[Kind::LostCharge]),
        count(&[Kind::Stuck]),
        count(&[Kind::LostEvent]),
        count(&others),
        speed.in_doubt,
        seconds(speed.p50_ms),
        seconds(speed.p99_ms),
        seconds(speed.max_ms),
        outcome.settled.as_secs(),
    )
}

/// What else is worth knowing, for whoever watches.
#[must_use]
pub fn remarks(outcome: &Outcome) -> String {
    let mut text = String::new();
    let toll = &outcome.toll;
    let database = toll.kills.get(&Victim::Database).copied().unwrap_or_default();
    let write = |text: &mut String, line: std::fmt::Arguments<'_>| {
        // Text takes everything.
        text.write_fmt(line).unwrap_or_default();
    };
    write(
        &mut text,
        format_args!("lost on the way to the database: {:?}, restarts {database}\n", outcome.lost),
    );
    write(&mut text, format_args!("ended by themselves: {:?}\n", toll.died_alone));
    write(
        &mut text,
        format_args!("breaches that would not have been seen: {:?}\n", outcome.unseen),
    );
    for violation in outcome.violations.iter().take(20) {
        write(&mut text, format_args!("VIOLATION {violation}\n"));
    }
    text
}
