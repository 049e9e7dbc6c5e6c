//! Addresses that merchants name.

use payment_core::id::Mode;

/// Decides which addresses merchants may name, so that none of them leads inside.
pub trait AddressCheck: Send + Sync {
    /// Whether `address`, an absolute URL, may be named in that mode; nobody is asked where it leads.
    ///
    /// # Errors
    ///
    /// [`AddressRefusal`] says what is wrong with it.
    fn check(&self, address: &str, mode: Mode) -> Result<(), AddressRefusal>;
}

/// What is wrong with an address, as the end of a sentence that begins with the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressRefusal(pub String);
