//! Notices as the scripted provider sends them.

use async_trait::async_trait;
use payment_core::{
    currency::Currency,
    decline::{Decline, DeclineCode},
    money::Money,
    time::Timestamp,
};

use crate::{
    notice::{About, Notice, NoticePost, Notices, Receipt, Unread, Untrusted},
    provider::{Approval, Outcome},
};

const SIGNED_WITH: &str = "x-signed-with";
const SECRET: &str = "right";

/// Trusts whoever writes the right word into a header.
#[derive(Debug)]
pub(super) struct ScriptedNotices;

#[async_trait]
impl Notices for ScriptedNotices {
    async fn verify(&self, post: &NoticePost, _: Timestamp) -> Result<(), Untrusted> {
        match post.header(SIGNED_WITH) {
            Some(SECRET) => Ok(()),
            Some("unreachable") => Err(Untrusted::Unverifiable("no certificate".to_owned())),
            Some(_) | None => Err(Untrusted::Forged("another word".to_owned())),
        }
    }

    fn read(&self, post: &NoticePost) -> Result<Notice, Unread> {
        let malformed = || Unread::Malformed("not a notice".to_owned());
        let text = str::from_utf8(&post.body).or(Err(malformed()))?;
        if text == "advertisement" {
            return Err(Unread::NotForUs);
        }
        let parts: Vec<&str> = text.split(' ').collect();
        let [id, kind, about, said, amount] = *parts.as_slice() else { return Err(malformed()) };
        let about = match kind {
            "attempt" => About::Attempt(about.parse().or(Err(malformed()))?),
            _ => About::Reference(about.to_owned()),
        };
        let amount = amount
            .parse()
            .ok()
            .and_then(|minor| Money::from_minor(minor, Currency::parse("TRY").ok()?).ok());
        Ok(Notice { id: id.to_owned(), said: outcome(said, &about), about, amount })
    }

    fn receipt(&self) -> Receipt {
        Receipt { content_type: "text/plain", body: "OK" }
    }
}

fn outcome(said: &str, about: &About) -> Option<Outcome> {
    match said {
        "approved" => {
            let reference = match about {
                About::Attempt(id) => format!("ref-{id}"),
                About::Reference(reference) => reference.clone(),
            };
            Some(Outcome::Approved(Approval { reference, card_last4: None }))
        }
        "declined" => Some(Outcome::Declined(Decline {
            code: DeclineCode::CardDeclined,
            provider_code: None,
            message: None,
        })),
        "pending" => Some(Outcome::Pending),
        _ => None,
    }
}

/// A signed notice: `said` is `approved`, `declined`, `pending` or `nothing`, and `amount` minor
/// units of TRY, if it speaks of one.
#[must_use]
pub fn notice_post(id: &str, about: &About, said: &str, amount: Option<i64>) -> NoticePost {
    let about = match about {
        About::Attempt(attempt) => format!("attempt {attempt}"),
        About::Reference(reference) => format!("reference {reference}"),
    };
    let amount = amount.map_or_else(|| "-".to_owned(), |minor| minor.to_string());
    signed_with(SECRET, &format!("{id} {about} {said} {amount}"))
}

/// A request with any text for a body, signed with any word: `right` is the right one, and with
/// `unreachable` nobody can tell.
#[must_use]
pub fn signed_with(word: &str, body: &str) -> NoticePost {
    let headers = vec![(SIGNED_WITH.to_owned(), word.to_owned())];
    NoticePost { headers, body: body.as_bytes().to_vec() }
}
