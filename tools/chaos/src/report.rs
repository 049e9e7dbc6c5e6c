//! The scoreboard.

use std::fmt::Write;

use anyhow::Context;

use crate::{
    check::Kind,
    matrix::Matrix,
    soak::{Effort, Outcome},
    world::{kill::Victim, stage::Scene},
};

/// The bank's faults, in the order of their columns.
const FAULTS: [&str; 8] = [
    "hang_up_after_reading",
    "answer_late",
    "error_500_after_effect",
    "land_late",
    "refuse_connection",
    "slow_bytes",
    "wrong_amount_echoed",
    "land_too_late",
];

/// A table of the scoreboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// A process dies at every step.
    Matrix,
    /// Random load while everything breaks.
    Soak,
    /// What broke meanwhile.
    Faults,
}

/// One line of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Of which database.
    pub database: &'static str,
    /// How many payments were made under random load.
    pub payments: usize,
    /// How often anything was killed meanwhile.
    pub kills: u64,
    /// In which tables, as which lines.
    pub lines: Vec<(Table, String)>,
    /// Whether the promise was kept, and a breach would have been seen.
    pub is_kept: bool,
}

impl Table {
    const ALL: [Self; 3] = [Self::Matrix, Self::Soak, Self::Faults];

    const fn name(self) -> &'static str {
        match self {
            Self::Matrix => "matrix",
            Self::Soak => "soak",
            Self::Faults => "faults",
        }
    }

    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Matrix => &[
                "database",
                "bank",
                "fail points",
                "died there",
                "double charges",
                "lost charges",
                "stuck",
                "lost events",
                "other breaches",
                "command",
            ],
            Self::Soak => &[
                "database",
                "bank",
                "load",
                "payments",
                "kills",
                "double charges",
                "lost charges",
                "stuck",
                "lost events",
                "other breaches",
                "repeated webhooks, equal bytes",
                "in doubt",
                "settled within p50 / p99 / max",
                "quiet after",
                "command",
            ],
            Self::Faults => &[
                "database",
                "bank",
                "API killed",
                "worker killed",
                "bank killed",
                "database crashed",
                "COMMITs lost",
                "answers to COMMIT lost",
                "other database answers lost",
                "webhooks refused",
                "requests answered",
                "bank hung up",
                "answered late",
                "500 after effect",
                "landed late",
                "closed unread",
                "slow bytes",
                "wrong amount",
                "landed too late",
                "taken back",
            ],
        }
    }

    fn head(self) -> String {
        let columns = self.columns();
        format!("| {} |\n|{}\n", columns.join(" | "), " --- |".repeat(columns.len()))
    }

    fn markers(self) -> [String; 2] {
        ["begin", "end"].map(|side| format!("<!-- {side} {} -->\n", self.name()))
    }
}

impl Row {
    /// What came of a kill matrix.
    #[must_use]
    pub fn of_matrix(scene: &Scene, matrix: &Matrix, command: &str) -> Self {
        let outcome = &matrix.outcome;
        let mut cells = key(scene);
        cells.push((matrix.died.len() + matrix.missed.len()).to_string());
        cells.push(matrix.died.len().to_string());
        cells.extend(breaches(outcome));
        cells.push(format!("`{command}`"));
        let is_kept = outcome.is_kept() && matrix.missed.is_empty();
        let lines = vec![(Table::Matrix, line(&cells))];
        Self { lines, is_kept, database: scene.database.title(), ..Self::default() }
    }

    /// What came of random load.
    #[must_use]
    pub fn of_soak(scene: &Scene, effort: Effort, outcome: &Outcome, command: &str) -> Self {
        let mut cells = key(scene);
        cells.push(format!("{} s", effort.load.as_secs()));
        cells.push(outcome.evidence.payments.len().to_string());
        cells.push(outcome.toll.total().to_string());
        cells.extend(breaches(outcome));
        let deliveries = outcome.evidence.deliveries.values();
        cells.push(deliveries.map(|delivery| delivery.arrived - 1).sum::<u64>().to_string());
        let speed = outcome.speed;
        cells.push(speed.in_doubt.to_string());
        let times = [speed.p50_ms, speed.p99_ms, speed.max_ms].map(seconds);
        cells.push(times.join(" / "));
        cells.push(format!("{} s", outcome.settled.as_secs()));
        cells.push(format!("`{command}`"));
        let faults = line(&faults(scene, outcome));
        let lines = vec![(Table::Soak, line(&cells)), (Table::Faults, faults)];
        Self {
            database: scene.database.title(),
            payments: outcome.evidence.payments.len(),
            kills: outcome.toll.total(),
            lines,
            is_kept: outcome.is_kept() && (!scene.is_too_late || outcome.evidence.reversals() > 0),
        }
    }
}

