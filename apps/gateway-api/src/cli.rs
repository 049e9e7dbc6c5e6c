//! The command line.

use clap::{Parser, Subcommand, ValueEnum};
use payment_core::id::Mode;

/// The HTTP API of the payment gateway.
#[derive(Debug, Parser)]
#[command(name = "gateway-api", version, about)]
pub(crate) struct CommandLine {
    /// What to do; to serve, if nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API (default).
    Serve,
    /// Bring the database's schema up to this version.
    Migrate,
    /// Merchants.
    #[command(subcommand)]
    Merchants(Merchants),
    /// API keys.
    #[command(subcommand)]
    ApiKeys(ApiKeys),
    /// Print the OpenAPI document.
    Openapi,
}

/// What can be done with merchants.
#[derive(Debug, Subcommand)]
pub(crate) enum Merchants {
    /// Make a merchant.
    Create {
        /// Its id, such as TRENDYOL.
        #[arg(long)]
        id: String,
        /// Its name, for people.
        #[arg(long)]
        name: String,
    },
}

/// What can be done with API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiKeys {
    /// Make a key and print it; it cannot be shown again.
    Create {
        /// Whose key it is.
        #[arg(long)]
        merchant: String,
        /// Whether it moves real money.
        #[arg(long, value_enum)]
        mode: KeyMode,
    },
}

/// Whether a key moves real money.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum KeyMode {
    /// Play money.
    Test,
    /// Real money.
    Live,
}

impl From<KeyMode> for Mode {
    fn from(mode: KeyMode) -> Self {
        match mode {
            KeyMode::Test => Self::Test,
            KeyMode::Live => Self::Live,
        }
    }
}
