//! What providers post to us by themselves.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path, Payload},
};
use payment_core::id::ProviderId;
use payment_ports::notice::{NoticePost, Untrusted};
use payment_usecases::{
    inbox::{self, NotTaken, Taken},
    view::error::ErrorBody,
};

use crate::{api::Api, error::ApiError, input::read_within, metrics::count_notice};

/// The longest notice that is read, in bytes.
const MAX_BYTES: usize = 512 * 1024;
/// Whose notices the seed has under a path of their own.
const PAYNET: &str = "PAYNET";

/// Take a provider's notice
///
/// For providers. A notice is verified, stored and answered in the provider's own form; what it
/// tells is looked into afterwards. One that was taken before is answered in the same way.
#[utoipa::path(
    operation_id = "takeNotice",
    tag = "Provider notices",
    params(("provider" = String, Path, description = "The provider's id, such as `mock_provider`, in upper or lower case")),
    request_body(content = Object, content_type = "application/json", description = "Whatever the provider sends, in any content type"),
    responses(
        (status = 200, description = "Taken; the body is what the provider wants to hear", body = String, content_type = "text/plain"),
        (status = 400, description = "The provider's, and in no known form", body = ErrorBody),
        (status = 401, description = "Not signed by the provider, changed on its way, or too old", body = ErrorBody),
        (status = 403, description = "From an address that the provider does not send from", body = ErrorBody),
        (status = 404, description = "There is no such provider", body = ErrorBody),
        (status = 413, description = "Longer than 512 KiB", body = ErrorBody),
        (status = 503, description = "It cannot be verified or stored here right now; send it again", body = ErrorBody),
    ),
)]
#[post("/v1/webhooks/{provider}")]
pub(super) async fn take_notice(
    api: Data<Api>,
    request: HttpRequest,
    provider: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let provider = ProviderId::parse(&provider.to_ascii_uppercase()).or(Err(ApiError::NoRoute))?;
    take(&api, &request, provider, payload).await
}

/// Take a notice of PAYNET
///
/// As `takeNotice`, under the address that PAYNET is given.
#[utoipa::path(
    operation_id = "takePaynetNotice",
    tag = "Provider notices",
    request_body(content = Object, content_type = "application/json", description = "Whatever PAYNET sends"),
    responses(
        (status = 200, description = "Taken", body = String, content_type = "text/plain"),
        (status = 401, description = "Not signed by PAYNET, changed on its way, or too old", body = ErrorBody),
        (status = 503, description = "PAYNET is switched off here, or its notices cannot be verified", body = ErrorBody),
    ),
)]
#[post("/api/webhooks/paynet-callback")]
pub(super) async fn take_paynet_notice(
    api: Data<Api>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let paynet = ProviderId::parse(PAYNET).or(Err(ApiError::NoRoute))?;
    match take(&api, &request, paynet, payload).await {
        Err(ApiError::Notice(NotTaken::UnknownProvider(paynet))) => {
            Err(NotTaken::NoSecret(paynet).into())
        }
        taken => taken,
    }
}

async fn take(
    api: &Api,
    request: &HttpRequest,
    provider: ProviderId,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let body = read_within(MAX_BYTES, request, &mut payload.into_inner()).await?;
    if !api.sources.admit(&provider, request) {
        count_notice(&provider, "refused_source");
        tracing::warn!(%provider, "a notice came from where its provider does not send from");
        return Err(ApiError::SourceRefused);
    }
    let post = NoticePost { headers: headers(request), body: body.to_vec() };
    let sender = provider.clone();
    let receive = |ports| async move { Ok(inbox::receive(&ports, &sender, post).await) };
    let taken = api.run(receive).await?;
    if let Some(result) = result(&taken) {
        count_notice(&provider, result);
    }
    match taken {
        Ok(Taken::New(receipt) | Taken::Again(receipt) | Taken::NotForUs(receipt)) => {
            Ok(HttpResponse::Ok().content_type(receipt.content_type).body(receipt.body))
        }
        Err(refused) => {
            if !matches!(refused, NotTaken::UnknownProvider(_)) {
                tracing::warn!(%provider, why = %refused, "a notice was not taken");
            }
            Err(refused.into())
        }
    }
}

/// What came of it, for monitoring; names that anybody may invent are not counted.
const fn result(taken: &Result<Taken, NotTaken>) -> Option<&'static str> {
    Some(match taken {
        Ok(Taken::New(_)) => "taken",
        Ok(Taken::Again(_)) => "duplicate",
        Ok(Taken::NotForUs(_)) => "ignored",
        Err(NotTaken::UnknownProvider(_)) => return None,
        Err(NotTaken::NoSecret(_)) => "no_secret",
        Err(NotTaken::Untrusted(Untrusted::Forged(_))) => "forged",
        Err(NotTaken::Untrusted(Untrusted::Unverifiable(_))) => "unverifiable",
        Err(NotTaken::Malformed(_)) => "malformed",
        Err(NotTaken::Failed(_)) => "failed",
    })
}

fn headers(request: &HttpRequest) -> Vec<(String, String)> {
    let headers = request.headers().iter();
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect()
}
