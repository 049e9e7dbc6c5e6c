//! Reading the fields of an endpoint.

use payment_core::{event::EventKind, id::Mode};

use crate::{error::InvalidField, fields, ports::Ports};

/// Where events are posted.
pub(super) fn address(ports: &Ports, text: &str, mode: Mode) -> Result<String, InvalidField> {
    fields::named_address(ports, "url", text, mode).map(Into::into)
}

/// Which events are heard; empty is all.
pub(super) fn event_kinds(names: &[String]) -> Result<Vec<EventKind>, InvalidField> {
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

/// How many requests a second are sent at most.
pub(super) fn rate(count: i64) -> Result<u16, InvalidField> {
    let rate = u16::try_from(count).ok().filter(|rate| (1..=1000).contains(rate));
    rate.ok_or_else(|| InvalidField::new("ratePerSecond", "must be between 1 and 1000", count))
}
