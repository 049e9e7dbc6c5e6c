//! What the gateway knows of a customer.

use std::fmt;

/// An e-mail address; `Debug` and [`Email::masked`] hide whose it is.
///
/// ```
/// use payment_core::person::Email;
///
/// assert_eq!(Email::parse("customer@email.com")?.masked(), "c***@email.com");
/// # Ok::<(), payment_core::person::InvalidEmail>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// Text that is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address of at most 255 characters")]
pub struct InvalidEmail;

impl Email {
    /// Reads an address: something, `@`, a domain with a dot, no white space.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`] for anything else, and for more than 255 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let is_clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let domain_fits = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
        let fits = text.len() <= 255 && !local.is_empty() && !local.contains('@');
        if fits && is_clean && domain_fits { Ok(Self(text.to_owned())) } else { Err(InvalidEmail) }
    }

    /// The whole address, for sending mail and for storage.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The address as merchants see it: `c***@email.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or(("", ""));
        local.chars().next().map_or_else(String::new, |first| format!("{first}***@{domain}"))
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.masked())
    }
}
