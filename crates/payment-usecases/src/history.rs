//! What happened to a payment.

use payment_core::id::PaymentId;

use crate::{
    caller::Caller,
    error::Error,
    ports::Ports,
    read::read,
    view::{attempt::AttemptsView, timeline::TimelineView, transaction::TransactionView},
};

/// Every call to a provider, oldest first.
///
/// # Errors
///
/// [`Error::PaymentNotFound`], [`Error::Store`].
pub async fn attempts(
    ports: &Ports,
    caller: &Caller,
    payment: PaymentId,
) -> Result<AttemptsView, Error> {
    read(ports, caller, payment).await?;
    Ok(AttemptsView::of(payment, &ports.store.attempts(payment).await?))
}

/// All money that moved, oldest first.
///
/// # Errors
///
/// [`Error::PaymentNotFound`], [`Error::Store`].
pub async fn transactions(
    ports: &Ports,
    caller: &Caller,
    payment: PaymentId,
) -> Result<Vec<TransactionView>, Error> {
    read(ports, caller, payment).await?;
    let transactions = ports.store.transactions(payment).await?;
    Ok(transactions.iter().map(TransactionView::of).collect())
}

/// Everything that happened, in order.
///
/// # Errors
///
/// [`Error::PaymentNotFound`], [`Error::Store`].
pub async fn timeline(
    ports: &Ports,
    caller: &Caller,
    payment: PaymentId,
) -> Result<TimelineView, Error> {
    read(ports, caller, payment).await?;
    let events = ports.store.events(payment).await?;
    let attempts = ports.store.attempts(payment).await?;
    let sessions = ports.store.sessions(payment).await?;
    Ok(TimelineView::of(payment, &events, &attempts, &sessions))
}
