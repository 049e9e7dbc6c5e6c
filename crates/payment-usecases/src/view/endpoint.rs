//! The JSON of webhook endpoints.

use payment_core::time::Timestamp;
use payment_ports::webhook::{Endpoint, NextSecret};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::time_text;

/// Where a merchant receives events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// Its id, a UUIDv7.
    #[schema(format = Uuid)]
    pub id: String,
    /// Where events are posted.
    pub url: String,
    /// The merchant's note.
    pub description: Option<String>,
    /// Which events it hears of; `*` is all.
    pub event_types: Vec<String>,
    /// Whether events of one payment wait until those before them were taken or given up.
    pub ordered: bool,
    /// At most so many requests a second; null is as many as it takes.
    #[schema(minimum = 1, maximum = 1000)]
    pub rate_per_second: Option<u16>,
    /// Whether it is told anything.
    pub enabled: bool,
    /// Why it is disabled: `MERCHANT`, you wanted it so; `FAILING`, it took nothing for too long;
    /// `GONE`, it answered 410.
    #[schema(pattern = "^(MERCHANT|FAILING|GONE)$")]
    pub disabled_reason: Option<String>,
    /// Since when it is disabled, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub disabled_at: Option<String>,
    /// The secret that is about to replace the one it has; null if there is none.
    pub secret_rotation: Option<SecretRotationView>,
    /// When it was made, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A secret that is about to replace another; meanwhile webhooks are signed with both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretRotationView {
    /// When it replaces the other by itself, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub replaces_at: String,
}

/// An endpoint with a new secret, which is shown only now.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointWithSecretView {
    /// The endpoint.
    #[serde(flatten)]
    pub endpoint: EndpointView,
    /// What signatures are verified with: `whsec_` and base64.
    pub secret: String,
}

/// Hides the secret.
impl std::fmt::Debug for EndpointWithSecretView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointWithSecretView")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl EndpointView {
    /// The endpoint as the merchant sees it at that time.
    #[must_use]
    pub fn of(endpoint: &Endpoint, now: Timestamp) -> Self {
        let mut event_types: Vec<_> =
            endpoint.event_kinds.iter().map(ToString::to_string).collect();
        if event_types.is_empty() {
            event_types.push("*".to_owned());
        }
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            event_types,
            ordered: endpoint.is_ordered,
            rate_per_second: endpoint.rate_per_second,
            enabled: endpoint.disabled.is_none(),
            disabled_reason: endpoint.disabled.map(|it| it.reason.as_str().to_owned()),
            disabled_at: endpoint.disabled.map(|it| time_text(it.at)),
            secret_rotation: endpoint.secrets.at(now).next.as_ref().map(SecretRotationView::of),
            created_at: time_text(endpoint.created_at),
        }
    }
}

impl SecretRotationView {
    fn of(next: &NextSecret) -> Self {
        Self { replaces_at: time_text(next.replaces_at) }
    }
}

impl EndpointWithSecretView {
    /// The endpoint as the merchant sees it once.
    #[must_use]
    pub fn of(endpoint: &Endpoint, secret: &SecretString, now: Timestamp) -> Self {
        let secret = secret.expose_secret().to_owned();
        Self { endpoint: EndpointView::of(endpoint, now), secret }
    }
}
