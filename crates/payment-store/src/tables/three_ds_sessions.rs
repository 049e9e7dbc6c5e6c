//! 3-D Secure sessions. What the bank gave us to keep, or to show, is encrypted.

use payment_core::three_ds::{ThreeDsSession, ThreeDsStatus};
use payment_ports::store::{Guard, StoreError};
use sea_orm::{Condition, DatabaseTransaction, entity::prelude::*};

use crate::{
    cipher::{Cipher, Place},
    failure::Failure,
    json::{self, ChallengeText},
    rows::{self, word},
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "three_ds_sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) payment_id: Uuid,
    pub(crate) attempt_id: Uuid,
    pub(crate) challenge: String,
    pub(crate) provider_state: String,
    pub(crate) return_url: Option<String>,
    pub(crate) status: String,
    pub(crate) wrong_codes: i32,
    pub(crate) version: i64,
    pub(crate) created_at: UtcTime,
    pub(crate) expires_at: UtcTime,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Inserts a session whose id is new.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    session: &ThreeDsSession,
    cipher: &Cipher,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![row(session, cipher)?], Guard::Session).await
}

/// Writes the next version of a session.
pub(crate) async fn update(
    work: &DatabaseTransaction,
    session: &ThreeDsSession,
    cipher: &Cipher,
) -> Result<(), Failure> {
    let before = Condition::all()
        .add(Column::Id.eq(session.id.to_string()))
        .add(Column::Version.eq(session.version.saturating_sub(1)));
    rows::update::<Entity>(work, row(session, cipher)?, before, Guard::Session).await
}

const CHALLENGE: &str = "three_ds_sessions.challenge";
const PROVIDER_STATE: &str = "three_ds_sessions.provider_state";

/// The row of a session.
fn row(session: &ThreeDsSession, cipher: &Cipher) -> Result<Model, StoreError> {
    let place = |column| Place { column, row: &session.id, mode: None };
    let challenge = json::write(CHALLENGE, &ChallengeText::from(&session.challenge))?;
    Ok(Model {
        id: session.id.to_string(),
        payment_id: session.payment.uuid(),
        attempt_id: session.attempt.uuid(),
        challenge: cipher.seal(place(CHALLENGE), &challenge)?,
        provider_state: cipher.seal(place(PROVIDER_STATE), &session.provider_state)?,
        return_url: session.return_url.clone(),
        status: session.status.as_str().to_owned(),
        wrong_codes: session.wrong_codes,
        version: session.version,
        created_at: session.created_at.into(),
        expires_at: session.expires_at.into(),
    })
}

/// The session of a row.
pub(crate) fn session(row: Model, cipher: &Cipher) -> Result<ThreeDsSession, StoreError> {
    let place = |column| Place { column, row: &row.id, mode: None };
    let challenge: ChallengeText =
        json::read(CHALLENGE, &cipher.open(place(CHALLENGE), &row.challenge)?)?;
    Ok(ThreeDsSession {
        id: word("three_ds_sessions.id", &row.id, |text| text.parse().ok())?,
        payment: row.payment_id.into(),
        attempt: row.attempt_id.into(),
        challenge: challenge.into(),
        provider_state: cipher.open(place(PROVIDER_STATE), &row.provider_state)?,
        return_url: row.return_url,
        status: word("three_ds_sessions.status", &row.status, ThreeDsStatus::parse)?,
        wrong_codes: row.wrong_codes,
        version: row.version,
        created_at: row.created_at.into(),
        expires_at: row.expires_at.into(),
    })
}
