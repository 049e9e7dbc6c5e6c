//! Merchants; an operator's business.

use payment_core::id::MerchantId;
use payment_ports::store::{ApplyError, Change, Merchant};

use crate::{
    error::{Error, InvalidField},
    fields,
    ports::Ports,
};

/// Makes a merchant.
///
/// # Errors
///
/// [`Error::Invalid`] names `id` or `name`; [`Error::Exists`].
pub async fn create(ports: &Ports, id: &str, name: &str) -> Result<Merchant, Error> {
    let id = MerchantId::parse(id)
        .map_err(|error| InvalidField::new("id", format!("is {error}"), fields::shortened(id)))?;
    let name = fields::text("name", name, 200)?;
    let merchant = Merchant { id, name, created_at: ports.clock.now() };
    match ports.store.apply(&[Change::InsertMerchant(merchant.clone())]).await {
        Ok(()) => Ok(merchant),
        Err(ApplyError::Conflict(_)) => Err(Error::Exists(format!("merchant {}", merchant.id))),
        Err(error) => Err(error.into()),
    }
}
