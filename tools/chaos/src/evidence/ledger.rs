//! The bank's ledger.

use anyhow::Context;
use serde_json::Value;

use super::books::{list, number, text};

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

/// What is left of the money that the bank holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The gateway's payment.
    pub payment: String,
    /// How much may still be taken, in minor units.
    pub left: i64,
}

/// All that the bank says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// All that took effect.
    pub effects: Vec<Effect>,
    /// What is left of each hold.
    pub holds: Vec<Hold>,
}

impl Ledger {
    /// Reads the ledger.
    ///
    /// # Errors
    ///
    /// If it has another form.
    pub fn read(json: &Value) -> anyhow::Result<Self> {
        let effects = list(json, "effects")?.iter().map(Effect::read);
        let holds = list(json, "holds")?.iter().map(Hold::read);
        Ok(Self {
            effects: effects.collect::<Result<_, _>>()?,
            holds: holds.collect::<Result<_, _>>()?,
        })
    }
}

impl Hold {
    fn read(json: &Value) -> anyhow::Result<Self> {
        Ok(Self { payment: text(json, "payment")?, left: number(json, "leftMinor")? })
    }
}

impl Effect {
    fn read(json: &Value) -> anyhow::Result<Self> {
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
