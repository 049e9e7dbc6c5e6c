//! Sending a webhook endpoint again what it did not take.

use actix_web::{HttpResponse, get, post};
use payment_core::id::{EndpointId, RecoveryId};
use payment_usecases::{endpoints, view::recovery::RecoveryView};

use crate::{
    dto::{Page, RecoverBody},
    error::ApiError,
    input::{Command, Query},
};

/// Send a webhook endpoint everything of a time that it has not taken
///
/// However much it is; what was given up begins its schedule anew. It goes on in the background,
/// and whatever is sent again has the id that it had.
#[utoipa::path(
    operation_id = "recoverWebhookEndpoint",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    request_body = RecoverBody,
    responses((status = 202, description = "It begins", body = RecoveryView)),
)]
#[post("/v1/webhook-endpoints/{endpointId}/recover")]
pub(super) async fn recover_endpoint(
    command: Command<EndpointId, RecoverBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: endpoint, body } = command;
    let wish = body.into();
    let run = |ports| async move { endpoints::recover(&ports, &caller, endpoint, &wish).await };
    Ok(HttpResponse::Accepted().json(api.run(run).await?))
}

/// List the recoveries of a webhook endpoint, newest first
#[utoipa::path(
    operation_id = "listWebhookRecoveries",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    responses((status = 200, description = "All recoveries", body = Page<RecoveryView>)),
)]
#[get("/v1/webhook-endpoints/{endpointId}/recoveries")]
pub(super) async fn list_recoveries(query: Query<EndpointId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: endpoint, .. } = query;
    let run = |ports| async move { endpoints::recoveries(&ports, &caller, endpoint).await };
    Ok(HttpResponse::Ok().json(Page::whole(api.run(run).await?)))
}

/// Read how far a recovery has come
#[utoipa::path(
    operation_id = "getWebhookRecovery",
    tag = "Webhook endpoints",
    params(
        ("endpointId" = String, Path, format = Uuid, description = "The endpoint's id"),
        ("recoveryId" = String, Path, format = Uuid, description = "The recovery's id"),
    ),
    responses((status = 200, description = "The recovery", body = RecoveryView)),
)]
#[get("/v1/webhook-endpoints/{endpointId}/recoveries/{recoveryId}")]
pub(super) async fn get_recovery(
    query: Query<(EndpointId, RecoveryId)>,
) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: (endpoint, recovery), .. } = query;
    let run = |ports| async move { endpoints::recovery(&ports, &caller, endpoint, recovery).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}
