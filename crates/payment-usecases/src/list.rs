//! Listing payments.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Datelike;
use payment_core::{
    id::{PaymentId, ProviderId},
    payment::Status,
    time::Timestamp,
};
use payment_ports::store::PaymentFilter;
use uuid::Uuid;

use crate::{
    caller::Caller,
    error::{Error, InvalidField},
    fields,
    ports::Ports,
    view::payment::PaymentView,
};

/// Which payments a merchant wants listed, as it came; every part that is given must match.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// In which status.
    pub status: Option<String>,
    /// For which order.
    pub order_id: Option<String>,
    /// At which provider.
    pub provider: Option<String>,
    /// Created at this time or later, RFC 3339.
    pub created_from: Option<String>,
    /// Created before this time, RFC 3339.
    pub created_to: Option<String>,
    /// At most so many, 1 to 100; 20 if none.
    pub limit: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One page of payments, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The payments.
    pub data: Vec<PaymentView>,
    /// Where the next page begins; none after the last.
    pub next_cursor: Option<String>,
}

/// A page of the caller's payments, newest first.
///
/// # Errors
///
/// [`Error::Invalid`] names the query parameter.
pub async fn list(ports: &Ports, caller: &Caller, wish: &List) -> Result<Page, Error> {
    let filter = checked(caller, wish)?;
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    // One more than asked tells whether there is a next page.
    let filter = PaymentFilter { limit: filter.limit.saturating_add(1), ..filter };
    let found = ports.store.payments(&filter).await?;
    let has_next = found.len() > limit;
    let page = found.get(..limit).unwrap_or(&found);
    let last = page.last().filter(|_| has_next);
    let next_cursor = last.map(|last| BASE64_URL_SAFE_NO_PAD.encode(last.id.uuid().as_bytes()));
    Ok(Page { data: page.iter().map(PaymentView::of).collect(), next_cursor })
}

fn checked(caller: &Caller, wish: &List) -> Result<PaymentFilter, InvalidField> {
    let words: Vec<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let status = wish.status.as_deref();
    let limit = wish.limit.as_deref();
    let cursor = wish.cursor.as_deref();
    Ok(PaymentFilter {
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        status: status.map(|s| fields::word("status", s, Status::parse, &words)).transpose()?,
        order_id: fields::optional_text("orderId", wish.order_id.as_deref(), 100)?,
        provider: wish.provider.as_deref().map(provider).transpose()?,
        created_from: moment("createdFrom", wish.created_from.as_deref())?,
        created_to: moment("createdTo", wish.created_to.as_deref())?,
        before: cursor.map(position).transpose()?,
        limit: limit.map_or(Ok(20), count)?,
    })
}

fn provider(text: &str) -> Result<ProviderId, InvalidField> {
    ProviderId::parse(text).map_err(|error| {
        InvalidField::new("provider", format!("is {error}"), fields::shortened(text))
    })
}

fn moment(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, InvalidField> {
    let message = "must be a time such as 2026-02-02T10:00:00Z (RFC 3339)";
    let read = |text: &str| {
        let moment = text.parse::<Timestamp>().ok().filter(|at| (1970..=9999).contains(&at.year()));
        moment.ok_or_else(|| InvalidField::new(field, message, fields::shortened(text)))
    };
    text.map(read).transpose()
}

fn count(text: &str) -> Result<u64, InvalidField> {
    let count = text.parse().ok().filter(|count| (1..=100).contains(count));
    count.ok_or_else(|| {
        InvalidField::new("limit", "must be between 1 and 100", fields::shortened(text))
    })
}

fn position(cursor: &str) -> Result<PaymentId, InvalidField> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let uuid = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    uuid.map(PaymentId::from).ok_or_else(|| {
        let message = "must be a nextCursor of an earlier page";
        InvalidField::new("cursor", message, fields::shortened(cursor))
    })
}
