//! One text for all spellings of a JSON value.

use serde_json::{Number, Value};

use crate::answer::json_text;

/// Keys sorted by bytes, no white space, numbers as the shortest plain decimal.
#[must_use]
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => json_text(value),
        Value::Number(number) => plain_decimal(number),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|(left, _), (right, _)| left.as_bytes().cmp(right.as_bytes()));
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(name, value)| format!("{}:{}", json_text(name), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
    }
}

/// `1500.00` and `1.5e3` are both `1500`. A number with a huge exponent stays as it was written:
/// it is no amount, and must not be written out.
fn plain_decimal(number: &Number) -> String {
    let text = number.to_string();
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Some(exponent) = exponent.parse::<i64>().ok().filter(|e| (-64..=64).contains(e)) else {
        return text;
    };
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(exponent);
    let (whole, fraction) = split_at_point(&digits, point);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    match (whole, fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

/// The digits before and after the decimal point, with zeros where there are none.
fn split_at_point(digits: &str, point: i64) -> (String, String) {
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let before = usize::try_from(point).unwrap_or(0);
    let whole: String = digits.chars().take(before).collect();
    let fraction: String = digits.chars().skip(before).collect();
    (whole + &zeros(point.saturating_sub(length)), zeros(point.saturating_neg()) + &fraction)
}
