//! Logs: text in development, one JSON object a line in production, always on standard error.

use std::{
    error::Error,
    io::{self, IsTerminal},
    iter,
};

use tracing_subscriber::{EnvFilter, fmt, util::SubscriberInitExt};

use crate::settings::Logging;

/// The migrator tells of each step twice, and whoever sends malformed HTTP is no error of ours.
const QUIET: &str = "sea_orm_migration=warn,actix_http::h1::dispatcher=off";

/// Logs cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("logging cannot be started: {0}")]
pub struct LoggingError(String);

/// Starts to log, for the whole process; once.
///
/// # Errors
///
/// [`LoggingError`] if it was started before.
pub fn start(logging: &Logging) -> Result<(), LoggingError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", logging.filter));
    let filter = filter.map_err(|error| LoggingError(error.to_string()))?;
    let builder =
        fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let started = if logging.json {
        builder.json().flatten_event(true).finish().try_init()
    } else {
        builder.finish().try_init()
    };
    started.map_err(|error| LoggingError(error.to_string()))
}

/// The texts of an error and of all that caused it, the outermost first.
#[must_use]
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let texts = iter::successors(Some(error), |error| (*error).source());
    texts.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
