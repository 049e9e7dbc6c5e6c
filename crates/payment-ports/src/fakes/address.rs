//! A check of addresses.

use std::collections::HashMap;

use payment_core::id::Mode;

use crate::address::{AddressCheck, AddressRefusal};

/// Lets every address pass but those that a test refuses.
#[derive(Debug, Default)]
pub struct ScriptedAddresses {
    refused: HashMap<(String, Mode), AddressRefusal>,
}

impl ScriptedAddresses {
    /// A check that refuses nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same check, which refuses `address` in that mode and says why.
    #[must_use]
    pub fn refusing(mut self, address: &str, mode: Mode, why: &str) -> Self {
        self.refused.insert((address.to_owned(), mode), AddressRefusal(why.to_owned()));
        self
    }
}

impl AddressCheck for ScriptedAddresses {
    fn check(&self, address: &str, mode: Mode) -> Result<(), AddressRefusal> {
        let refusal = self.refused.get(&(address.to_owned(), mode));
        refusal.map_or(Ok(()), |refusal| Err(refusal.clone()))
    }
}
