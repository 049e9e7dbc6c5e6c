//! Lists, a page at a time.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Datelike;
use payment_core::time::Timestamp;

use crate::{error::InvalidField, fields};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on the page.
    pub data: Vec<T>,
    /// Where the next page begins; none after the last.
    pub next_cursor: Option<String>,
}

/// How many rows a page of `limit` needs: one more tells whether there is a next page.
pub(crate) const fn needed(limit: u64) -> u64 {
    limit.saturating_add(1)
}

/// The first `limit` of the rows that were found, and where the next page begins.
pub(crate) fn cut<T, const N: usize>(
    mut found: Vec<T>,
    limit: u64,
    position: impl Fn(&T) -> [u8; N],
) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_next = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| has_next);
    let next_cursor = last.map(|last| BASE64_URL_SAFE_NO_PAD.encode(position(last)));
    Page { data: found, next_cursor }
}

impl<T> Page<T> {
    /// The page, as it is shown.
    pub(crate) fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page { data: self.data.into_iter().map(view).collect(), next_cursor: self.next_cursor }
    }
}

/// At most how many are wanted: 1 to 100, or 20.
pub(crate) fn limit(text: Option<&str>) -> Result<u64, InvalidField> {
    let Some(text) = text else { return Ok(20) };
    let count = text.parse().ok().filter(|count| (1..=100).contains(count));
    count.ok_or_else(|| {
        InvalidField::new("limit", "must be between 1 and 100", fields::shortened(text))
    })
}

/// The position in which an earlier page ended.
pub(crate) fn position<const N: usize>(
    cursor: Option<&str>,
) -> Result<Option<[u8; N]>, InvalidField> {
    let read = |cursor: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| no_cursor(cursor))
    };
    cursor.map(read).transpose()
}

/// What is wrong about a cursor that we did not make.
pub(crate) fn no_cursor(cursor: &str) -> InvalidField {
    let message = "must be a nextCursor of an earlier page";
    InvalidField::new("cursor", message, fields::shortened(cursor))
}

/// A point in time, RFC 3339.
pub(crate) fn moment(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, InvalidField> {
    let message = "must be a time such as 2026-02-02T10:00:00Z (RFC 3339)";
    let read = |text: &str| {
        let moment = text.parse::<Timestamp>().ok().filter(|at| (1970..=9999).contains(&at.year()));
        moment.ok_or_else(|| InvalidField::new(field, message, fields::shortened(text)))
    };
    text.map(read).transpose()
}
