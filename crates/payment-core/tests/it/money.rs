//! Amounts: what is read, what is printed, what is refused.

use payment_core::{
    currency::Currency,
    money::{Money, MoneyError},
};
use proptest::prelude::*;

use crate::samples::{currency, kurus};

/// One currency for each number of decimals.
const BY_EXPONENT: [(&str, usize); 4] = [("JPY", 0), ("TRY", 2), ("KWD", 3), ("CLF", 4)];

fn read(text: &str, code: &str) -> Result<i64, MoneyError> {
    Money::from_major(text, currency(code)).map(Money::minor)
}

fn too_precise(code: &str) -> MoneyError {
    let currency = currency(code);
    MoneyError::TooPrecise { currency, exponent: currency.exponent() }
}

#[test]
fn amounts_are_read_exactly() {
    let amounts = [
        ("1500.00", "TRY", 150_000),
        ("1500", "TRY", 150_000),
        ("1500.0", "TRY", 150_000),
        ("0.01", "TRY", 1),
        ("0.10", "TRY", 10),
        ("00012.50", "TRY", 1250),
        ("1e-2", "TRY", 1),
        ("1.5e3", "TRY", 150_000),
        ("1.5E3", "TRY", 150_000),
        ("1.5e+3", "TRY", 150_000),
        ("150000e-2", "TRY", 150_000),
        ("999999999999.99", "TRY", 99_999_999_999_999),
        ("12", "JPY", 12),
        ("999999999999", "JPY", 999_999_999_999),
        ("1.234", "KWD", 1234),
        ("0.001", "KWD", 1),
        ("999999999999.999", "KWD", 999_999_999_999_999),
        ("0.0001", "CLF", 1),
        ("999999999999.9999", "CLF", 9_999_999_999_999_999),
        // Forty characters, the most that are read.
        ("0000000000000000000000000000000000001.50", "TRY", 150),
        ("00000000000000000000000000000000000001.5", "TRY", 150),
    ];
    for (text, code, minor) in amounts {
        assert_eq!(read(text, code), Ok(minor), "{text} {code}");
    }
}

#[test]
fn what_is_not_an_amount_is_refused() {
    let malformed = [
        "",
        " ",
        "12,50",
        "1.234,56",
        "1,500.00",
        "1 500",
        " 1",
        "1 ",
        "1_000",
        "+1",
        "--1",
        ".5",
        "5.",
        ".",
        "-",
        "e",
        "1e",
        "e5",
        "1e5.0",
        "1e--2",
        "1.5.0",
        "1.-5",
        "0x10",
        "NaN",
        "nan",
        "Infinity",
        "inf",
        "１２",
        "１２.５０",
        "١٢",
        "12₺",
        "₺12",
        "abc",
        "1e99999999999",
        "1e-99999999999",
        "1.5e-2147483648",
        "00000000000000000000000000000000000000001",
        "1.0000000000000000000000000000000000000000",
    ];
    for text in malformed {
        assert_eq!(read(text, "TRY"), Err(MoneyError::Malformed), "{text:?}");
    }
}

#[test]
fn zero_and_less_are_refused() {
    for text in ["0", "0.00", "-0", "0e400", "-100", "-0.01", "-1e400", "-0.001"] {
        assert_eq!(read(text, "TRY"), Err(MoneyError::NotPositive), "{text}");
    }
}

#[test]
fn more_decimals_than_the_currency_has_are_refused() {
    let amounts = [
        ("0.001", "TRY"),
        ("12.505", "TRY"),
        ("1500.000", "TRY"),
        ("12.0", "JPY"),
        ("1e-3", "TRY"),
        ("1e-400", "TRY"),
        ("1e-2147483648", "TRY"),
        ("1.5", "JPY"),
        ("1.2345", "KWD"),
        ("0.00001", "CLF"),
    ];
    for (text, code) in amounts {
        assert_eq!(read(text, code), Err(too_precise(code)), "{text} {code}");
    }
}

#[test]
fn amounts_over_the_limit_are_refused() {
    let amounts = [
        ("1000000000000", "TRY"),
        ("1000000000000.00", "TRY"),
        ("1000000000000", "JPY"),
        ("1000000000000", "CLF"),
        ("99999999999999999999", "TRY"),
        ("9999999999999999999999999999999999999999", "TRY"),
        ("1e12", "TRY"),
        ("1e17", "TRY"),
        ("1e37", "TRY"),
        ("1e400", "TRY"),
        ("1e2147483647", "TRY"),
    ];
    for (text, code) in amounts {
        assert_eq!(read(text, code), Err(MoneyError::TooLarge), "{text} {code}");
    }
}

#[test]
fn stored_amounts_have_the_same_limits() {
    for (code, exponent) in BY_EXPONENT {
        let currency = currency(code);
        let limit = 10_i64.pow(12 + u32::try_from(exponent).unwrap());
        assert_eq!(Money::from_minor(0, currency), Ok(Money::zero(currency)));
        assert_eq!(Money::from_minor(limit - 1, currency).map(Money::minor), Ok(limit - 1));
        assert_eq!(Money::from_minor(limit, currency), Err(MoneyError::TooLarge));
        assert_eq!(Money::from_minor(-1, currency), Err(MoneyError::NotPositive));
    }
}

