//! Identifiers, each of its own type so that they cannot be mixed up.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// A text that is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: expected {expected}")]
pub struct InvalidId {
    /// What the text should have been, such as `payment id`.
    pub kind: &'static str,
    /// The form it should have had.
    pub expected: &'static str,
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as a UUID, as it is stored.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let wrong = InvalidId { kind: $kind, expected: "a hyphenated UUID" };
                match Uuid::try_parse(text) {
                    Ok(uuid) if text.len() == 36 => Ok(Self(uuid)),
                    Ok(_) | Err(_) => Err(wrong),
                }
            }
        }
    )+};
}

uuid_ids! {
    /// What a customer owes a merchant; a UUIDv7.
    PaymentId "payment id";
    /// One call sequence to one provider; our reference and idempotency key there.
    AttemptId "attempt id";
    /// Money that moved.
    TransactionId "transaction id";
    /// A domain event; merchants see it as `evt_` and 32 hexadecimal digits.
    EventId "event id";
    /// An event on its way to one webhook endpoint.
    DeliveryId "delivery id";
    /// Where a merchant receives webhooks.
    EndpointId "webhook endpoint id";
    /// A merchant's wish to be sent again what an endpoint did not take.
    RecoveryId "recovery id";
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident $kind:literal $expected:literal $accepts:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads the id from text.
            ///
            /// # Errors
            ///
            /// [`InvalidId`] says which form was expected.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let accepts: fn(u8) -> bool = $accepts;
                let fits = (1..=50).contains(&text.len()) && text.bytes().all(accepts);
                let wrong = InvalidId { kind: $kind, expected: $expected };
                if fits { Ok(Self(text.to_owned())) } else { Err(wrong) }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

text_ids! {
    /// A tenant, such as `TRENDYOL`.
    MerchantId "merchant id" "1 to 50 letters, digits, dots, underscores or hyphens"
        |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    /// A payment provider, such as `GARANTI_VPOS`; text, so that a new one changes nothing here.
    ProviderId "provider id" "1 to 50 upper-case letters, digits or underscores"
        |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
}

/// A 3-D Secure session: 128 random bits that only the customer's browser knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreeDsSessionId(u128);

impl ThreeDsSessionId {
    /// Makes the id from 16 random bytes.
    #[must_use]
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

/// Hides the id: whoever knows it may answer the challenge.
impl fmt::Debug for ThreeDsSessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ThreeDsSessionId(…)")
    }
}

/// 32 lower-case hexadecimal digits.
impl fmt::Display for ThreeDsSessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for ThreeDsSessionId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let is_hex = text.len() == 32
            && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
        let bits = if is_hex { u128::from_str_radix(text, 16).ok() } else { None };
        let expected = "32 lower-case hexadecimal digits";
        bits.map(Self).ok_or(InvalidId { kind: "3-D Secure session", expected })
    }
}

/// Whether money is real; decided by the API key, and never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Play money.
    Test,
    /// Real money.
    Live,
}

impl Mode {
    /// `test` or `live`, as stored and signed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// Reads `test` or `live`.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] for any other text.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        match text {
            "test" => Ok(Self::Test),
            "live" => Ok(Self::Live),
            _ => Err(InvalidId { kind: "mode", expected: "`test` or `live`" }),
        }
    }
}
