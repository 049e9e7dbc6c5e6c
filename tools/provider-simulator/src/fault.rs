//! What goes wrong, by name.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::order::Operation;

/// Something that goes wrong with one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Nothing; for scripts.
    None,
    /// Closes the connection before it reads the order; nothing is done.
    RefuseConnection,
    /// Does it, and closes the connection without an answer.
    HangUpAfterReading,
    /// Does it at once, and answers after `answerLateMs`.
    AnswerLate,
    /// Does it, and answers 500 with a page for people.
    #[serde(rename = "error_500_after_effect")]
    Error500AfterEffect,
    /// Closes the connection, and does it some time within the latest that it promises.
    LandLate,
    /// Closes the connection, and does it `landTooLateMs` after the latest that it promises.
    LandTooLate,
    /// Does it, and answers one byte every `slowByteMs`.
    SlowBytes,
    /// Does it, and answers with another amount than was asked.
    WrongAmountEchoed,
    /// Does it, and posts the notice twice.
    DuplicateNotice,
    /// Does it, and posts the notice after `noticeDelayMs`.
    LateNotice,
    /// Does it, posts the notice, and answers `noticeLeadMs` after that was taken.
    EarlyNotice,
}

/// Which faults happen when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Faults {
    /// What happens to the next orders, one each, before any chance is taken.
    pub script: VecDeque<Fault>,
    /// How many of a thousand orders each fault happens to.
    pub per_thousand: BTreeMap<Fault, u16>,
    /// The operations that faults happen to.
    pub operations: Vec<Operation>,
    /// How long `answer_late` waits, in milliseconds.
    pub answer_late_ms: u64,
    /// How long `slow_bytes` waits before each byte, in milliseconds.
    pub slow_byte_ms: u64,
    /// How long after its latest moment `land_too_late` lands, in milliseconds.
    pub land_too_late_ms: u64,
    /// How long `late_notice` waits, in milliseconds.
    pub notice_delay_ms: u64,
    /// How long `early_notice` waits with the answer, in milliseconds.
    pub notice_lead_ms: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            script: VecDeque::new(),
            per_thousand: BTreeMap::new(),
            operations: Operation::ALL.to_vec(),
            answer_late_ms: 30_000,
            slow_byte_ms: 200,
            land_too_late_ms: 1000,
            notice_delay_ms: 5000,
            notice_lead_ms: 0,
        }
    }
}

impl Faults {
    /// Reads JSON, or a file of it.
    ///
    /// # Errors
    ///
    /// A text that says what is wrong with it.
    pub fn read(json_or_file: &str) -> Result<Self, String> {
        let text = if json_or_file.trim_start().starts_with('{') {
            json_or_file.to_owned()
        } else {
            fs::read_to_string(json_or_file).map_err(|error| error.to_string())?
        };
        Self::parse(text.as_bytes())
    }

    pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
        let faults: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let sum: u64 = faults.per_thousand.values().map(|chance| u64::from(*chance)).sum();
        if sum > 1000 {
            return Err(format!("perThousand adds up to {sum}, which is more than 1000"));
        }
        Ok(faults)
    }
}

/// Decides what goes wrong, and rolls the dice for it.
#[derive(Debug)]
pub(crate) struct Dice {
    faults: Faults,
    random: fastrand::Rng,
    drawn: BTreeMap<Fault, u64>,
}

impl Dice {
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        Self { faults, random: fastrand::Rng::with_seed(seed), drawn: BTreeMap::new() }
    }

    pub(crate) const fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn set(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// How many orders each fault has happened to.
    pub(crate) const fn drawn(&self) -> &BTreeMap<Fault, u64> {
        &self.drawn
    }

    /// What happens to the next order of that kind.
    pub(crate) fn draw(&mut self, operation: Operation) -> Fault {
        let fault = self.next(operation);
        if fault != Fault::None {
            *self.drawn.entry(fault).or_default() += 1;
        }
        fault
    }

    fn next(&mut self, operation: Operation) -> Fault {
        if !self.faults.operations.contains(&operation) {
            return Fault::None;
        }
        if let Some(next) = self.faults.script.pop_front() {
            return next;
        }
        let mut roll = self.random.u16(0..1000);
        for (fault, chance) in &self.faults.per_thousand {
            match roll.checked_sub(*chance) {
                Some(rest) => roll = rest,
                None => return *fault,
            }
        }
        Fault::None
    }

    /// Some moment before `latest`.
    pub(crate) fn moment(&mut self, latest: Duration) -> Duration {
        let latest = u64::try_from(latest.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.random.u64(0..=latest))
    }
}
