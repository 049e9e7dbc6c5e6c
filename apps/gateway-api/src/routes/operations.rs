//! What is done with a payment: authorize, capture, void, refund.

use actix_web::{HttpResponse, post};
use payment_core::{card::CardToken, id::PaymentId};
use payment_usecases::{
    authorize::{Authorize, authorize as authorize_payment},
    capture::{Capture, capture as capture_payment},
    error::InvalidField,
    refund::{Refund, refund as refund_payment},
    view::{payment::PaymentView, three_ds::AuthorizationView},
    void::{Void, void as void_payment},
};
use serde_json::Value;

use crate::{
    dto::{AuthorizeBody, CaptureBody, RefundBody, VoidBody},
    error::ApiError,
    input::Command,
    reply::reply,
};

/// Authorize a payment
///
/// Holds the money on the card. If 3-D Secure is needed, the payment stays `CREATED`: send the
/// customer to `threeDsUrl`.
#[utoipa::path(
    operation_id = "authorizePayment",
    tag = "Payments",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    request_body = AuthorizeBody,
    responses(
        (status = 200, description = "Authorized, or 3-D Secure is needed", body = AuthorizationView),
        (status = 202, description = "The outcome is not known yet", body = PaymentView),
    ),
)]
#[post("/v1/payments/{paymentId}/authorize")]
pub(super) async fn authorize(
    command: Command<PaymentId, AuthorizeBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: payment, body } = command;
    // What was sent may be a card number with a typo, so it is not repeated.
    let card_token = CardToken::parse(&body.card_token)
        .map_err(|error| InvalidField::new("cardToken", error, Value::Null))?;
    let wish = Authorize {
        payment,
        card_token,
        card_bin: body.card_bin,
        three_ds_preference: body.three_ds_preference,
        return_url: body.return_url,
        installments: body.installments,
    };
    let run = |ports| async move { authorize_payment(&ports, &caller, wish).await };
    Ok(reply(api.run(run).await?))
}

/// Capture an authorized payment, whole or in part
#[utoipa::path(
    operation_id = "capturePayment",
    tag = "Payments",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    request_body = Option<CaptureBody>,
    responses(
        (status = 200, description = "Captured", body = PaymentView),
        (status = 202, description = "The outcome is not known yet", body = PaymentView),
    ),
)]
#[post("/v1/payments/{paymentId}/capture")]
pub(super) async fn capture(
    command: Command<PaymentId, CaptureBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: payment, body } = command;
    let amount = body.amount.map(|amount| amount.0);
    let wish = Capture { payment, amount, final_capture: body.final_capture };
    let run = |ports| async move { capture_payment(&ports, &caller, wish).await };
    Ok(reply(api.run(run).await?))
}

/// Void a payment that was not captured
#[utoipa::path(
    operation_id = "voidPayment",
    tag = "Payments",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    request_body = Option<VoidBody>,
    responses(
        (status = 200, description = "Voided", body = PaymentView),
        (status = 202, description = "The outcome is not known yet", body = PaymentView),
    ),
)]
#[post("/v1/payments/{paymentId}/void")]
pub(super) async fn void(command: Command<PaymentId, VoidBody>) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: payment, body } = command;
    let wish = Void { payment, reason: body.reason };
    let run = |ports| async move { void_payment(&ports, &caller, wish).await };
    Ok(reply(api.run(run).await?))
}

/// Refund a captured payment, whole or in part
#[utoipa::path(
    operation_id = "refundPayment",
    tag = "Payments",
    params(("paymentId" = String, Path, format = Uuid, description = "The payment's id")),
    request_body = Option<RefundBody>,
    responses(
        (status = 200, description = "Refunded", body = PaymentView),
        (status = 202, description = "The outcome is not known yet", body = PaymentView),
    ),
)]
#[post("/v1/payments/{paymentId}/refund")]
pub(super) async fn refund(
    command: Command<PaymentId, RefundBody>,
) -> Result<HttpResponse, ApiError> {
    let Command { api, caller, path: payment, body } = command;
    let amount = body.amount.map(|amount| amount.0);
    let wish = Refund { payment, amount, reason: body.reason };
    let run = |ports| async move { refund_payment(&ports, &caller, wish).await };
    Ok(reply(api.run(run).await?))
}
