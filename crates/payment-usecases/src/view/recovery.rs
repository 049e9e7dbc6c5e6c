//! The JSON of endpoints that are sent again what they did not take.

use payment_ports::webhook::Recovery;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::time_text;

/// How far it has come that an endpoint is sent all events of a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryView {
    /// Its id, a UUIDv7.
    #[schema(format = Uuid)]
    pub id: String,
    /// `RUNNING`, or `DONE` once all events were looked at.
    #[schema(pattern = "^(RUNNING|DONE)$")]
    pub status: String,
    /// Events of this time or later, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub since: String,
    /// Events before this time, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub until: String,
    /// How many events were looked at.
    pub examined: i64,
    /// How many of them are sent again: those that the endpoint wants and has not taken.
    pub queued: i64,
    /// When it was wanted, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When all events had been looked at, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub completed_at: Option<String>,
}

impl RecoveryView {
    /// The recovery as the merchant sees it.
    #[must_use]
    pub fn of(recovery: &Recovery) -> Self {
        let status = if recovery.completed_at.is_some() { "DONE" } else { "RUNNING" };
        Self {
            id: recovery.id.to_string(),
            status: status.to_owned(),
            since: time_text(recovery.since),
            until: time_text(recovery.until),
            examined: recovery.examined,
            queued: recovery.queued,
            created_at: time_text(recovery.created_at),
            completed_at: recovery.completed_at.map(time_text),
        }
    }
}
