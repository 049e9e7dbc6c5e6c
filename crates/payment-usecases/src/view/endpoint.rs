//! The JSON of webhook endpoints.

use payment_ports::webhook::Endpoint;
use secrecy::ExposeSecret;
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
    /// When it was made, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A new endpoint with its secret, which is shown only now.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewEndpointView {
    /// The endpoint.
    #[serde(flatten)]
    pub endpoint: EndpointView,
    /// What signatures are verified with: `whsec_` and base64.
    pub secret: String,
}

/// Hides the secret.
impl std::fmt::Debug for NewEndpointView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewEndpointView").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl EndpointView {
    /// The endpoint as the merchant sees it.
    #[must_use]
    pub fn of(endpoint: &Endpoint) -> Self {
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
            created_at: time_text(endpoint.created_at),
        }
    }
}

impl NewEndpointView {
    /// The endpoint as the merchant sees it once.
    #[must_use]
    pub fn of(endpoint: &Endpoint) -> Self {
        let secret = endpoint.secrets.current.expose_secret().to_owned();
        Self { endpoint: EndpointView::of(endpoint), secret }
    }
}
