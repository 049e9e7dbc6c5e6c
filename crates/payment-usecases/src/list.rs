//! Listing payments.

use payment_core::{
    id::{PaymentId, ProviderId},
    payment::Status,
};
use payment_ports::store::PaymentFilter;
use uuid::Uuid;

use crate::{
    caller::Caller,
    error::{Error, InvalidField},
    fields,
    pages::{self, Page},
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

/// A page of the caller's payments, newest first.
///
/// # Errors
///
/// [`Error::Invalid`] names the query parameter.
pub async fn list(ports: &Ports, caller: &Caller, wish: &List) -> Result<Page<PaymentView>, Error> {
    let filter = checked(caller, wish)?;
    let limit = filter.limit;
    let filter = PaymentFilter { limit: pages::needed(limit), ..filter };
    let found = ports.store.payments(&filter).await?;
    let page = pages::cut(found, limit, |payment| payment.id.uuid().into_bytes());
    Ok(page.map(|payment| PaymentView::of(&payment)))
}

fn checked(caller: &Caller, wish: &List) -> Result<PaymentFilter, InvalidField> {
    let words: Vec<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let status = wish.status.as_deref();
    let before = pages::position(wish.cursor.as_deref())?;
    Ok(PaymentFilter {
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        status: status.map(|s| fields::word("status", s, Status::parse, &words)).transpose()?,
        order_id: fields::optional_text("orderId", wish.order_id.as_deref(), 100)?,
        provider: wish.provider.as_deref().map(provider).transpose()?,
        created_from: pages::moment("createdFrom", wish.created_from.as_deref())?,
        created_to: pages::moment("createdTo", wish.created_to.as_deref())?,
        before: before.map(|bytes| PaymentId::from(Uuid::from_bytes(bytes))),
        limit: pages::limit(wish.limit.as_deref())?,
    })
}

fn provider(text: &str) -> Result<ProviderId, InvalidField> {
    ProviderId::parse(text).map_err(|error| {
        InvalidField::new("provider", format!("is {error}"), fields::shortened(text))
    })
}
