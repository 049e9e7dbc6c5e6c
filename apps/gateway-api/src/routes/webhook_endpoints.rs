//! Where a merchant receives webhooks.

use actix_web::{HttpResponse, delete, get, post};
use payment_core::id::EndpointId;
use payment_usecases::{
    endpoints::{self, NewEndpoint},
    view::endpoint::{EndpointView, NewEndpointView},
};

use crate::{
    dto::{NewEndpointBody, Page},
    error::ApiError,
    input::{Command, Query},
};

/// Create a webhook endpoint
///
/// This answer is the only one that shows its secret; an `Idempotency-Key` does not repeat it.
#[utoipa::path(
    operation_id = "createWebhookEndpoint",
    tag = "Webhook endpoints",
    request_body = NewEndpointBody,
    responses((status = 201, description = "The endpoint and its secret", body = NewEndpointView)),
)]
#[post("/v1/webhook-endpoints")]
pub(super) async fn create_endpoint(
    command: Command<(), NewEndpointBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: (), body } = command;
    let wish = NewEndpoint {
        url: body.url,
        description: body.description,
        event_types: body.event_types.unwrap_or_default(),
    };
    let run = |ports| async move { endpoints::create(&ports, &caller, wish).await };
    Ok(HttpResponse::Created().json(api.run(run).await?))
}

/// List webhook endpoints, oldest first
#[utoipa::path(
    operation_id = "listWebhookEndpoints",
    tag = "Webhook endpoints",
    responses((status = 200, description = "All endpoints", body = Page<EndpointView>)),
)]
#[get("/v1/webhook-endpoints")]
pub(super) async fn list_endpoints(query: Query) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, .. } = query;
    let run = |ports| async move { endpoints::list(&ports, &caller).await };
    Ok(HttpResponse::Ok().json(Page::whole(api.run(run).await?)))
}

/// Read a webhook endpoint
#[utoipa::path(
    operation_id = "getWebhookEndpoint",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    responses((status = 200, description = "The endpoint", body = EndpointView)),
)]
#[get("/v1/webhook-endpoints/{endpointId}")]
pub(super) async fn get_endpoint(query: Query<EndpointId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: endpoint, .. } = query;
    let run = |ports| async move { endpoints::get(&ports, &caller, endpoint).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}

/// Delete a webhook endpoint
///
/// Webhooks that are on their way there are given up.
#[utoipa::path(
    operation_id = "deleteWebhookEndpoint",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    responses((status = 204, description = "It is gone")),
)]
#[delete("/v1/webhook-endpoints/{endpointId}")]
pub(super) async fn delete_endpoint(query: Query<EndpointId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: endpoint, .. } = query;
    api.run(|ports| async move { endpoints::delete(&ports, &caller, endpoint).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
