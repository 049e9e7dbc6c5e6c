//! What operators ask.

use serde::Serialize;
use utoipa::ToSchema;

/// Whether something works, in the words of Spring Boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    /// It does.
    Up,
    /// It does not.
    Down,
}

/// Whether the gateway works, and what it needs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// The worst of its components.
    pub(crate) status: Status,
    /// What it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) components: Option<Components>,
}

/// What the gateway needs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Components {
    /// The database.
    pub(crate) db: Component,
}

/// One thing that the gateway needs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Component {
    /// Whether it works.
    pub(crate) status: Status,
}

/// What is running.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Info {
    /// The program.
    pub(crate) app: App,
}

/// The program.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct App {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
}

/// How much work waits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AdminHealth {
    /// Whether the database answers.
    pub(crate) status: Status,
    /// Events that wait to be fanned out.
    pub(crate) outbox_pending: i64,
    /// How long the oldest of them has waited, in seconds.
    pub(crate) outbox_oldest_age_seconds: i64,
    /// Webhooks that will be tried.
    pub(crate) webhook_deliveries_pending: i64,
    /// Calls to providers whose outcome nobody knows yet.
    pub(crate) attempts_in_doubt: i64,
    /// Calls that only a person can settle.
    pub(crate) attempts_for_review: i64,
    /// Notices of providers that will be looked at.
    pub(crate) provider_notices_pending: i64,
    /// Use-cases that this process is running.
    pub(crate) running: usize,
}
