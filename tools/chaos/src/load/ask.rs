//! What a merchant asked, and every answer to it.

use serde_json::Value;

/// What a merchant can ask of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Make it.
    Create,
    /// Hold the money.
    Authorize,
    /// Answer the 3-D Secure challenge; the customer asks for it.
    Confirm,
    /// Take the money.
    Capture,
    /// Give up the hold.
    Void,
    /// Give the money back.
    Refund,
}

/// One thing that a merchant wants, however often it is sent.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What is wanted.
    pub operation: Operation,
    /// How much of it, in minor units.
    pub minor: i64,
    /// The `Idempotency-Key`; only customers have none.
    pub key: Option<String>,
    /// The path, with its query.
    pub path: String,
    /// The body.
    pub body: Value,
    /// Every answer that arrived, in order.
    pub answers: Vec<Answer>,
}

/// One HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `errorCode`, or empty.
    pub code: String,
    /// The body, or for a redirect where it leads.
    pub body: String,
    /// Whether it has `Retry-After`.
    pub retry_after: bool,
    /// Whether it has `Idempotent-Replayed`.
    pub is_replay: bool,
}

/// What an answer means to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not known yet: ask again.
    Open,
    /// It was done.
    Done,
    /// The issuer refused.
    Declined,
    /// It failed for good, and nothing moved.
    Failed,
    /// The payment is in no state for it.
    Refused,
}

impl Ask {
    /// What became of it: the first final answer, if there is one.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.answers.iter().map(|answer| answer.verdict(self.operation));
        verdicts.into_iter().find(|verdict| *verdict != Verdict::Open).unwrap_or(Verdict::Open)
    }

    /// The final answers, which must all be the same.
    pub fn finals(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| answer.verdict(self.operation) != Verdict::Open)
    }

    /// Whether the first final answer says that the payment has that status.
    #[must_use]
    pub fn says(&self, status: &str) -> bool {
        let is_back = |answer: &Answer| answer.body.ends_with(&format!("status={status}"));
        match self.operation {
            Operation::Confirm => self.finals().next().is_some_and(is_back),
            Operation::Create
            | Operation::Authorize
            | Operation::Capture
            | Operation::Void
            | Operation::Refund => self.field("status") == status,
        }
    }

    /// The field of the first final answer.
    #[must_use]
    pub fn field(&self, name: &str) -> Value {
        let body = self.finals().next().and_then(|answer| serde_json::from_str(&answer.body).ok());
        body.and_then(|body: Value| body.get(name).cloned()).unwrap_or(Value::Null)
    }
}

impl Answer {
    /// What it means to whoever asked for `operation`.
    #[must_use]
    pub fn verdict(&self, operation: Operation) -> Verdict {
        match (self.status, self.code.as_str()) {
            _ if operation == Operation::Confirm => self.shown(),
            (200 | 201, _) => Verdict::Done,
            (402, _) => Verdict::Declined,
            (502, _) if !self.retry_after => Verdict::Failed,
            (409, "INVALID_PAYMENT_STATE") => Verdict::Refused,
            _ => Verdict::Open,
        }
    }

    /// What the customer's browser is told on its way back to the shop.
    fn shown(&self) -> Verdict {
        let is_back = |status: &str| self.body.ends_with(&format!("status={status}"));
        match self.status {
            303 if is_back("AUTHORIZED") || is_back("CAPTURED") => Verdict::Done,
            303 if is_back("FAILED") => Verdict::Declined,
            // The challenge is over, and nothing is held.
            303 if is_back("CREATED") => Verdict::Failed,
            _ => Verdict::Open,
        }
    }
}
