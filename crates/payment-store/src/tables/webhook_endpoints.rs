//! Webhook endpoints. The signing secret is encrypted.

use payment_core::{
    event::EventKind,
    id::{EndpointId, MerchantId, Mode},
};
use payment_ports::{
    store::{Guard, StoreError},
    webhook::Endpoint,
};
use sea_orm::{Condition, DatabaseTransaction, entity::prelude::*};
use secrecy::ExposeSecret;

use crate::{
    cipher::{Cipher, Place},
    failure::Failure,
    rows::{self, word},
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

/// A merchant's endpoints of one mode.
pub(crate) fn owned_by(merchant: &MerchantId, mode: Mode) -> Condition {
    Condition::all()
        .add(Column::MerchantId.eq(merchant.as_str()))
        .add(Column::Mode.eq(mode.as_str()))
}

/// The row of an endpoint.
fn row(endpoint: &Endpoint, cipher: &Cipher) -> Result<Model, StoreError> {
    let place = Place { column: SECRET, row: &endpoint.id, mode: Some(endpoint.mode) };
    let kinds: Vec<&str> = endpoint.event_kinds.iter().map(|kind| kind.as_str()).collect();
    Ok(Model {
        id: endpoint.id.uuid(),
        merchant_id: endpoint.merchant.as_str().to_owned(),
        mode: endpoint.mode.as_str().to_owned(),
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        secret: cipher.seal(place, endpoint.secret.expose_secret())?,
        event_types: kinds.join(","),
        created_at: endpoint.created_at.into(),
    })
}

/// The endpoint of a row.
pub(crate) fn endpoint(row: Model, cipher: &Cipher) -> Result<Endpoint, StoreError> {
    let mode = rows::id("webhook_endpoints.mode", &row.mode, Mode::parse)?;
    let place = Place { column: SECRET, row: &row.id, mode: Some(mode) };
    let kinds = row.event_types.split(',').filter(|kind| !kind.is_empty());
    let kinds = kinds.map(|kind| word("webhook_endpoints.event_types", kind, EventKind::parse));
    Ok(Endpoint {
        id: row.id.into(),
        merchant: rows::id("webhook_endpoints.merchant_id", &row.merchant_id, MerchantId::parse)?,
        mode,
        url: row.url,
        description: row.description,
        secret: cipher.open(place, &row.secret)?.into(),
        event_kinds: kinds.collect::<Result<_, _>>()?,
        created_at: row.created_at.into(),
    })
}
