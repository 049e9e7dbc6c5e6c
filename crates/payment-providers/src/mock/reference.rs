//! The names that the mock gives to what it did.

use payment_core::id::AttemptId;

use super::scenario::Scenario;

/// `MOCK-`, the attempt in hexadecimal and, where a later call depends on it, the scenario.
pub(super) fn write(attempt: AttemptId, scenario: Scenario) -> String {
    let attempt = attempt.uuid();
    let attempt = attempt.simple();
    match scenario.word() {
        Some(word) => format!("MOCK-{attempt}-{word}"),
        None => format!("MOCK-{attempt}"),
    }
}

/// The scenario of a reference; `None` if the mock never gave it out.
pub(super) fn read(reference: &str) -> Option<Scenario> {
    let rest = reference.strip_prefix("MOCK-")?;
    let (attempt, word) = rest.split_once('-').unzip();
    let attempt = attempt.unwrap_or(rest);
    let is_ours = attempt.len() == 32 && attempt.bytes().all(|byte| byte.is_ascii_hexdigit());
    match word {
        _ if !is_ours => None,
        Some(word) => Scenario::from_word(word),
        None => Some(Scenario::Approved),
    }
}
