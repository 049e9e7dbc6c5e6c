//! The history of tries to deliver.

use payment_ports::{
    store::{Guard, StoreError},
    webhook::DeliveryAttempt,
};
use sea_orm::{DatabaseTransaction, entity::prelude::*};

use super::webhook_deliveries::trigger;
use crate::{failure::Failure, rows, utc_time::UtcTime};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) delivery_id: Uuid,
    pub(crate) number: i32,
    pub(crate) started_at: UtcTime,
    pub(crate) duration_ms: i64,
    pub(crate) status_code: Option<i32>,
    pub(crate) error_class: Option<String>,
    pub(crate) response_excerpt: Option<String>,
    pub(crate) cause: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts tries.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    attempts: impl Iterator<Item = &DeliveryAttempt>,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, attempts.map(Into::into).collect(), Guard::Delivery).await
}

impl From<&DeliveryAttempt> for Model {
    fn from(attempt: &DeliveryAttempt) -> Self {
        Self {
            id: attempt.id,
            delivery_id: attempt.delivery.uuid(),
            number: attempt.number,
            started_at: attempt.started_at.into(),
            duration_ms: attempt.duration_ms,
            status_code: attempt.status_code,
            error_class: attempt.error_class.clone(),
            response_excerpt: attempt.response_excerpt.clone(),
            cause: attempt.trigger.as_str().to_owned(),
        }
    }
}

impl TryFrom<Model> for DeliveryAttempt {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            delivery: row.delivery_id.into(),
            number: row.number,
            trigger: rows::word("webhook_attempts.cause", &row.cause, trigger)?,
            started_at: row.started_at.into(),
            duration_ms: row.duration_ms,
            status_code: row.status_code,
            error_class: row.error_class,
            response_excerpt: row.response_excerpt,
        })
    }
}
