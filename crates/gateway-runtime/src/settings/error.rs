//! What is wrong with settings.

use std::fmt;

/// A setting that is missing, unknown or wrong; secrets are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {message}")]
pub struct Problem {
    /// Its path in the file, or the environment variable, whichever was used.
    pub setting: String,
    /// What is wrong, as the end of a sentence that begins with the setting.
    pub message: String,
}

impl Problem {
    pub(super) fn new(setting: impl Into<String>, message: impl Into<String>) -> Self {
        Self { setting: setting.into(), message: message.into() }
    }
}

/// Everything that is wrong with the settings, at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    /// One for each setting; never empty.
    pub problems: Vec<Problem>,
}

/// One line for each problem.
impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these settings must be changed:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}
