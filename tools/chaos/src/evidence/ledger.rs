//! The bank's ledger.

use anyhow::Context;
use serde_json::Value;

use super::books::{number, text};

/// One thing that took effect at the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The gateway's attempt.
    pub reference: String,
    /// In the words of the gateway's books: `AUTHORIZE`, `CAPTURE`, `VOID` or `REFUND`.
    pub operation: String,
    /// How much, in minor units.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Whether it was cancelled afterwards.
    pub is_reversed: bool,
}

impl Effect {
    /// Reads one of the ledger's effects.
    ///
    /// # Errors
    ///
    /// If it has another form.
    pub fn read(json: &Value) -> anyhow::Result<Self> {
        let operation = text(json, "operation")?.to_uppercase();
        let is_reversed = json
            .get("reversed")
            .is_some_and(|reversed| reversed.as_bool().unwrap_or(!reversed.is_null()));
        Ok(Self {
            reference: text(json, "reference")?,
            operation: if operation == "CONFIRM" { "AUTHORIZE".to_owned() } else { operation },
            minor: number(json, "amountMinor").context("the ledger")?,
            currency: text(json, "currency")?,
            is_reversed,
        })
    }
}
