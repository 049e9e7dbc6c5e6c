//! The command line.

use clap::{Parser, Subcommand, ValueEnum};
use payment_core::id::Mode;
use payment_usecases::review::Verdict;
use uuid::Uuid;

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
    /// Attempts whose outcome only a person can find out.
    #[command(subcommand)]
    Attempts(Attempts),
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

/// What can be done with attempts.
#[derive(Debug, Subcommand)]
pub(crate) enum Attempts {
    /// List the attempts that wait for a person, oldest first.
    Review {
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: u64,
    },
    /// Settle an attempt by hand; it is written down who did it and why.
    Settle {
        /// The attempt's id, which is our reference at the provider.
        attempt: Uuid,
        /// What was found out at the provider.
        #[arg(long = "as", value_enum)]
        verdict: FoundOut,
        /// Your name.
        #[arg(long)]
        by: String,
        /// How you know.
        #[arg(long)]
        reason: String,
        /// The provider's name for what it did; needed for an authorization that succeeded.
        #[arg(long)]
        provider_reference: Option<String>,
    },
}

/// What was found out at the provider.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FoundOut {
    /// The provider did it.
    Succeeded,
    /// The provider did not do it, and will not.
    Failed,
    /// It took effect after it had been given up, and was taken back at the provider.
    Reversed,
}

impl From<FoundOut> for Verdict {
    fn from(found: FoundOut) -> Self {
        match found {
            FoundOut::Succeeded => Self::Succeeded,
            FoundOut::Failed => Self::Failed,
            FoundOut::Reversed => Self::Reversed,
        }
    }
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
