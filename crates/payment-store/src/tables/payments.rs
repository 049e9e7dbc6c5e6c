//! Payments. The customer's e-mail address is encrypted.

use payment_core::{
    card::{Bin, LastFour},
    currency::Currency,
    id::{MerchantId, Mode, ProviderId},
    payment::{CaptureMethod, Details, Operation, Payment, Pending, Status},
    person::Email,
};
use payment_ports::store::{Guard, StoreError};
use sea_orm::{Condition, DatabaseTransaction, entity::prelude::*};

use crate::{
    cipher::{Cipher, Place},
    failure::Failure,
    json,
    rows::{self, corrupt, optional, word},
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) currency: String,
    pub(crate) amount_minor: i64,
    pub(crate) authorized_minor: i64,
    pub(crate) captured_minor: i64,
    pub(crate) refunded_minor: i64,
    pub(crate) status: String,
    pub(crate) capture_method: String,
    pub(crate) order_id: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: String,
    pub(crate) provider: Option<String>,
    pub(crate) provider_ref: Option<String>,
    pub(crate) card_bin: Option<String>,
    pub(crate) card_last4: Option<String>,
    pub(crate) pending_attempt_id: Option<Uuid>,
    pub(crate) pending_operation: Option<String>,
    pub(crate) pending_minor: Option<i64>,
    pub(crate) pending_is_final: Option<bool>,
    pub(crate) event_count: i64,
    pub(crate) version: i64,
    pub(crate) created_at: UtcTime,
    pub(crate) updated_at: UtcTime,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts a payment whose id is new.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    payment: &Payment,
    cipher: &Cipher,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![row(payment, cipher)?], Guard::Payment).await
}

/// Writes the next version of a payment.
pub(crate) async fn update(
    work: &DatabaseTransaction,
    payment: &Payment,
    cipher: &Cipher,
) -> Result<(), Failure> {
    let before = Condition::all()
        .add(Column::Id.eq(payment.id.uuid()))
        .add(Column::Version.eq(payment.version.saturating_sub(1)));
    rows::update::<Entity>(work, row(payment, cipher)?, before, Guard::Payment).await
}

const EMAIL: &str = "payments.customer_email";

/// The row of a payment.
fn row(payment: &Payment, cipher: &Cipher) -> Result<Model, StoreError> {
    let Details { order_id, customer_email, customer_id, description, metadata } = &payment.details;
    let pending = payment.pending;
    let place = Place { column: EMAIL, row: &payment.id, mode: Some(payment.mode) };
    let email = customer_email.as_ref().map(|email| cipher.seal(place, email.expose()));
    Ok(Model {
        id: payment.id.uuid(),
        merchant_id: payment.merchant.as_str().to_owned(),
        mode: payment.mode.as_str().to_owned(),
        currency: payment.amount.currency().code().to_owned(),
        amount_minor: payment.amount.minor(),
        authorized_minor: payment.authorized.minor(),
        captured_minor: payment.captured.minor(),
        refunded_minor: payment.refunded.minor(),
        status: payment.status.as_str().to_owned(),
        capture_method: payment.capture_method.as_str().to_owned(),
        order_id: order_id.clone(),
        customer_id: customer_id.clone(),
        customer_email: email.transpose()?,
        description: description.clone(),
        metadata: json::write("payments.metadata", metadata)?,
        provider: payment.provider.as_ref().map(|id| id.as_str().to_owned()),
        provider_ref: payment.provider_reference.clone(),
        card_bin: payment.card_bin.as_ref().map(|bin| bin.as_str().to_owned()),
        card_last4: payment.card_last4.as_ref().map(|digits| digits.as_str().to_owned()),
        pending_attempt_id: pending.map(|pending| pending.attempt.uuid()),
        pending_operation: pending.map(|pending| pending.operation.as_str().to_owned()),
        pending_minor: pending.map(|pending| pending.amount.minor()),
        pending_is_final: pending.map(|pending| pending.is_final),
        event_count: payment.event_count,
        version: payment.version,
        created_at: payment.created_at.into(),
        updated_at: payment.updated_at.into(),
    })
}

/// The payment of a row.
pub(crate) fn payment(row: Model, cipher: &Cipher) -> Result<Payment, StoreError> {
    let currency = rows::currency("payments.currency", &row.currency)?;
    let mode = rows::id("payments.mode", &row.mode, Mode::parse)?;
    let pending = pending(&row, currency)?;
    let place = Place { column: EMAIL, row: &row.id, mode: Some(mode) };
    let email = row.customer_email.map(|sealed| cipher.open(place, &sealed)).transpose()?;
    Ok(Payment {
        id: row.id.into(),
        merchant: rows::id("payments.merchant_id", &row.merchant_id, MerchantId::parse)?,
        mode,
        amount: rows::money("payments.amount_minor", row.amount_minor, currency)?,
        authorized: rows::money("payments.authorized_minor", row.authorized_minor, currency)?,
        captured: rows::money("payments.captured_minor", row.captured_minor, currency)?,
        refunded: rows::money("payments.refunded_minor", row.refunded_minor, currency)?,
        status: word("payments.status", &row.status, Status::parse)?,
        capture_method: word("payments.capture_method", &row.capture_method, CaptureMethod::parse)?,
        details: Details {
            order_id: row.order_id,
            customer_email: optional(EMAIL, email.as_deref(), |text| Email::parse(text).ok())?,
            customer_id: row.customer_id,
            description: row.description,
            metadata: json::read("payments.metadata", &row.metadata)?,
        },
        provider: optional("payments.provider", row.provider.as_deref(), |id| {
            ProviderId::parse(id).ok()
        })?,
        provider_reference: row.provider_ref,
        card_bin: optional("payments.card_bin", row.card_bin.as_deref(), |digits| {
            Bin::parse(digits).ok()
        })?,
        card_last4: optional("payments.card_last4", row.card_last4.as_deref(), |digits| {
            LastFour::parse(digits).ok()
        })?,
        pending,
        event_count: row.event_count,
        version: row.version,
        created_at: row.created_at.into(),
        updated_at: row.updated_at.into(),
    })
}

fn pending(row: &Model, currency: Currency) -> Result<Option<Pending>, StoreError> {
    let Some(attempt) = row.pending_attempt_id else { return Ok(None) };
    let (Some(operation), Some(minor), Some(is_final)) =
        (&row.pending_operation, row.pending_minor, row.pending_is_final)
    else {
        return Err(corrupt("payments.pending_attempt_id"));
    };
    let operation = word("payments.pending_operation", operation, Operation::parse)?;
    let amount = rows::money("payments.pending_minor", minor, currency)?;
    Ok(Some(Pending { attempt: attempt.into(), operation, amount, is_final }))
}
