//! Reading one payment.

use payment_core::{id::PaymentId, payment::Payment};
use payment_ports::store::Load;

use crate::{caller::Caller, error::Error, ports::Ports};

/// The caller's payment.
///
/// # Errors
///
/// [`Error::PaymentNotFound`], also for another merchant's or mode's payment.
pub async fn read(ports: &Ports, caller: &Caller, payment: PaymentId) -> Result<Payment, Error> {
    let query = Load {
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        payment: Some(payment),
        scope: None,
    };
    ports.store.load(&query).await?.payment.ok_or(Error::PaymentNotFound(payment))
}
