//! Where a merchant receives webhooks.

use actix_web::{HttpResponse, delete, get, patch, post};
use payment_core::id::EndpointId;
use payment_usecases::{
    endpoints,
    view::{
        endpoint::{EndpointView, EndpointWithSecretView},
        sample::SampleSentView,
    },
};

use crate::{
    dto::{EndpointUpdateBody, NewEndpointBody, NoBody, Page, RotationBody},
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
    responses((status = 201, description = "The endpoint and its secret", body = EndpointWithSecretView)),
)]
#[post("/v1/webhook-endpoints")]
pub(super) async fn create_endpoint(
    command: Command<(), NewEndpointBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: (), body } = command;
    let run = |ports| async move { endpoints::create(&ports, &caller, body.into()).await };
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

/// Change a webhook endpoint
///
/// What the body does not name stays as it is.
#[utoipa::path(
    operation_id = "updateWebhookEndpoint",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    request_body = EndpointUpdateBody,
    responses((status = 200, description = "The endpoint as it is now", body = EndpointView)),
)]
#[patch("/v1/webhook-endpoints/{endpointId}")]
pub(super) async fn update_endpoint(
    command: Command<EndpointId, EndpointUpdateBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: endpoint, body } = command;
    let wish = body.into();
    let run = |ports| async move { endpoints::update(&ports, &caller, endpoint, wish).await };
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

/// Give a webhook endpoint another secret
///
/// This answer is the only one that shows it. Until it replaces the one that the endpoint has,
/// webhooks are signed with both. If this answer was lost, promote the secret that nobody knows,
/// and rotate again.
#[utoipa::path(
    operation_id = "rotateWebhookSecret",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    request_body = Option<RotationBody>,
    responses(
        (status = 200, description = "The endpoint and its next secret", body = EndpointWithSecretView),
    ),
)]
#[post("/v1/webhook-endpoints/{endpointId}/secret/rotate")]
pub(super) async fn rotate_secret(
    command: Command<EndpointId, RotationBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: endpoint, body } = command;
    let hours = body.overlap_hours;
    let run =
        |ports| async move { endpoints::rotate_secret(&ports, &caller, endpoint, hours).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}

/// Replace the secret of a webhook endpoint now
///
/// From now on webhooks are signed with the new secret only.
#[utoipa::path(
    operation_id = "promoteWebhookSecret",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    request_body = Option<NoBody>,
    responses((status = 200, description = "The endpoint", body = EndpointView)),
)]
#[post("/v1/webhook-endpoints/{endpointId}/secret/promote")]
pub(super) async fn promote_secret(
    command: Command<EndpointId, NoBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: endpoint, body: NoBody {} } = command;
    let run = |ports| async move { endpoints::promote_secret(&ports, &caller, endpoint).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}

/// Send a sample to a webhook endpoint
///
/// A signed event that never happened, with `"test": true`. It is sent once, to disabled endpoints
/// too, and the answer says what came back. What `GET /v1/events` lists does not have it.
#[utoipa::path(
    operation_id = "testWebhookEndpoint",
    tag = "Webhook endpoints",
    params(("endpointId" = String, Path, format = Uuid, description = "The endpoint's id")),
    request_body = Option<NoBody>,
    responses((status = 200, description = "What came back", body = SampleSentView)),
)]
#[post("/v1/webhook-endpoints/{endpointId}/test")]
pub(super) async fn test_endpoint(
    command: Command<EndpointId, NoBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: endpoint, body: NoBody {} } = command;
    let run = |ports| async move { endpoints::send_sample(&ports, &caller, endpoint).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}
