//! What the simulator posts by itself, signed as Standard Webhooks.

use async_trait::async_trait;
use payment_core::{currency::Currency, id::AttemptId, money::Money, time::Timestamp};
use payment_ports::{
    notice::{About, Notice, NoticePost, Notices, Unread, Untrusted},
    provider::{Approval, Outcome},
};
use serde::Deserialize;
use webhook_signing::{
    header::{STANDARD_ID, STANDARD_SIGNATURE, STANDARD_TIMESTAMP},
    secret::Secret,
    verify::{Received, verify_standard},
};

use super::response::decline;

/// Trusts what is signed with one secret, within 300 seconds before and after now.
#[derive(Debug, Clone)]
pub struct RemoteNotices {
    secret: Secret,
}

impl RemoteNotices {
    /// Notices that are signed with that secret.
    #[must_use]
    pub const fn new(secret: Secret) -> Self {
        Self { secret }
    }
}

/// What became of an order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    r#type: String,
    operation: String,
    reference: String,
    outcome: String,
    amount_minor: i64,
    currency: String,
    bank_reference: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

#[async_trait]
impl Notices for RemoteNotices {
    async fn verify(&self, post: &NoticePost, now: Timestamp) -> Result<(), Untrusted> {
        let received = Received {
            id: post.header(STANDARD_ID),
            timestamp: post.header(STANDARD_TIMESTAMP),
            signature: post.header(STANDARD_SIGNATURE),
            body: &post.body,
        };
        verify_standard(&self.secret, received, now.timestamp())
            .map_err(|error| Untrusted::Forged(error.to_string()))
    }

    fn read(&self, post: &NoticePost) -> Result<Notice, Unread> {
        let malformed = |what: &str| Unread::Malformed(what.to_owned());
        let id = post.header(STANDARD_ID).ok_or_else(|| malformed("it has no id"))?;
        let told: Told = serde_json::from_slice(&post.body).or(Err(malformed("it is no JSON")))?;
        if told.r#type != "operation.updated" {
            return Err(Unread::NotForUs);
        }
        // Another system's references are none of ours.
        let attempt: AttemptId = told.reference.parse().or(Err(Unread::NotForUs))?;
        let currency = Currency::parse(&told.currency).or(Err(malformed("its currency")))?;
        let amount = Money::from_minor(told.amount_minor, currency);
        Ok(Notice {
            id: id.to_owned(),
            about: About::Attempt(attempt),
            amount: Some(amount.or(Err(malformed("its amount")))?),
            said: said(told),
        })
    }
}

/// What came of the attempt; that it was cancelled says nothing of what it was before.
fn said(told: Told) -> Option<Outcome> {
    match (told.operation.as_str(), told.outcome.as_str()) {
        ("cancel", _) => None,
        (_, "approved") => {
            let reference = told.bank_reference?;
            Some(Outcome::Approved(Approval { reference, card_last4: None }))
        }
        (_, "declined") => Some(Outcome::Declined(decline(told.code, told.message))),
        _ => None,
    }
}
