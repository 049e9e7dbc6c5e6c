//! The gateway's books, as its API shows them.

use anyhow::Context;
use chrono::DateTime;
use fastrand::Rng;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::load::client::Client;

/// How many payments are read at once.
const READERS: usize = 16;

/// A payment, and all that belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: String,
    /// How much is owed, in minor units.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// How much was taken, in minor units.
    pub captured: i64,
    /// How much was given back, in minor units.
    pub refunded: i64,
    /// Whether an operation is under way or in doubt.
    pub is_pending: bool,
    /// What was asked of the bank.
    pub attempts: Vec<Attempt>,
    /// The money that moved.
    pub moved: Vec<Moved>,
    /// What happened.
    pub events: Vec<Event>,
}

/// What was asked of the bank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Its id: the reference at the bank.
    pub id: String,
    /// `AUTHORIZE`, `CAPTURE`, `VOID` or `REFUND`.
    pub operation: String,
    /// How it stands, in the API's words.
    pub status: String,
    /// The attempt that it takes back.
    pub reverses: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub began_ms: i64,
    /// How long it took until its end was known, in milliseconds.
    pub took_ms: Option<i64>,
}

/// Money that moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// The attempt that moved it.
    pub attempt: String,
    /// `CAPTURE` or `REFUND`.
    pub kind: String,
    /// How much, in minor units.
    pub minor: i64,
}

/// Something that happened to a payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its public id.
    pub id: String,
    /// Counts from 1.
    pub sequence: i64,
    /// Such as `PaymentCaptured`.
    pub name: String,
}

/// What is left to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that wait to be fanned out.
    pub events: i64,
    /// Webhooks that will be tried.
    pub deliveries: i64,
    /// Attempts whose outcome nobody knows.
    pub in_doubt: i64,
    /// Attempts that only a person can settle.
    pub for_review: i64,
    /// Notices of the bank that will be looked at.
    pub notices: i64,
}

impl Backlog {
    /// Asks the gateway.
    ///
    /// # Errors
    ///
    /// If it does not answer, or has another form.
    pub async fn read(client: &Client) -> anyhow::Result<Self> {
        let health = client.get("/v1/admin/health", &mut Rng::new()).await?;
        Ok(Self {
            events: number(&health, "outboxPending")?,
            deliveries: number(&health, "webhookDeliveriesPending")?,
            in_doubt: number(&health, "attemptsInDoubt")?,
            for_review: number(&health, "attemptsForReview")?,
            notices: number(&health, "providerNoticesPending")?,
        })
    }

    /// Whether nothing will happen any more by itself.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.events == 0 && self.deliveries == 0 && self.in_doubt == 0 && self.notices == 0
    }
}

/// All payments, and all that belongs to them.
///
/// # Errors
///
/// If the gateway does not answer, or something has another form.
pub async fn read(client: &Client) -> anyhow::Result<Vec<Payment>> {
    let mut listed = Vec::new();
    let mut path = "/v1/payments?limit=100".to_owned();
    loop {
        let page = client.get(&path, &mut Rng::new()).await?;
        listed.extend(list(&page, "data")?.iter().cloned());
        match page.get("nextCursor").and_then(Value::as_str) {
            Some(cursor) => path = format!("/v1/payments?limit=100&cursor={cursor}"),
            None => break,
        }
    }
    stream::iter(listed)
        .map(|json| async move { whole(client, &json).await })
        .buffer_unordered(READERS)
        .try_collect()
        .await
}

async fn whole(client: &Client, json: &Value) -> anyhow::Result<Payment> {
    let id = text(json, "id")?;
    let part =
        async |name: &str| client.get(&format!("/v1/payments/{id}/{name}"), &mut Rng::new()).await;
    let attempts = part("attempts").await?;
    let transactions = part("transactions").await?;
    let timeline = part("timeline").await?;
    let entries = list(&timeline, "data")?.iter();
    let events = entries.filter(|entry| entry.get("type").is_some_and(|kind| kind == "EVENT"));
    Ok(Payment {
        status: text(json, "status")?,
        minor: minor(json, "amount")?,
        currency: text(json, "currency")?,
        captured: minor(json, "capturedAmount")?,
        refunded: minor(json, "refundedAmount")?,
        is_pending: json.get("pendingOperation").is_some_and(|pending| !pending.is_null()),
        attempts: list(&attempts, "attempts")?.iter().map(attempt).collect::<Result<_, _>>()?,
        moved: list(&transactions, "data")?.iter().map(moved).collect::<Result<_, _>>()?,
        events: events.map(event).collect::<Result<_, _>>()?,
        id,
    })
}

fn attempt(json: &Value) -> anyhow::Result<Attempt> {
    let began = DateTime::parse_from_rfc3339(&text(json, "createdAt")?)?;
    Ok(Attempt {
        id: text(json, "id")?,
        operation: text(json, "operationType")?,
        status: text(json, "status")?,
        reverses: json.get("reverses").and_then(Value::as_str).map(str::to_owned),
        began_ms: began.timestamp_millis(),
        took_ms: json.get("latencyMs").and_then(Value::as_i64),
    })
}

fn moved(json: &Value) -> anyhow::Result<Moved> {
    Ok(Moved {
        attempt: text(json, "attemptId")?,
        kind: text(json, "type")?,
        minor: minor(json, "amount")?,
    })
}

fn event(json: &Value) -> anyhow::Result<Event> {
    Ok(Event {
        id: text(json, "reference")?,
        sequence: number(json, "sequence")?,
        name: text(json, "name")?,
    })
}

pub(crate) fn list<'a>(json: &'a Value, name: &str) -> anyhow::Result<&'a Vec<Value>> {
    json.get(name).and_then(Value::as_array).with_context(|| format!("no list {name} in {json}"))
}

pub(crate) fn text(json: &Value, name: &str) -> anyhow::Result<String> {
    let text = json.get(name).and_then(Value::as_str);
    text.map(str::to_owned).with_context(|| format!("no text {name} in {json}"))
}

pub(crate) fn number(json: &Value, name: &str) -> anyhow::Result<i64> {
    json.get(name).and_then(Value::as_i64).with_context(|| format!("no number {name} in {json}"))
}

/// An amount with two decimals, in minor units.
fn minor(json: &Value, name: &str) -> anyhow::Result<i64> {
    let amount = json.get(name).with_context(|| format!("no amount {name} in {json}"))?;
    let digits = amount.to_string();
    let (units, cents) = digits.split_once('.').with_context(|| format!("{name} is {digits}"))?;
    anyhow::ensure!(cents.len() == 2, "{name} is {digits}");
    Ok(format!("{units}{cents}").parse()?)
}
