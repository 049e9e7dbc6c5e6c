//! Making an endpoint.

use payment_core::id::EndpointId;
use payment_ports::{
    store::Change,
    webhook::{Disabled, DisabledReason, Endpoint, EndpointSecrets},
};

use super::{checks, secret};
use crate::{
    caller::Caller, error::Error, fields, ports::Ports, view::endpoint::EndpointWithSecretView,
};

/// A webhook endpoint, as the merchant wants it.
#[derive(Debug, Clone, Default)]
pub struct NewEndpoint {
    /// Where events are posted; an address that the gateway may call in this mode.
    pub url: String,
    /// The merchant's note, at most 500 characters.
    pub description: Option<String>,
    /// Which events it hears of; none, or `*`, is all.
    pub event_types: Vec<String>,
    /// Whether events of one payment wait for those before them; false if none.
    pub ordered: Option<bool>,
    /// At most so many requests a second, 1 to 1000.
    pub rate_per_second: Option<i64>,
    /// Whether it is told anything yet; true if none.
    pub enabled: Option<bool>,
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
) -> Result<EndpointWithSecretView, Error> {
    let now = ports.clock.now();
    let disabled = Disabled { reason: DisabledReason::Merchant, at: now };
    let current = secret::make(ports);
    let endpoint = Endpoint {
        id: EndpointId::from(ports.ids.uuid()),
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        url: checks::address(ports, &wish.url, caller.mode)?,
        description: fields::optional_text("description", wish.description.as_deref(), 500)?,
        secrets: EndpointSecrets { current: current.clone(), next: None },
        event_kinds: checks::event_kinds(&wish.event_types)?,
        is_ordered: wish.ordered.unwrap_or(false),
        rate_per_second: wish.rate_per_second.map(checks::rate).transpose()?,
        disabled: (wish.enabled == Some(false)).then_some(disabled),
        event_count: 0,
        created_at: now,
        version: 1,
    };
    ports.store.apply(&[Change::InsertEndpoint(endpoint.clone())]).await?;
    Ok(EndpointWithSecretView::of(&endpoint, &current, now))
}
