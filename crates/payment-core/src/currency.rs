//! Currencies and how many decimals each has (ISO 4217 list one, as of amendment 180).

use std::fmt;

/// A currency of ISO 4217 that amounts can be in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u32,
}

/// A text that is not an ISO 4217 code with minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not an ISO 4217 currency code such as TRY")]
pub struct UnknownCurrency;

/// Codes by number of decimals; metals, drawing rights and test codes have none.
const BY_EXPONENT: [(u32, &[&str]); 4] = [
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ],
    ),
    (
        2,
        &[
            "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
            "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
            "CHE", "CHF", "CHW", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP",
            "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD",
            "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES",
            "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL",
            "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR",
            "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
            "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
            "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP",
            "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN", "UYU", "UZS", "VED", "VES", "WST",
            "XAD", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

impl Currency {
    /// Reads an upper-case ISO 4217 code.
    ///
    /// ```
    /// use payment_core::currency::Currency;
    ///
    /// assert_eq!(Currency::parse("KWD")?.exponent(), 3);
    /// assert!(Currency::parse("try").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnknownCurrency`] for anything else, lower case included.
    pub fn parse(text: &str) -> Result<Self, UnknownCurrency> {
        Self::all().find(|currency| currency.code == text).ok_or(UnknownCurrency)
    }

    /// Every currency, by number of decimals and then by code.
    pub fn all() -> impl Iterator<Item = Self> {
        BY_EXPONENT
            .into_iter()
            .flat_map(|(exponent, codes)| codes.iter().map(move |code| Self { code, exponent }))
    }

    /// The code, such as `TRY`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many decimals amounts have: JPY 0, TRY 2, KWD 3.
    #[must_use]
    pub const fn exponent(self) -> u32 {
        self.exponent
    }

    /// How many minor units make one major unit: TRY 100.
    #[must_use]
    pub const fn scale(self) -> i64 {
        10_i64.saturating_pow(self.exponent)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}
