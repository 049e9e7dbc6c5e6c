//! Reading the fields of requests.

use payment_core::{currency::Currency, id::Mode, money::Money};
use serde_json::Value;
use url::Url;

use crate::{error::InvalidField, ports::Ports};

/// The longest amount that is repeated as it was written.
const MAX_AMOUNT_LENGTH: usize = 40;
/// The longest URL that is kept.
const MAX_URL_LENGTH: usize = 2048;

/// An amount from a JSON number or string in major units.
pub(crate) fn amount(value: &Value, currency: Currency) -> Result<Money, InvalidField> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    Money::from_major(&text, currency).map_err(|error| {
        let is_long = text.len() > MAX_AMOUNT_LENGTH;
        let rejected = if is_long { shortened(&text).into() } else { value.clone() };
        InvalidField::new("amount", error, rejected)
    })
}

/// A text of 1 to `max` characters, none of them a control character other than line ends and tabs.
pub(crate) fn text(field: &str, text: &str, max: usize) -> Result<String, InvalidField> {
    let is_readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let length = text.chars().count();
    if length == 0 || length > max {
        let message = format!("must have 1 to {max} characters");
        return Err(InvalidField::new(field, message, shortened(text)));
    }
    if !text.chars().all(is_readable) {
        return Err(InvalidField::new(
            field,
            "must not contain control characters",
            shortened(text),
        ));
    }
    Ok(text.to_owned())
}

/// Like [`text`], where there is one.
pub(crate) fn optional_text(
    field: &str,
    value: Option<&str>,
    max: usize,
) -> Result<Option<String>, InvalidField> {
    value.map(|value| text(field, value, max)).transpose()
}

/// One of the words of an enum.
pub(crate) fn word<T>(
    field: &str,
    value: &str,
    parse: impl Fn(&str) -> Option<T>,
    words: &[&str],
) -> Result<T, InvalidField> {
    let message = || format!("must be one of {}", words.join(", "));
    parse(value).ok_or_else(|| InvalidField::new(field, message(), shortened(value)))
}

/// An absolute http or https address without user name or password.
fn web_address(field: &str, text: &str) -> Result<Url, InvalidField> {
    let wrong = |message: &str| InvalidField::new(field, message, shortened(text));
    if text.len() > MAX_URL_LENGTH {
        return Err(wrong("must have at most 2048 characters"));
    }
    let url = Url::parse(text).ok();
    let url = url.ok_or_else(|| wrong("must be an absolute http or https URL"))?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let has_secrets = !url.username().is_empty() || url.password().is_some();
    match (is_web, has_secrets) {
        (true, false) => Ok(url),
        (true, true) => Err(wrong("must not contain a user name or password")),
        (false, _) => Err(wrong("must be an absolute http or https URL")),
    }
}

/// A [`web_address`] that merchants may name in that mode.
pub(crate) fn named_address(
    ports: &Ports,
    field: &str,
    text: &str,
    mode: Mode,
) -> Result<Url, InvalidField> {
    let url = web_address(field, text)?;
    let checked = ports.addresses.check(url.as_str(), mode);
    checked.map_err(|refusal| InvalidField::new(field, refusal, shortened(text)))?;
    Ok(url)
}

/// Like [`named_address`], for a page: its fragment is the browser's own business.
pub(crate) fn named_page(
    ports: &Ports,
    field: &str,
    text: &str,
    mode: Mode,
) -> Result<Url, InvalidField> {
    let mut page = web_address(field, text)?;
    let fragment = page.fragment().map(str::to_owned);
    page.set_fragment(None);
    let checked = ports.addresses.check(page.as_str(), mode);
    checked.map_err(|refusal| InvalidField::new(field, refusal, shortened(text)))?;
    page.set_fragment(fragment.as_deref());
    Ok(page)
}

/// What is repeated of a wrong text: not more than anyone wants to read.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}
