//! Reading deliveries.

use payment_core::id::{DeliveryId, EndpointId, EventId};
use payment_ports::{
    store::DeliveryFilter,
    webhook::{Delivery, DeliveryStatus},
};
use uuid::Uuid;

use crate::{
    caller::Caller,
    error::{Error, InvalidField},
    fields,
    pages::{self, Page},
    ports::Ports,
    view::{delivery::DeliveryView, event::event_of_public_id},
};

/// Which deliveries a merchant wants listed, as it came; every part that is given must match.
#[derive(Debug, Clone, Default)]
pub struct ListDeliveries {
    /// To which endpoint.
    pub endpoint: Option<String>,
    /// Of which event: `evt_` and 32 hexadecimal digits.
    pub event: Option<String>,
    /// In which status.
    pub status: Option<String>,
    /// At most so many, 1 to 100; 20 if none.
    pub limit: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of the caller's deliveries with their tries, those of the newest event first.
///
/// # Errors
///
/// [`Error::Invalid`] names the query parameter.
pub async fn list(
    ports: &Ports,
    caller: &Caller,
    wish: &ListDeliveries,
) -> Result<Page<DeliveryView>, Error> {
    let limit = pages::limit(wish.limit.as_deref())?;
    let filter = DeliveryFilter { limit: pages::needed(limit), ..checked(caller, wish)? };
    let page = pages::cut(ports.store.deliveries(&filter).await?, limit, cursor);
    let ids: Vec<_> = page.data.iter().map(|delivery| delivery.id).collect();
    let attempts = ports.store.delivery_attempts(&ids).await?;
    Ok(page.map(|delivery| DeliveryView::of(&delivery, &attempts)))
}

/// One of the caller's deliveries with its tries.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn get(ports: &Ports, caller: &Caller, id: DeliveryId) -> Result<DeliveryView, Error> {
    let delivery = load(ports, caller, id).await?;
    Ok(DeliveryView::of(&delivery, &ports.store.delivery_attempts(&[id]).await?))
}

/// One of the caller's deliveries, as it is stored.
pub(super) async fn load(
    ports: &Ports,
    caller: &Caller,
    id: DeliveryId,
) -> Result<Delivery, Error> {
    let filter = DeliveryFilter { id: Some(id), limit: 1, ..everything(caller) };
    let found = ports.store.deliveries(&filter).await?.pop();
    found.ok_or_else(|| Error::NotFound(format!("webhook delivery {id}")))
}

fn everything(caller: &Caller) -> DeliveryFilter {
    DeliveryFilter {
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        id: None,
        endpoint: None,
        event: None,
        status: None,
        before: None,
        limit: 0,
    }
}

fn checked(caller: &Caller, wish: &ListDeliveries) -> Result<DeliveryFilter, InvalidField> {
    let words = DeliveryStatus::ALL.map(DeliveryStatus::as_str);
    let status = |text| fields::word("status", text, status, &words);
    let before = pages::position::<32>(wish.cursor.as_deref())?;
    Ok(DeliveryFilter {
        endpoint: wish.endpoint.as_deref().map(endpoint).transpose()?,
        event: wish.event.as_deref().map(event).transpose()?,
        status: wish.status.as_deref().map(status).transpose()?,
        before: before.map(position),
        ..everything(caller)
    })
}

fn status(text: &str) -> Option<DeliveryStatus> {
    DeliveryStatus::ALL.into_iter().find(|status| status.as_str() == text)
}

fn endpoint(text: &str) -> Result<EndpointId, InvalidField> {
    text.parse().map_err(|error| {
        InvalidField::new("endpointId", format!("is {error}"), fields::shortened(text))
    })
}

fn event(text: &str) -> Result<EventId, InvalidField> {
    event_of_public_id(text).ok_or_else(|| {
        let message = "must be evt_ and 32 hexadecimal digits";
        InvalidField::new("eventId", message, fields::shortened(text))
    })
}

/// The ids of event and delivery.
fn cursor(delivery: &Delivery) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (event, id) = bytes.split_at_mut(16);
    event.copy_from_slice(delivery.event.id.uuid().as_bytes());
    id.copy_from_slice(delivery.id.uuid().as_bytes());
    bytes
}

fn position(cursor: [u8; 32]) -> (EventId, DeliveryId) {
    let half = |bytes: &[u8]| bytes.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let (event, id) = cursor.split_at(16);
    (Uuid::from_u128(half(event)).into(), Uuid::from_u128(half(id)).into())
}
