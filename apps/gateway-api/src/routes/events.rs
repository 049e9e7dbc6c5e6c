//! The events that a merchant is told of.

use actix_web::{HttpResponse, get};
use payment_core::id::EventId;
use payment_usecases::{events, view::sent_event::SentEventView};

use crate::{
    dto::{EventParameters, Page},
    error::ApiError,
    input::Query,
};

/// List events, newest first
///
/// Everything that happened, exactly as it was or would have been sent, whether or not you were
/// told.
#[utoipa::path(
    operation_id = "listEvents",
    tag = "Webhooks",
    params(EventParameters),
    responses((status = 200, description = "One page of events", body = Page<SentEventView>)),
)]
#[get("/v1/events")]
pub(super) async fn list_events(
    query: Query<(), EventParameters>,
) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: (), parameters } = query;
    let wish = parameters.into();
    let page = api.run(|ports| async move { events::list(&ports, &caller, &wish).await }).await?;
    Ok(HttpResponse::Ok().json(Page::from(page)))
}

/// Read an event
#[utoipa::path(
    operation_id = "getEvent",
    tag = "Webhooks",
    params(("eventId" = String, Path, description = "The event's id: `evt_` and 32 hexadecimal digits")),
    responses((status = 200, description = "The event, exactly as it was sent", body = SentEventView)),
)]
#[get("/v1/events/{eventId}")]
pub(super) async fn get_event(query: Query<EventId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: event, .. } = query;
    let run = |ports| async move { events::get(&ports, &caller, event).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}
