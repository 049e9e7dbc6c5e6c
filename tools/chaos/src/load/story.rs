//! One payment from its creation to its end, as one merchant's program drives it.

use fastrand::Rng;
use serde_json::{Value, json};

use super::{
    ask::{Ask, Operation, Verdict},
    client::{Client, Persistence},
};

/// Where the customer goes after 3-D Secure.
const SHOP: &str = "https://shop.example/return";
/// One payment, and all that was asked of it.
#[derive(Debug, Clone, Default)]
pub struct Story {
    /// The payment's id, once the merchant knows it.
    pub payment: Option<String>,
    /// Whether the money is taken as soon as it is held.
    pub is_automatic: bool,
    /// All that was asked, in order.
    pub asks: Vec<Ask>,
}

/// What a payment begins with.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// How much, in minor units.
    pub minor: i64,
    /// ISO 4217, with two decimals.
    pub currency: &'static str,
    /// What the card does.
    pub token: &'static str,
    /// Whether the money is taken as soon as it is held.
    pub is_automatic: bool,
}

/// A merchant's program at work on one payment.
pub(crate) struct Shopping<'a> {
    pub(crate) client: &'a Client,
    pub(crate) rng: &'a mut Rng,
    pub(crate) story: Story,
    /// How it behaves.
    pub(crate) how: Persistence,
    /// Asked before each step: whether there is time for another.
    pub(crate) goes_on: &'a (dyn Fn() -> bool + Sync),
}

impl Story {
    /// The payment's id, as the answer to its creation says.
    #[must_use]
    pub fn created(&self) -> Option<String> {
        let ask = self.asks.iter().find(|ask| ask.operation == Operation::Create)?;
        ask.field("id").as_str().map(str::to_owned).filter(|_| ask.verdict() == Verdict::Done)
    }

    /// What was asked last and has no final answer.
    pub fn unfinished(&mut self) -> Option<&mut Ask> {
        self.asks.last_mut().filter(|ask| ask.verdict() == Verdict::Open)
    }
}

impl Wish {
    /// Any payment.
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let token = match rng.u8(0..100) {
            0..70 => "tok_visa",
            70..92 => "tok_3ds",
            92..96 => "tok_card_declined",
            _ => "tok_insufficient_funds",
        };
        Self {
            minor: rng.i64(300..1_000_000),
            currency: rng.choice(["TRY", "USD", "EUR"]).unwrap_or("TRY"),
            token,
            is_automatic: rng.u8(0..100) < 15,
        }
    }
}

impl Shopping<'_> {
    /// Any payment, from its creation to its end or until something has no answer.
    pub(crate) async fn any(mut self) -> Story {
        let wish = Wish::random(self.rng);
        if self.hold(wish).await.is_some() {
            let taken = match self.rng.u8(0..100) {
                // The capture that follows by itself may have come to nothing.
                _ if wish.is_automatic => self.is_taken().then_some(wish.minor),
                0..10 => None,
                10..25 => self.void().await.and(None),
                25..60 => self.capture(wish.minor, true).await.map(|()| wish.minor),
                _ => self.capture_in_parts(wish.minor).await,
            };
            if let Some(taken) = taken {
                self.refund_some(taken).await;
            }
        }
        self.story
    }

    /// Creates and authorizes; `None` unless the money is held.
    pub(crate) async fn hold(&mut self, wish: Wish) -> Option<()> {
        self.story.is_automatic = wish.is_automatic;
        self.create(wish).await?;
        self.authorize(wish).await?;
        if self.session().is_some() { self.confirm(wish).await } else { Some(()) }
    }

    /// Creates; `None` unless the payment is known.
    pub(crate) async fn create(&mut self, wish: Wish) -> Option<()> {
        let method = if wish.is_automatic { "AUTOMATIC" } else { "MANUAL" };
        let body = json!({
            "amount": decimal(wish.minor), "currency": wish.currency, "captureMethod": method,
        });
        self.ask(Operation::Create, "/v1/payments".to_owned(), wish.minor, body).await?;
        self.story.payment = self.story.created();
        Some(())
    }

    /// Authorizes; the customer may be challenged afterwards.
    pub(crate) async fn authorize(&mut self, wish: Wish) -> Option<()> {
        let body = json!({ "cardToken": wish.token, "cardBin": "454678", "returnUrl": SHOP });
        self.ask(Operation::Authorize, self.path("authorize"), wish.minor, body).await
    }

    /// Answers the challenge that the authorization ended in.
    pub(crate) async fn confirm(&mut self, wish: Wish) -> Option<()> {
        let page = format!("/3ds/verify?session={}", self.session()?);
        self.ask(Operation::Confirm, page, wish.minor, json!({ "code": "111111" })).await
    }

    fn is_taken(&self) -> bool {
        self.story.asks.last().is_some_and(|ask| ask.says("CAPTURED"))
    }

    fn session(&self) -> Option<String> {
        self.last_text("threeDsSessionId")
    }

    /// Takes that much.
    pub(crate) async fn capture(&mut self, minor: i64, is_final: bool) -> Option<()> {
        let body = json!({ "amount": decimal(minor), "finalCapture": is_final });
        self.ask(Operation::Capture, self.path("capture"), minor, body).await
    }

    /// Takes it all, or nearly, in parts.
    async fn capture_in_parts(&mut self, minor: i64) -> Option<i64> {
        let first = minor / 3;
        self.capture(first, false).await?;
        if self.rng.bool() {
            self.capture(first, false).await?;
            self.capture(minor - 2 * first, true).await?;
            return Some(minor);
        }
        self.capture(first, true).await?;
        Some(2 * first)
    }

    /// Gives up the hold.
    pub(crate) async fn void(&mut self) -> Option<()> {
        self.ask(Operation::Void, self.path("void"), 0, json!({ "reason": "chaos" })).await
    }

    async fn refund_some(&mut self, taken: i64) {
        let parts = match self.rng.u8(0..100) {
            0..40 => vec![],
            40..65 => vec![taken],
            65..85 => vec![taken / 2],
            _ => vec![taken / 2, taken - taken / 2],
        };
        for part in parts {
            if self.refund(part).await.is_none() {
                return;
            }
        }
    }

    /// Gives that much back.
    pub(crate) async fn refund(&mut self, minor: i64) -> Option<()> {
        let body = json!({ "amount": decimal(minor) });
        self.ask(Operation::Refund, self.path("refund"), minor, body).await
    }

    /// Asks until there is an answer; `None` unless it was done.
    async fn ask(
        &mut self,
        operation: Operation,
        path: String,
        minor: i64,
        body: Value,
    ) -> Option<()> {
        if !(self.goes_on)() {
            return None;
        }
        let has_key = operation != Operation::Confirm;
        let key = has_key.then(|| format!("chaos-{:032x}", self.rng.u128(..)));
        let mut ask = Ask { operation, minor, key, path, body, answers: Vec::new() };
        let verdict = self.client.persist(&mut ask, self.how, self.rng).await;
        self.story.asks.push(ask);
        (verdict == Verdict::Done).then_some(())
    }

    fn path(&self, verb: &str) -> String {
        format!("/v1/payments/{}/{verb}", self.story.payment.as_deref().unwrap_or_default())
    }

    fn last_text(&self, field: &str) -> Option<String> {
        let ask = self.story.asks.last()?;
        ask.field(field).as_str().map(str::to_owned)
    }
}

/// Minor units as JSON has them: `1500.00`.
fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}
