//! What development begins with: a merchant, and a key for it.

use payment_core::id::{MerchantId, Mode};
use payment_usecases::{
    api_keys,
    error::{Error, InvalidField},
    merchants,
};
use secrecy::SecretString;

use crate::wiring::Runtime;

/// The merchant that every development database has, and no production database may have.
pub const MERCHANT: &str = "DEMO_MERCHANT";

/// Makes the demo merchant and its test key where they are missing; the key is always the same.
///
/// `None` in production.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn ensure(runtime: &Runtime) -> Result<Option<SecretString>, Error> {
    let Some(seed) = &runtime.secrets.demo_seed else { return Ok(None) };
    let id = MerchantId::parse(MERCHANT);
    let id = id.map_err(|error| InvalidField::new("id", error, MERCHANT))?;
    match merchants::create(&runtime.ports, MERCHANT, "Demo merchant").await {
        Ok(_) | Err(Error::Exists(_)) => {}
        Err(error) => return Err(error),
    }
    api_keys::adopt(&runtime.ports, &id, Mode::Test, seed).await.map(Some)
}
