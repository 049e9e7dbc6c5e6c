//! The bank's controls.

use std::{collections::BTreeMap, time::Duration};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::evidence::{books::number, ledger::Ledger};

/// How long the bank takes at most for what it is asked here.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the bank does with an order that it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Profile {
    /// Repeats its first answer for an idempotency key.
    Key,
    /// Refuses it.
    UniqueReference,
    /// Does it again.
    Query,
    /// Does it again, and cancels by our reference.
    Cancel,
}

/// How many of a thousand orders each fault happens to.
const FAULTS: [(&str, u16); 7] = [
    ("hang_up_after_reading", 15),
    ("answer_late", 6),
    ("error_500_after_effect", 12),
    ("land_late", 10),
    ("refuse_connection", 10),
    ("slow_bytes", 5),
    ("wrong_amount_echoed", 5),
];

/// An address at which nobody takes notices.
pub const NOBODY: &str = "http://127.0.0.1:9/";
/// Where the gateway takes the bank's notices.
const NOTICES: &str = "/v1/webhooks/mock_provider";

/// How many of a thousand orders a bank does too late that breaks its promise.
const TOO_LATE: u16 = 40;

/// The bank's controls.
#[derive(Debug, Clone)]
pub struct Controls {
    /// Where the bank is.
    pub url: String,
    http: reqwest::Client,
}

impl Profile {
    /// Its name for the bank and the gateway.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::UniqueReference => "unique-reference",
            Self::Query => "query",
            Self::Cancel => "cancel",
        }
    }
}

/// The faults that the bank has while everything breaks: all but the one that breaks its own
/// promise, and those of notices, which go to nobody then.
///
/// A bank that is too late breaks its promise, too; only where the money can be taken back.
#[must_use]
pub fn faults(is_too_late: bool) -> Value {
    let mut chances: BTreeMap<_, _> = FAULTS.into();
    // What is given back or given up late cannot be taken back.
    let mut operations = vec!["authorize", "confirm", "capture"];
    if is_too_late {
        chances.insert("land_too_late", TOO_LATE);
    } else {
        operations.extend(["void", "refund", "cancel"]);
    }
    // Later than the gateway waits, and than it gives up.
    json!({
        "perThousand": chances, "operations": operations,
        "answerLateMs": 3000, "slowByteMs": 30, "landTooLateMs": 6000,
    })
}

impl Controls {
    /// The controls of the bank at `url`.
    ///
    /// # Errors
    ///
    /// If HTTP cannot be set up.
    pub fn new(url: String) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { url, http })
    }

    /// Makes everything go right from now on.
    ///
    /// # Errors
    ///
    /// If the bank does not answer.
    pub async fn calm(&self) -> anyhow::Result<()> {
        let request = self.http.put(format!("{}/simulator/faults", self.url));
        request.json(&json!({})).send().await?.error_for_status()?;
        Ok(())
    }

    /// Has the bank post its notices to the gateway that listens there, or to nobody.
    ///
    /// # Errors
    ///
    /// If the bank does not answer.
    pub async fn notify(&self, api: Option<&str>) -> anyhow::Result<()> {
        let address = api.map_or_else(|| NOBODY.to_owned(), |api| format!("{api}{NOTICES}"));
        let request = self.http.put(format!("{}/simulator/notify-url", self.url));
        request.body(address).send().await?.error_for_status()?;
        Ok(())
    }

    /// All that took effect, and what is left of it.
    ///
    /// # Errors
    ///
    /// If the bank does not answer, or says something strange.
    pub async fn ledger(&self) -> anyhow::Result<Ledger> {
        Ledger::read(&self.read("ledger").await?)
    }

    /// How many orders are still to take effect.
    ///
    /// # Errors
    ///
    /// If the bank does not answer, or says something strange.
    pub async fn under_way(&self) -> anyhow::Result<i64> {
        number(&self.read("ledger").await?, "underWay")
    }

    /// How many orders each fault has happened to since the bank started; none if it does not say.
    pub async fn injected(&self) -> BTreeMap<String, u64> {
        let faults = self
            .read("health")
            .await
            .ok()
            .and_then(|mut health| health.get_mut("faults").map(Value::take));
        faults.and_then(|faults| serde_json::from_value(faults).ok()).unwrap_or_default()
    }

    async fn read(&self, what: &str) -> anyhow::Result<Value> {
        let request = self.http.get(format!("{}/simulator/{what}", self.url));
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}
