//! Amounts of money, exact in minor units.

use std::fmt;

use crate::currency::Currency;

/// The largest amount in major units plus one: amounts end at 999 999 999 999.99.
const MAJOR_LIMIT: i64 = 1_000_000_000_000;
/// Longer digit strings cannot be amounts, so they are refused before they are read.
const MAX_TEXT_LENGTH: usize = 40;

/// A non-negative amount in minor units (kuruş, cent) of one currency.
///
/// Amounts of two currencies are never added, and no sum leaves the range silently.
///
/// ```
/// use payment_core::{currency::Currency, money::{Money, MoneyError}};
///
/// let lira = Currency::parse("TRY")?;
/// let price = Money::from_minor(150_000, lira)?;
/// let shipping = Money::from_major("49.90", lira)?;
/// assert_eq!(price.plus(shipping)?.to_string(), "1549.90 TRY");
/// assert_eq!(shipping.minus(price), Err(MoneyError::NotPositive));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a text or number is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a plain decimal number, such as `12,50`.
    #[error("is not a decimal number such as 1500.00")]
    Malformed,
    /// Zero or less.
    #[error("must be greater than 0")]
    NotPositive,
    /// More decimals than the currency has (ISO 4217).
    #[error("has more decimals than {currency} allows ({exponent})")]
    TooPrecise {
        /// The currency.
        currency: Currency,
        /// How many decimals it has.
        exponent: u32,
    },
    /// More than 999 999 999 999.99.
    #[error("is larger than 999999999999.99")]
    TooLarge,
    /// Two currencies in one sum.
    #[error("mixes two currencies")]
    CurrencyMismatch,
}

impl Money {
    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// An amount from minor units, as stored; zero is one.
    ///
    /// # Errors
    ///
    /// [`MoneyError::NotPositive`] for less than zero, [`MoneyError::TooLarge`] past the limit.
    pub const fn from_minor(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        let limit = currency.scale().saturating_mul(MAJOR_LIMIT);
        match minor {
            ..0 => Err(MoneyError::NotPositive),
            _ if minor >= limit => Err(MoneyError::TooLarge),
            _ => Ok(Self { minor, currency }),
        }
    }

    /// A positive amount from decimal text in major units, such as `1500.00` or `1.5e3`.
    ///
    /// The text is read digit by digit: no binary fraction and no huge exponent is ever built.
    /// Zeros at the end are decimals too, so `1500.000` lira are too precise.
    ///
    /// ```
    /// use payment_core::{currency::Currency, money::{Money, MoneyError}};
    ///
    /// let lira = Currency::parse("TRY")?;
    /// assert_eq!(Money::from_major("1500.00", lira)?.minor(), 150_000);
    /// assert_eq!(Money::from_major("12,50", lira), Err(MoneyError::Malformed));
    /// assert_eq!(Money::from_major("0", lira), Err(MoneyError::NotPositive));
    /// assert_eq!(Money::from_major("1e400", lira), Err(MoneyError::TooLarge));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MoneyError`] says why the text is no such amount; more than 40 characters are
    /// [`MoneyError::Malformed`].
    pub fn from_major(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let decimal = Decimal::read(text)?;
        if decimal.is_negative || decimal.digits == 0 {
            return Err(MoneyError::NotPositive);
        }
        let minor = decimal.scaled_to(currency)?;
        Self::from_minor(i64::try_from(minor).or(Err(MoneyError::TooLarge))?, currency)
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], or [`MoneyError::TooLarge`] past the limit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Self::from_minor(minor, self.currency)
    }

    /// The difference.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], or [`MoneyError::NotPositive`] where `other` is more.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::NotPositive)?;
        Self::from_minor(minor, self.currency)
    }

    /// The amount in major units with exactly the currency's decimals, such as `1500.00`.
    #[must_use]
    pub fn to_major(self) -> String {
        let width = usize::try_from(self.currency.exponent()).unwrap_or(0);
        let scale = self.currency.scale();
        let whole = self.minor.checked_div(scale).unwrap_or(0);
        let rest = self.minor.checked_rem(scale).unwrap_or(0);
        if width == 0 { whole.to_string() } else { format!("{whole}.{rest:0width$}") }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }
}

/// `1500.00 TRY`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_major(), self.currency)
    }
}

/// `digits × 10^exponent`, as written.
struct Decimal {
    is_negative: bool,
    digits: i128,
    exponent: i32,
}

impl Decimal {
    fn read(text: &str) -> Result<Self, MoneyError> {
        if text.len() > MAX_TEXT_LENGTH {
            return Err(MoneyError::Malformed);
        }
        let (is_negative, unsigned) =
            text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) =
            unsigned.split_once(['e', 'E']).map_or((unsigned, "0"), |(left, right)| (left, right));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_plain = !whole.is_empty()
            && (mantissa.len() == whole.len() || !fraction.is_empty())
            && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !is_plain {
            return Err(MoneyError::Malformed);
        }
        let digits = format!("{whole}{fraction}").parse().or(Err(MoneyError::TooLarge))?;
        let exponent: i32 = exponent.parse().or(Err(MoneyError::Malformed))?;
        let decimals = i32::try_from(fraction.len()).or(Err(MoneyError::Malformed))?;
        let exponent = exponent.checked_sub(decimals).ok_or(MoneyError::Malformed)?;
        Ok(Self { is_negative, digits, exponent })
    }

    /// The value in minor units, where it is a whole number of them.
    fn scaled_to(&self, currency: Currency) -> Result<i128, MoneyError> {
        let exponent = currency.exponent();
        let shift = self.exponent.saturating_add_unsigned(exponent);
        let shift = u32::try_from(shift).or(Err(MoneyError::TooPrecise { currency, exponent }))?;
        let minor = 10_i128.checked_pow(shift).and_then(|power| self.digits.checked_mul(power));
        minor.ok_or(MoneyError::TooLarge)
    }
}
