//! Payments: create, read, list.

use actix_web::{HttpResponse, get, post};
use payment_core::id::PaymentId;
use payment_usecases::{
    create::{Create, create as create_payment},
    list::list as list_payments,
    read::read,
    view::payment::PaymentView,
};

use crate::{
    dto::{CreateBody, ListParameters, Page},
    error::ApiError,
    input::{Command, Query},
    reply::reply,
};

/// Create a payment
#[utoipa::path(
    operation_id = "createPayment",
    tag = "Payments",
    request_body = CreateBody,
    responses((status = 201, description = "The payment", body = PaymentView)),
)]
#[post("/v1/payments")]
pub(super) async fn create(command: Command<(), CreateBody>) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: (), body } = command;
    let wish = Create {
        amount: body.amount.0,
        currency: body.currency,
        order_id: body.order_id,
        customer_email: body.customer_email,
        customer_id: body.customer_id,
        description: body.description,
        metadata: body.metadata.unwrap_or_default(),
        capture_method: body.capture_method,
    };
    let run = |ports| async move { create_payment(&ports, &caller, wish).await };
    Ok(reply(api.run(run).await?))
}

/// List payments, newest first
#[utoipa::path(
    operation_id = "listPayments",
    tag = "Payments",
    params(ListParameters),
    responses((status = 200, description = "One page of payments", body = Page<PaymentView>)),
)]
#[get("/v1/payments")]
pub(super) async fn list(query: Query<(), ListParameters>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: (), parameters } = query;
    let wish = parameters.into();
    let page = api.run(|ports| async move { list_payments(&ports, &caller, &wish).await }).await?;
    Ok(HttpResponse::Ok().json(Page::from(page)))
}

/// Read a payment
#[utoipa::path(
    operation_id = "getPayment",
    tag = "Payments",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    responses((status = 200, description = "The payment", body = PaymentView)),
)]
#[get("/v1/payments/{paymentId}")]
pub(super) async fn get(query: Query<PaymentId>) -> Result<HttpResponse, ApiError> {
    let Query { api, caller, path: payment, .. } = query;
    let payment = api.run(|ports| async move { read(&ports, &caller, payment).await }).await?;
    Ok(HttpResponse::Ok().json(PaymentView::of(&payment)))
}
