//! Changing what an endpoint is told, and how.

use payment_core::{id::EndpointId, time::Timestamp};
use payment_ports::webhook::{Disabled, DisabledReason, Endpoint};

use super::{
    change::{Changed, change},
    checks, get,
};
use crate::{caller::Caller, error::Error, fields, ports::Ports, view::endpoint::EndpointView};

/// What is to be different about an endpoint; what is not named stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointUpdate {
    /// Where events are posted; an address that the gateway may call in this mode.
    pub url: Option<String>,
    /// The merchant's note, at most 500 characters.
    pub description: Edit<String>,
    /// Which events it hears of; none, or `*`, is all.
    pub event_types: Option<Vec<String>>,
    /// Whether events of one payment wait for those before them.
    pub ordered: Option<bool>,
    /// At most so many requests a second, 1 to 1000.
    pub rate_per_second: Edit<i64>,
    /// Whether it is told anything.
    pub enabled: Option<bool>,
}

/// What becomes of a value that need not be there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is there no more.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Edit<T> {
    fn map<U, E>(self, read: impl FnOnce(T) -> Result<U, E>) -> Result<Edit<U>, E> {
        Ok(match self {
            Self::Keep => Edit::Keep,
            Self::Clear => Edit::Clear,
            Self::Set(value) => Edit::Set(read(value)?),
        })
    }

    fn after(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// Changes one of the caller's endpoints; enabling it sends what waited meanwhile.
///
/// # Errors
///
/// [`Error::Invalid`] names the field; [`Error::NotFound`], also for another merchant's or mode's.
pub async fn update(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
    wish: EndpointUpdate,
) -> Result<EndpointView, Error> {
    if wish == EndpointUpdate::default() {
        return get(ports, caller, id).await;
    }
    let address = |text: String| checks::address(ports, &text, caller.mode);
    let event_kinds = wish.event_types.as_deref().map(checks::event_kinds);
    let checked = Checked {
        url: wish.url.map(address).transpose()?,
        description: wish.description.map(|text| fields::text("description", &text, 500))?,
        event_kinds: event_kinds.transpose()?,
        is_ordered: wish.ordered,
        rate_per_second: wish.rate_per_second.map(checks::rate)?,
        is_enabled: wish.enabled,
    };
    let decide = |endpoint, now| Ok(checked.clone().applied_to(endpoint, now));
    let endpoint = change(ports, caller, id, decide).await?;
    Ok(EndpointView::of(&endpoint, ports.clock.now()))
}

/// An [`EndpointUpdate`] whose values are valid.
#[derive(Clone)]
struct Checked {
    url: Option<String>,
    description: Edit<String>,
    event_kinds: Option<Vec<payment_core::event::EventKind>>,
    is_ordered: Option<bool>,
    rate_per_second: Edit<u16>,
    is_enabled: Option<bool>,
}

impl Checked {
    fn applied_to(self, before: Endpoint, now: Timestamp) -> Changed {
        let url = self.url.unwrap_or_else(|| before.url.clone());
        let is_ordered = self.is_ordered.unwrap_or(before.is_ordered);
        let by_merchant = Disabled { reason: DisabledReason::Merchant, at: now };
        let disabled = match self.is_enabled {
            Some(true) => None,
            Some(false) => before.disabled.or(Some(by_merchant)),
            None => before.disabled,
        };
        let is_enabled_again = before.disabled.is_some() && disabled.is_none();
        // Other deliveries may be the next, or another receiver may take them.
        let is_another_queue = is_ordered != before.is_ordered || url != before.url;
        let endpoint = Endpoint {
            url,
            description: self.description.after(before.description),
            event_kinds: self.event_kinds.unwrap_or(before.event_kinds),
            is_ordered,
            rate_per_second: self.rate_per_second.after(before.rate_per_second),
            disabled,
            ..before
        };
        Changed { endpoint, is_resumed: is_enabled_again || is_another_queue }
    }
}
