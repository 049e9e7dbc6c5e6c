//! Notices of providers. Their headers and bodies are encrypted.

use base64::{Engine, engine::general_purpose::STANDARD};
use payment_core::{id::ProviderId, time::Timestamp};
use payment_ports::{
    notice::NoticePost,
    store::{Guard, NoticeProgress, StoreError, StoredNotice},
};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, UpdateMany, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    cipher::{Cipher, Place},
    claim::Claiming,
    failure::Failure,
    json,
    rows::{self, corrupt},
    utc_time::UtcTime,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_inbox")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) provider: String,
    pub(crate) event_id: String,
    pub(crate) content: String,
    pub(crate) status: String,
    pub(crate) tries: i32,
    pub(crate) next_try_at: Option<UtcTime>,
    pub(crate) received_at: UtcTime,
    pub(crate) finished_at: Option<UtcTime>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

const CONTENT: &str = "provider_inbox.content";
const RECEIVED: &str = "RECEIVED";

/// What is encrypted; the format of rows that exist.
#[derive(Serialize, Deserialize)]
struct Content {
    headers: Vec<(String, String)>,
    /// In base64, since it need not be text.
    body: String,
}

/// Inserts a notice of an event that is new.
pub(crate) async fn insert(
    work: &DatabaseTransaction,
    notice: &StoredNotice,
    cipher: &Cipher,
) -> Result<(), Failure> {
    rows::insert::<Entity>(work, vec![row(notice, cipher)?], Guard::Notice).await
}

/// Moves a notice on that was claimed so often.
pub(crate) async fn update(
    work: &DatabaseTransaction,
    notice: Uuid,
    tries: i32,
    progress: NoticeProgress,
) -> Result<(), Failure> {
    let moved = ActiveModel {
        status: Set(progress.status().to_owned()),
        next_try_at: Set(progress.next_try_at().map(Into::into)),
        finished_at: Set(progress.finished_at().map(Into::into)),
        ..Default::default()
    };
    let claimed = Entity::update_many()
        .set(moved)
        .filter(Column::Id.eq(notice))
        .filter(Column::Status.eq(RECEIVED))
        .filter(Column::Tries.eq(tries));
    rows::expect_one(claimed.exec(work).await?.rows_affected, Guard::Notice)
}

/// Notices that will be looked at.
pub(crate) fn waiting() -> Select<Entity> {
    Entity::find().filter(Column::Status.eq(RECEIVED))
}

/// Makes all of them due at `now`.
pub(crate) fn look_at(now: Timestamp) -> UpdateMany<Entity> {
    let now = UtcTime::from(now);
    Entity::update_many()
        .set(ActiveModel { next_try_at: Set(Some(now)), ..Default::default() })
        .filter(Column::Status.eq(RECEIVED))
        .filter(Column::NextTryAt.gt(now))
}

fn row(notice: &StoredNotice, cipher: &Cipher) -> Result<Model, StoreError> {
    let place = Place { column: CONTENT, row: &notice.id, mode: None };
    let NoticePost { headers, body } = &notice.post;
    let content = Content { headers: headers.clone(), body: STANDARD.encode(body) };
    let progress = notice.progress;
    Ok(Model {
        id: notice.id,
        provider: notice.provider.as_str().to_owned(),
        event_id: notice.event_id.clone(),
        content: cipher.seal(place, &json::write(CONTENT, &content)?)?,
        status: progress.status().to_owned(),
        tries: notice.tries,
        next_try_at: progress.next_try_at().map(Into::into),
        received_at: notice.received_at.into(),
        finished_at: progress.finished_at().map(Into::into),
    })
}

/// The notice of a row.
pub(crate) fn notice(row: Model, cipher: &Cipher) -> Result<StoredNotice, StoreError> {
    let place = Place { column: CONTENT, row: &row.id, mode: None };
    let content: Content = json::read(CONTENT, &cipher.open(place, &row.content)?)?;
    let body = STANDARD.decode(content.body).ok().ok_or_else(|| corrupt(CONTENT))?;
    Ok(StoredNotice {
        id: row.id,
        provider: rows::id("provider_inbox.provider", &row.provider, ProviderId::parse)?,
        progress: progress(&row).ok_or_else(|| corrupt("provider_inbox.status"))?,
        event_id: row.event_id,
        post: NoticePost { headers: content.headers, body },
        tries: row.tries,
        received_at: row.received_at.into(),
    })
}

fn progress(row: &Model) -> Option<NoticeProgress> {
    match (row.status.as_str(), row.next_try_at, row.finished_at) {
        (RECEIVED, Some(at), None) => Some(NoticeProgress::Received { next_try_at: at.into() }),
        ("PROCESSED", None, Some(at)) => Some(NoticeProgress::Processed { at: at.into() }),
        ("UNMATCHED", None, Some(at)) => Some(NoticeProgress::Unmatched { at: at.into() }),
        _ => None,
    }
}

/// Notices that are due.
pub(crate) const CLAIM: Claiming = Claiming {
    table: "provider_inbox",
    due: "due AS (
            SELECT id FROM provider_inbox
            WHERE status = 'RECEIVED' AND next_try_at <= $1
            ORDER BY next_try_at, id LIMIT $2 {lock}
        )",
    set: "next_try_at = $3, tries = tries + 1",
};
