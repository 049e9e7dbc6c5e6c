//! Where a merchant receives webhooks.

use base64::{Engine, prelude::BASE64_STANDARD};
use payment_core::{
    event::EventKind,
    id::{EndpointId, Mode},
};
use payment_ports::{
    store::{ApplyError, Change, Guard},
    webhook::{Endpoint, EndpointSecrets},
};

use crate::{
    caller::Caller,
    error::{Error, InvalidField},
    fields,
    ports::Ports,
    view::endpoint::{EndpointView, NewEndpointView},
};

/// A webhook endpoint, as the merchant wants it.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Where events are posted; an address that the gateway may call in this mode.
    pub url: String,
    /// The merchant's note, at most 500 characters.
    pub description: Option<String>,
    /// Which events it hears of; none, or `*`, is all.
    pub event_types: Vec<String>,
}

/// Makes an endpoint; the answer is the only time that its secret is shown.
///
/// # Errors
///
/// [`Error::Invalid`] names the field.
pub async fn create(
    ports: &Ports,
    caller: &Caller,
    wish: NewEndpoint,
) -> Result<NewEndpointView, Error> {
    let secret = format!("whsec_{}", BASE64_STANDARD.encode(ports.ids.random()));
    let endpoint = Endpoint {
        id: EndpointId::from(ports.ids.uuid()),
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        url: address(ports, &wish.url, caller.mode)?,
        description: fields::optional_text("description", wish.description.as_deref(), 500)?,
        secrets: EndpointSecrets { current: secret.into(), next: None },
        event_kinds: event_kinds(&wish.event_types)?,
        is_ordered: false,
        rate_per_second: None,
        disabled: None,
        event_count: 0,
        created_at: ports.clock.now(),
        version: 1,
    };
    ports.store.apply(&[Change::InsertEndpoint(endpoint.clone())]).await?;
    Ok(NewEndpointView::of(&endpoint))
}

/// The caller's endpoints, oldest first.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn list(ports: &Ports, caller: &Caller) -> Result<Vec<EndpointView>, Error> {
    let endpoints = ports.store.endpoints(&caller.merchant, caller.mode).await?;
    Ok(endpoints.iter().map(EndpointView::of).collect())
}

/// One of the caller's endpoints.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn get(ports: &Ports, caller: &Caller, id: EndpointId) -> Result<EndpointView, Error> {
    let found = ports.store.endpoint(&caller.merchant, caller.mode, id).await?;
    found.as_ref().map(EndpointView::of).ok_or_else(|| not_found(id))
}

/// Deletes one of the caller's endpoints; what is on its way there is given up.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn delete(ports: &Ports, caller: &Caller, id: EndpointId) -> Result<(), Error> {
    let merchant = caller.merchant.clone();
    let change = Change::DeleteEndpoint { endpoint: id, merchant, mode: caller.mode };
    match ports.store.apply(&[change]).await {
        Ok(()) => Ok(()),
        Err(ApplyError::Conflict(Guard::Endpoint)) => Err(not_found(id)),
        Err(error) => Err(error.into()),
    }
}

fn not_found(id: EndpointId) -> Error {
    Error::NotFound(format!("webhook endpoint {id}"))
}

fn address(ports: &Ports, text: &str, mode: Mode) -> Result<String, InvalidField> {
    fields::named_address(ports, "url", text, mode).map(Into::into)
}

fn event_kinds(names: &[String]) -> Result<Vec<EventKind>, InvalidField> {
    if names.iter().any(|name| name == "*") {
        return Ok(Vec::new());
    }
    let mut words: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    words.push("*");
    let kind = |name: &String| fields::word("eventTypes", name, EventKind::parse, &words);
    let mut kinds = names.iter().map(kind).collect::<Result<Vec<_>, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}
