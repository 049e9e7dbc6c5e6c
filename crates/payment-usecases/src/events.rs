//! The events that merchants are told of.

use payment_core::{
    event::EventKind,
    id::{EventId, PaymentId},
    time::Timestamp,
};
use payment_ports::{
    store::{EventFilter, StoreError},
    webhook::{EventPosition, OutboxEvent},
};
use uuid::Uuid;

use crate::{
    caller::Caller,
    error::{Error, InvalidField},
    fields,
    pages::{self, Page},
    ports::Ports,
    view::{event::public_event_id, sent_event::SentEventView},
};

/// Which events a merchant wants listed, as it came; every part that is given must match.
#[derive(Debug, Clone, Default)]
pub struct ListEvents {
    /// Of which kind, such as `PaymentCaptured`.
    pub kind: Option<String>,
    /// Of which payment.
    pub payment: Option<String>,
    /// Of this time or later, RFC 3339.
    pub created_from: Option<String>,
    /// Before this time, RFC 3339.
    pub created_to: Option<String>,
    /// At most so many, 1 to 100; 20 if none.
    pub limit: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of the caller's events as they were sent, newest first.
///
/// # Errors
///
/// [`Error::Invalid`] names the query parameter.
pub async fn list(
    ports: &Ports,
    caller: &Caller,
    wish: &ListEvents,
) -> Result<Page<SentEventView>, Error> {
    let limit = pages::limit(wish.limit.as_deref())?;
    let filter = EventFilter { limit: pages::needed(limit), ..checked(caller, wish)? };
    let found = ports.store.merchant_events(&filter).await?;
    let Page { data, next_cursor } = pages::cut(found, limit, |event| cursor(event.position()));
    let data = data.into_iter().map(shown).collect::<Result<_, _>>()?;
    Ok(Page { data, next_cursor })
}

/// One of the caller's events, as it was sent.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn get(ports: &Ports, caller: &Caller, id: EventId) -> Result<SentEventView, Error> {
    let filter = EventFilter { id: Some(id), limit: 1, ..everything(caller) };
    let found = ports.store.merchant_events(&filter).await?.pop();
    Ok(shown(found.ok_or_else(|| Error::NotFound(format!("event {}", public_event_id(id))))?)?)
}

fn shown(event: OutboxEvent) -> Result<SentEventView, StoreError> {
    SentEventView::of(event.payload)
        .map_err(|_not_json| StoreError::Corrupt("events.payload".to_owned()))
}

fn everything(caller: &Caller) -> EventFilter {
    EventFilter {
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        id: None,
        kind: None,
        payment: None,
        created_from: None,
        created_to: None,
        before: None,
        limit: 0,
    }
}

fn checked(caller: &Caller, wish: &ListEvents) -> Result<EventFilter, InvalidField> {
    let words: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind = |text| fields::word("type", text, EventKind::parse, &words);
    let payment = |text: &str| {
        let wrong =
            |error| InvalidField::new("paymentId", format!("is {error}"), fields::shortened(text));
        text.parse::<PaymentId>().map_err(wrong)
    };
    Ok(EventFilter {
        kind: wish.kind.as_deref().map(kind).transpose()?,
        payment: wish.payment.as_deref().map(payment).transpose()?,
        created_from: pages::moment("createdFrom", wish.created_from.as_deref())?,
        created_to: pages::moment("createdTo", wish.created_to.as_deref())?,
        before: wish.cursor.as_deref().map(position).transpose()?,
        ..everything(caller)
    })
}

/// Microseconds since 1970, and the event's id.
fn cursor(position: EventPosition) -> [u8; 24] {
    let mut bytes = [0; 24];
    let (at, id) = bytes.split_at_mut(8);
    at.copy_from_slice(&position.at.timestamp_micros().to_be_bytes());
    id.copy_from_slice(position.id.uuid().as_bytes());
    bytes
}

fn position(cursor: &str) -> Result<EventPosition, InvalidField> {
    let read = || {
        let bytes = pages::position::<24>(Some(cursor)).ok()??;
        let (at, id) = bytes.split_first_chunk::<8>()?;
        let at = Timestamp::from_timestamp_micros(i64::from_be_bytes(*at))?;
        Some(EventPosition { at, id: Uuid::from_slice(id).ok()?.into() })
    };
    read().ok_or_else(|| pages::no_cursor(cursor))
}
