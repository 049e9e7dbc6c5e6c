//! Webhook endpoints. The signing secret is encrypted.

use payment_core::{
    event::EventKind,
    id::{EndpointId, MerchantId, Mode},
};
use payment_ports::{
    store::{Guard, StoreError},
    webhook::{Disabled, DisabledReason, Endpoint, EndpointSecrets, NextSecret},
};
use sea_orm::{Condition, DatabaseTransaction, entity::prelude::*};
use secrecy::ExposeSecret;

use crate::{
    cipher::{Cipher, Place},
    failure::Failure,
    rows::{self, corrupt, word},
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoints")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) merchant_id: String,
    pub(crate) mode: String,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) secret: String,
    pub(crate) event_types: String,
    pub(crate) created_at: UtcTime,
    pub(crate) next_secret: Option<String>,
    pub(crate) next_secret_at: Option<UtcTime>,
    pub(crate) is_ordered: bool,
    pub(crate) rate_per_second: Option<i32>,
    pub(crate) disabled_reason: Option<String>,
    pub(crate) disabled_at: Option<UtcTime>,
    pub(crate) event_count: i64,
    pub(crate) version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts an endpoint whose id is new.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    endpoint: &Endpoint,
    cipher: &Cipher,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![row(endpoint, cipher)?], Guard::Endpoint).await
}

/// Writes an endpoint over its last version.
pub(crate) async fn update(
    work: &DatabaseTransaction,
    endpoint: &Endpoint,
    cipher: &Cipher,
) -> Result<(), Failure> {
    let previous = Condition::all()
        .add(Column::Id.eq(endpoint.id.uuid()))
        .add(Column::Version.eq(endpoint.version.saturating_sub(1)));
    rows::update::<Entity>(work, row(endpoint, cipher)?, previous, Guard::Endpoint).await
}

/// Deletes an endpoint of that merchant and mode.
pub(crate) async fn delete(
    work: &DatabaseTransaction,
    merchant: &MerchantId,
    mode: Mode,
    endpoint: EndpointId,
) -> Result<(), Failure> {
    let it = owned_by(merchant, mode).add(Column::Id.eq(endpoint.uuid()));
    let deleted = Entity::delete_many().filter(it).exec(work).await?;
    rows::expect_one(deleted.rows_affected, Guard::Endpoint)
}

const SECRET: &str = "webhook_endpoints.secret";
const NEXT_SECRET: &str = "webhook_endpoints.next_secret";

/// A merchant's endpoints of one mode.
pub(crate) fn owned_by(merchant: &MerchantId, mode: Mode) -> Condition {
    Condition::all()
        .add(Column::MerchantId.eq(merchant.as_str()))
        .add(Column::Mode.eq(mode.as_str()))
}

/// The row of an endpoint.
fn row(endpoint: &Endpoint, cipher: &Cipher) -> Result<Model, StoreError> {
    let place = |column| Place { column, row: &endpoint.id, mode: Some(endpoint.mode) };
    let EndpointSecrets { current, next } = &endpoint.secrets;
    let seal = |next: &NextSecret| cipher.seal(place(NEXT_SECRET), next.secret.expose_secret());
    let kinds: Vec<&str> = endpoint.event_kinds.iter().map(|kind| kind.as_str()).collect();
    Ok(Model {
        id: endpoint.id.uuid(),
        merchant_id: endpoint.merchant.as_str().to_owned(),
        mode: endpoint.mode.as_str().to_owned(),
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        secret: cipher.seal(place(SECRET), current.expose_secret())?,
        event_types: kinds.join(","),
        created_at: endpoint.created_at.into(),
        next_secret: next.as_ref().map(seal).transpose()?,
        next_secret_at: next.as_ref().map(|next| next.replaces_at.into()),
        is_ordered: endpoint.is_ordered,
        rate_per_second: endpoint.rate_per_second.map(Into::into),
        disabled_reason: endpoint.disabled.map(|it| it.reason.as_str().to_owned()),
        disabled_at: endpoint.disabled.map(|it| it.at.into()),
        event_count: endpoint.event_count,
        version: endpoint.version,
    })
}

/// The endpoint of a row.
pub(crate) fn endpoint(row: Model, cipher: &Cipher) -> Result<Endpoint, StoreError> {
    let mode = rows::id("webhook_endpoints.mode", &row.mode, Mode::parse)?;
    let place = |column| Place { column, row: &row.id, mode: Some(mode) };
    let current = cipher.open(place(SECRET), &row.secret)?.into();
    let next = row.next_secret.as_deref().map(|text| cipher.open(place(NEXT_SECRET), text));
    let next = next.transpose()?.zip(row.next_secret_at);
    let next =
        next.map(|(secret, at)| NextSecret { secret: secret.into(), replaces_at: at.into() });
    let rate = row.rate_per_second.map(u16::try_from).transpose();
    let reason = rows::optional(
        "webhook_endpoints.disabled_reason",
        row.disabled_reason.as_deref(),
        disabled_reason,
    )?;
    let kinds = row.event_types.split(',').filter(|kind| !kind.is_empty());
    let kinds = kinds.map(|kind| word("webhook_endpoints.event_types", kind, EventKind::parse));
    Ok(Endpoint {
        id: row.id.into(),
        merchant: rows::id("webhook_endpoints.merchant_id", &row.merchant_id, MerchantId::parse)?,
        mode,
        url: row.url,
        description: row.description,
        secrets: EndpointSecrets { current, next },
        event_kinds: kinds.collect::<Result<_, _>>()?,
        is_ordered: row.is_ordered,
        rate_per_second: rate.ok().ok_or_else(|| corrupt("webhook_endpoints.rate_per_second"))?,
        disabled: reason
            .zip(row.disabled_at)
            .map(|(reason, at)| Disabled { reason, at: at.into() }),
        event_count: row.event_count,
        created_at: row.created_at.into(),
        version: row.version,
    })
}

fn disabled_reason(text: &str) -> Option<DisabledReason> {
    DisabledReason::ALL.into_iter().find(|reason| reason.as_str() == text)
}
