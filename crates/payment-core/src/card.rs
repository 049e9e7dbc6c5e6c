//! What the gateway may know of a card: a provider's token, never a number.

use std::fmt;

/// Text that is not what it should be; the text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidCardField(&'static str);

/// A provider's stand-in for a card, 1 to 255 visible ASCII characters; hidden in `Debug`.
///
/// ```
/// use payment_core::card::CardToken;
///
/// let token = CardToken::parse("tok_visa")?;
/// assert_eq!(token.expose(), "tok_visa");
/// assert_eq!(format!("{token:?}"), "CardToken(…)");
/// # Ok::<(), payment_core::card::InvalidCardField>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CardToken(String);

impl CardToken {
    /// Reads a token.
    ///
    /// # Errors
    ///
    /// [`InvalidCardField`] for other lengths, and for white space or letters beyond ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidCardField> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        let wrong = InvalidCardField("must be a provider's token of 1 to 255 visible characters");
        if fits { Ok(Self(text.to_owned())) } else { Err(wrong) }
    }

    /// The token itself, for the provider only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CardToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardToken(…)")
    }
}

/// A bank identification number: the first 6 or 8 digits of a card (ISO/IEC 7812).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bin(String);

impl Bin {
    /// Reads a BIN.
    ///
    /// # Errors
    ///
    /// [`InvalidCardField`] for anything but 6 or 8 digits.
    pub fn parse(text: &str) -> Result<Self, InvalidCardField> {
        let fits = matches!(text.len(), 6 | 8) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidCardField("must be 6 or 8 digits"))
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The last four digits of a card, as shown to its holder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LastFour(String);

impl LastFour {
    /// Reads the four digits.
    ///
    /// # Errors
    ///
    /// [`InvalidCardField`] for anything but four digits.
    pub fn parse(text: &str) -> Result<Self, InvalidCardField> {
        let fits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidCardField("must be 4 digits")) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
