//! What an operator looks at.

use actix_web::{HttpResponse, get, web::Data};

use crate::{
    api::Api,
    dto::{AdminHealth, Status},
    error::ApiError,
};

/// How much work waits
#[utoipa::path(
    operation_id = "getAdminHealth",
    tag = "Operations",
    responses((status = 200, description = "The counts", body = AdminHealth)),
)]
#[get("/v1/admin/health")]
pub(super) async fn admin_health(api: Data<Api>) -> Result<HttpResponse, ApiError> {
    let backlog = api.run(|ports| async move { Ok(ports.store.backlog().await?) }).await?;
    let now = api.ports.clock.now();
    Ok(HttpResponse::Ok().json(AdminHealth {
        status: Status::Up,
        outbox_pending: backlog.events,
        outbox_oldest_age_seconds: backlog.oldest_age_seconds(now),
        webhook_deliveries_pending: backlog.deliveries,
        attempts_in_doubt: backlog.attempts_in_doubt,
        attempts_for_review: backlog.attempts_for_review,
        provider_notices_pending: backlog.notices,
        running: api.running(),
    }))
}
