//! The customer's browser, on its way through 3-D Secure.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path, Payload},
};
use payment_core::id::{ProviderId, ThreeDsSessionId};
use payment_ports::provider::BrowserAnswer;
use payment_usecases::{error::Error, finish_three_ds};

use crate::{
    api::Api,
    error::ApiError,
    input::{pairs, read_body},
    pages::{Language, shown},
};

/// Show the customer the challenge
///
/// For the customer's browser, which comes here from your shop.
#[utoipa::path(
    operation_id = "showThreeDs",
    tag = "3-D Secure",
    params(("session" = String, Query, description = "The session's id")),
    responses(
        (status = 200, description = "The challenge, or how it ended", body = String, content_type = "text/html"),
        (status = 303, description = "Back to your `returnUrl`, or on to the bank"),
        (status = 404, description = "There is no such session", body = String, content_type = "text/html"),
    ),
)]
#[get("/3ds/verify")]
pub(super) async fn show(api: Data<Api>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let session = session_in_query(&request)?;
    let next = api.run(|ports| async move { finish_three_ds::show(&ports, session).await }).await?;
    shown(next, &api, session, Language::of(request.headers()))
}

/// Take the code that the customer entered
#[utoipa::path(
    operation_id = "verifyThreeDs",
    tag = "3-D Secure",
    params(("session" = String, Query, description = "The session's id")),
    request_body(content = Object, content_type = "application/x-www-form-urlencoded", example = json!({ "code": "111111" })),
    responses(
        (status = 200, description = "How it ended, or the challenge again after a wrong code", body = String, content_type = "text/html"),
        (status = 303, description = "Back to your `returnUrl`"),
        (status = 404, description = "There is no such session", body = String, content_type = "text/html"),
    ),
)]
#[post("/3ds/verify")]
pub(super) async fn verify(
    api: Data<Api>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let answer = browser_answer(&request, payload).await?;
    let session = session_in_query(&request)?;
    finish(&api, &request, None, (session, answer)).await
}

/// Take what the bank had the customer's browser post
///
/// For the customer's browser, which the bank sends here.
#[utoipa::path(
    operation_id = "returnFromThreeDs",
    tag = "3-D Secure",
    params(
        ("provider" = String, Path, description = "Who sent the customer to the bank"),
        ("session" = String, Path, description = "The session's id"),
    ),
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "How it ended", body = String, content_type = "text/html"),
        (status = 303, description = "Back to your `returnUrl`"),
        (status = 404, description = "There is no such session", body = String, content_type = "text/html"),
    ),
)]
#[post("/3ds/return/{provider}/{session}")]
pub(super) async fn complete(
    api: Data<Api>,
    request: HttpRequest,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let answer = browser_answer(&request, payload).await?;
    let (provider, id) = path.into_inner();
    let provider = ProviderId::parse(&provider).ok().ok_or_else(no_session)?;
    finish(&api, &request, Some(provider), (session(&id)?, answer)).await
}

async fn finish(
    api: &Api,
    request: &HttpRequest,
    provider: Option<ProviderId>,
    (session, answer): (ThreeDsSessionId, BrowserAnswer),
) -> Result<HttpResponse, ApiError> {
    let run = |ports| async move {
        finish_three_ds::answer(&ports, session, provider.as_ref(), &answer).await
    };
    shown(api.run(run).await?, api, session, Language::of(request.headers()))
}

async fn browser_answer(
    request: &HttpRequest,
    payload: Payload,
) -> Result<BrowserAnswer, ApiError> {
    let bytes = read_body(request, &mut payload.into_inner()).await?;
    let text = str::from_utf8(&bytes)
        .map_err(|error| ApiError::Malformed(format!("the form is not UTF-8: {error}")))?;
    Ok(BrowserAnswer { fields: pairs(text)?.into_iter().collect() })
}

fn session_in_query(request: &HttpRequest) -> Result<ThreeDsSessionId, ApiError> {
    let mut parameters = pairs(request.query_string())?.into_iter();
    let (_, id) = parameters.find(|(name, _)| name == "session").ok_or_else(no_session)?;
    session(&id)
}

fn session(id: &str) -> Result<ThreeDsSessionId, ApiError> {
    id.parse().ok().ok_or_else(no_session)
}

fn no_session() -> ApiError {
    Error::NotFound("3-D Secure session".to_owned()).into()
}
