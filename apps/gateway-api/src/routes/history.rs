//! What happened to a payment.

use actix_web::{HttpResponse, get};
use payment_core::id::PaymentId;
use payment_usecases::{
    history,
    view::{attempt::AttemptsView, timeline::TimelineEntry, transaction::TransactionView},
};

use crate::{dto::Page, error::ApiError, input::Query};

/// List the calls to providers, oldest first
#[utoipa::path(
    operation_id = "listAttempts",
    tag = "History",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    responses((status = 200, description = "All attempts", body = AttemptsView)),
)]
#[get("/v1/payments/{paymentId}/attempts")]
pub(super) async fn attempts(query: Query<PaymentId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: payment, .. } = query;
    let run = |ports| async move { history::attempts(&ports, &caller, payment).await };
    Ok(HttpResponse::Ok().json(api.run(run).await?))
}

/// List the money that moved, oldest first
#[utoipa::path(
    operation_id = "listTransactions",
    tag = "History",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    responses((status = 200, description = "All transactions", body = Page<TransactionView>)),
)]
#[get("/v1/payments/{paymentId}/transactions")]
pub(super) async fn transactions(query: Query<PaymentId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: payment, .. } = query;
    let run = |ports| async move { history::transactions(&ports, &caller, payment).await };
    Ok(HttpResponse::Ok().json(Page::whole(api.run(run).await?)))
}

/// List everything that happened, in order
#[utoipa::path(
    operation_id = "listTimeline",
    tag = "History",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    responses((status = 200, description = "The whole history", body = Page<TimelineEntry>)),
)]
#[get("/v1/payments/{paymentId}/timeline")]
pub(super) async fn timeline(query: Query<PaymentId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: payment, .. } = query;
    let run = |ports| async move { history::timeline(&ports, &caller, payment).await };
    Ok(HttpResponse::Ok().json(Page::whole(api.run(run).await?.entries)))
}