#[test]
fn sums_and_differences_stay_within_the_limits() {
    assert_eq!(kurus(150).plus(kurus(50)), Ok(kurus(200)));
    assert_eq!(kurus(150).minus(kurus(50)), Ok(kurus(100)));
    assert_eq!(kurus(50).minus(kurus(50)), Ok(kurus(0)));
    assert_eq!(kurus(50).minus(kurus(51)), Err(MoneyError::NotPositive));
    let most = kurus(99_999_999_999_999);
    assert_eq!(most.plus(kurus(1)), Err(MoneyError::TooLarge));
    assert_eq!(most.minus(most), Ok(kurus(0)));
}

#[test]
fn currencies_never_mix() {
    let euro = Money::from_minor(50, currency("EUR")).unwrap();
    assert_eq!(kurus(50).plus(euro), Err(MoneyError::CurrencyMismatch));
    assert_eq!(kurus(50).minus(euro), Err(MoneyError::CurrencyMismatch));
    assert_ne!(kurus(50), euro);
}

#[test]
fn amounts_print_with_exactly_the_decimals_of_their_currency() {
    let printed = [
        (0, "TRY", "0.00 TRY"),
        (5, "TRY", "0.05 TRY"),
        (150_000, "TRY", "1500.00 TRY"),
        (1500, "JPY", "1500 JPY"),
        (1005, "KWD", "1.005 KWD"),
        (10_001, "CLF", "1.0001 CLF"),
    ];
    for (minor, code, text) in printed {
        let money = Money::from_minor(minor, currency(code)).unwrap();
        assert_eq!(money.to_string(), text);
        assert_eq!(format!("{} {code}", money.to_major()), text);
        assert_eq!(money.currency(), currency(code));
        assert_eq!(money.is_zero(), minor == 0);
    }
}

#[test]
fn refusals_say_what_to_do() {
    let errors = [
        (MoneyError::Malformed, "is not a decimal number such as 1500.00"),
        (MoneyError::NotPositive, "must be greater than 0"),
        (too_precise("JPY"), "has more decimals than JPY allows (0)"),
        (MoneyError::TooLarge, "is larger than 999999999999.99"),
        (MoneyError::CurrencyMismatch, "mixes two currencies"),
    ];
    for (error, text) in errors {
        assert_eq!(error.to_string(), text);
    }
}

/// The decimal text of minor units, by moving the point through the digits.
fn printed(minor: i64, exponent: usize) -> String {
    let digits = format!("{minor:0>width$}", width = exponent + 1);
    let (whole, fraction) = digits.split_at(digits.len() - exponent);
    if exponent == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// Minor units of a decimal number as digits of any length; `None` where they are no amount.
fn moved(whole: &str, fraction: &str, power: i64, exponent: usize) -> Option<String> {
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len() + exponent).unwrap() + power;
    let kept = usize::try_from(point.max(0)).unwrap();
    let (integer, rest) = digits.split_at(kept.min(digits.len()));
    let zeros = "0".repeat(kept - integer.len());
    let minor = format!("{integer}{zeros}").trim_start_matches('0').to_owned();
    let fits = (1..=12 + exponent).contains(&minor.len());
    (rest.is_empty() && fits).then_some(minor)
}

fn currencies() -> impl Strategy<Value = (Currency, usize)> {
    prop::sample::select(&BY_EXPONENT).prop_map(|(code, exponent)| (currency(code), exponent))
}

proptest! {
    /// What is printed is read back, and is what moving the point by hand gives.
    #[test]
    fn printing_and_reading_are_inverse((currency, exponent) in currencies(), minor in 1..1_000_000_000_000_i64) {
        let money = Money::from_minor(minor, currency).unwrap();
        prop_assert_eq!(money.to_major(), printed(minor, exponent));
        prop_assert_eq!(Money::from_major(&money.to_major(), currency), Ok(money));
    }

    /// Any decimal number is read as the digits say, or refused if they are no amount.
    #[test]
    fn numbers_are_read_as_their_digits_say(
        (currency, exponent) in currencies(),
        whole in "0{0,2}[0-9]{1,13}",
        fraction in "[0-9]{0,3}0{0,3}",
        power in prop_oneof![3 => Just(0), 2 => -6..6_i64, 1 => -400..400_i64],
    ) {
        let point = if fraction.is_empty() { "" } else { "." };
        let tail = if power == 0 { String::new() } else { format!("e{power}") };
        let read = Money::from_major(&format!("{whole}{point}{fraction}{tail}"), currency);
        let read = read.ok().map(|money| money.minor().to_string());
        prop_assert_eq!(read, moved(&whole, &fraction, power, exponent));
    }

    /// No text makes it panic.
    #[test]
    fn every_text_is_read_or_refused(text in "\\PC{0,50}|[-+0-9eE.]{0,45}") {
        let read = Money::from_major(&text, currency("TRY"));
        prop_assert!(read.is_err() || text.bytes().all(|byte| byte.is_ascii()));
    }
}
