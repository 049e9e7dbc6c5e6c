//! What was sent where.

use actix_web::{HttpResponse, get, post};
use payment_core::id::DeliveryId;
use payment_usecases::{deliveries, view::delivery::DeliveryView};

use crate::{
    dto::{DeliveryParameters, NoBody, Page},
    error::ApiError,
    input::{Command, Query},
};

/// List deliveries with every try, those of the newest event first
#[utoipa::path(
    operation_id = "listWebhookDeliveries",
    tag = "Webhooks",
    params(DeliveryParameters),
    responses((status = 200, description = "One page of deliveries", body = Page<DeliveryView>)),
)]
#[get("/v1/webhook-deliveries")]
pub(super) async fn list_deliveries(
    query: Query<(), DeliveryParameters>,
) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: (), parameters } = query;
    let wish = parameters.into();
    let run = |ports| async move { deliveries::list(&ports, &caller, &wish).await };
    Ok(HttpResponse::Ok().json(Page::from(api.run(run).await?)))
}

/// Read a delivery with every try
#[utoipa::path(
    operation_id = "getWebhookDelivery",
    tag = "Webhooks",
    params(("deliveryId" = String, Path, format = Uuid, description = "The delivery's id")),
    responses((status = 200, description = "The delivery", body = DeliveryView)),
)]
#[get("/v1/webhook-deliveries/{deliveryId}")]
pub(super) async fn get_delivery(query: Query<DeliveryId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: delivery, .. } = query;
    let run = |ports| async move { deliveries::get(&ports, &caller, delivery).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}

/// Send a delivery again now
///
/// It is sent once, whatever its status and its endpoint's, and the answer says what came of it. If
/// your receiver takes it, it is `DELIVERED`; otherwise its schedule goes on as it was.
#[utoipa::path(
    operation_id = "retryWebhookDelivery",
    tag = "Webhooks",
    params(("deliveryId" = String, Path, format = Uuid, description = "The delivery's id")),
    request_body = Option<NoBody>,
    responses((status = 200, description = "The delivery with this try", body = DeliveryView)),
)]
#[post("/v1/webhook-deliveries/{deliveryId}/retry")]
pub(super) async fn retry_delivery(
    command: Command<DeliveryId, NoBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: delivery, body: NoBody {} } = command;
    let run = |ports| async move { deliveries::retry(&ports, &caller, delivery).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}