/// All tables that have rows.
#[must_use]
pub fn tables(rows: &[Row]) -> String {
    let mut text = String::new();
    for table in Table::ALL {
        let lines: String = lines(rows, table).collect();
        if !lines.is_empty() {
            text.push_str(&table.head());
            text.push_str(&lines);
            text.push('\n');
        }
    }
    text
}

/// The document with the rows in its tables: each in the place of the row of the same database and
/// bank, or at the end.
///
/// # Errors
///
/// If the document has no place for a table.
pub fn entered(document: &str, rows: &[Row]) -> anyhow::Result<String> {
    let mut document = document.to_owned();
    for table in Table::ALL {
        let [begin, end] = table.markers();
        let missing = || format!("the document has no {}", begin.trim());
        let (before, rest) = document.split_once(&begin).with_context(missing)?;
        let (old, after) = rest.split_once(&end).with_context(missing)?;
        let mut kept: Vec<_> = old.lines().skip(2).map(|line| format!("{line}\n")).collect();
        for new in lines(rows, table) {
            match kept.iter_mut().find(|old| is_same(old, &new)) {
                Some(old) => *old = new,
                None => kept.push(new),
            }
        }
        let kept = kept.concat();
        document = format!("{before}{begin}{}{kept}{end}{after}", table.head());
    }
    Ok(document)
}

/// What else is worth knowing, for whoever watches.
#[must_use]
pub fn remarks(outcome: &Outcome) -> String {
    let mut text = String::new();
    line_to(&mut text, &format!("taken back: {}", outcome.evidence.reversals()));
    for name in &outcome.toll.died_alone {
        line_to(&mut text, &format!("ENDED BY ITSELF: {name}"));
    }
    if outcome.toll.failed_starts > 0 {
        line_to(&mut text, &format!("starts in vain: {}", outcome.toll.failed_starts));
    }
    if !outcome.is_quick() {
        line_to(&mut text, &format!("SETTLED TOO LATE: {:?}", outcome.speed));
    }
    for name in &outcome.unseen {
        line_to(&mut text, &format!("THE CHECKS ARE BLIND: {name}"));
    }
    if let Some(logs) = &outcome.logs {
        line_to(&mut text, &format!("logs and ledger are in {}", logs.display()));
    }
    for violation in outcome.violations.iter().take(20) {
        line_to(&mut text, &format!("VIOLATION {violation}"));
    }
    text
}

fn line_to(text: &mut String, line: &str) {
    // Text takes everything.
    writeln!(text, "{line}").unwrap_or_default();
}

fn lines(rows: &[Row], table: Table) -> impl Iterator<Item = String> {
    let all = rows.iter().flat_map(|row| &row.lines);
    all.filter(move |(its, _)| *its == table).map(|(_, line)| line.clone())
}

/// Whether two rows are of the same database and bank.
fn is_same(one: &str, other: &str) -> bool {
    one.split('|').take(3).eq(other.split('|').take(3))
}

fn key(scene: &Scene) -> Vec<String> {
    let late = if scene.is_too_late { ", too late" } else { "" };
    vec![scene.database.title().to_owned(), format!("{}{late}", scene.profile.name())]
}

fn breaches(outcome: &Outcome) -> [String; 5] {
    let count = |kind: Kind| outcome.violations.iter().filter(|found| found.kind == kind).count();
    let named = [Kind::DoubleCharge, Kind::LostCharge, Kind::Stuck, Kind::LostEvent].map(count);
    let others = outcome.violations.len() - named.iter().sum::<usize>();
    let [double, lost, stuck, untold] = named;
    [double, lost, stuck, untold, others].map(|count| count.to_string())
}

fn faults(scene: &Scene, outcome: &Outcome) -> Vec<String> {
    let killed = |victim| outcome.toll.kills.get(&victim).copied().unwrap_or_default();
    let mut cells = key(scene);
    let kills = [Victim::Api, Victim::Worker, Victim::Bank, Victim::Database].map(killed);
    let lost = outcome.lost;
    let deliveries = outcome.evidence.deliveries.values();
    let refused = deliveries.map(|delivery| delivery.arrived - delivery.taken).sum();
    let counts = [lost.commits, lost.commit_answers, lost.other_answers, refused];
    cells.extend(kills.iter().chain(&counts).map(u64::to_string));
    let asks = outcome.evidence.stories.iter().flat_map(|story| &story.asks);
    cells.push(asks.map(|ask| ask.answers.len()).sum::<usize>().to_string());
    let injected = |name: &str| outcome.toll.faults.get(name).copied().unwrap_or_default();
    cells.extend(FAULTS.map(|name| injected(name).to_string()));
    cells.push(outcome.evidence.reversals().to_string());
    cells
}

fn seconds(ms: i64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
