//! Webhooks over HTTP, signed.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{
    HeaderMap, Request, Response,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use http_transport::{error::TransportError, limits::Limits, response::Body, transport::Transport};
use payment_core::pan;
use payment_ports::{
    address::AddressCheck,
    webhook::{
        Endpoint, EndpointSecrets, RetryAfter, SendFailure, WebhookRequest, WebhookResponse,
        WebhookSender,
    },
};
use webhook_signing::{
    secret::{InvalidSecret, Secret, Secrets},
    sign::sign,
};

use crate::addresses::GuardedAddresses;

/// How much of an answer is kept, in bytes.
const EXCERPT_BYTES: usize = 2048;

/// Signs webhooks with the endpoint's secret, and posts them.
#[derive(Debug, Clone)]
pub struct HttpWebhookSender {
    transport: Transport,
    addresses: GuardedAddresses,
    deadline: Duration,
}

impl HttpWebhookSender {
    /// A sender over that transport, which guards `addresses` too, for receivers that take at most
    /// `deadline` for their answer.
    #[must_use]
    pub const fn new(
        transport: Transport,
        addresses: GuardedAddresses,
        deadline: Duration,
    ) -> Self {
        Self { transport, addresses, deadline }
    }
}

#[async_trait]
impl WebhookSender for HttpWebhookSender {
    async fn send(&self, request: WebhookRequest<'_>) -> Result<WebhookResponse, SendFailure> {
        self.check(request.endpoint)?;
        let request = signed(request)?;
        let response = self.transport.send(request, Limits::within(self.deadline)).await;
        response.map(|response| told(&response)).map_err(|error| {
            tracing::debug!(%error, "a webhook was not answered");
            match error {
                TransportError::NotSent(_) => SendFailure::ConnectionFailed,
                TransportError::Refused => SendFailure::AddressRefused,
                TransportError::TimedOut => SendFailure::Timeout,
                TransportError::Broken(_) => SendFailure::BrokenAnswer,
            }
        })
    }
}

impl HttpWebhookSender {
    /// The rules may have changed since the merchant named the address.
    fn check(&self, endpoint: &Endpoint) -> Result<(), SendFailure> {
        self.addresses.check(&endpoint.url, endpoint.mode).map_err(|refusal| {
            tracing::debug!(endpoint = %endpoint.id, %refusal, "an address is refused");
            SendFailure::AddressRefused
        })
    }
}

fn signed(request: WebhookRequest<'_>) -> Result<Request<Bytes>, SendFailure> {
    let WebhookRequest { endpoint, webhook_id, timestamp, body } = request;
    let secrets = secrets(&endpoint.secrets.at(timestamp)).map_err(|error| {
        tracing::error!(endpoint = %endpoint.id, %error, "a webhook cannot be signed");
        SendFailure::NotSigned
    })?;
    let mut post = Request::post(&endpoint.url).header(CONTENT_TYPE, "application/json");
    for (name, value) in sign(&secrets, webhook_id, timestamp.timestamp(), body.as_bytes()) {
        post = post.header(name, value);
    }
    post.body(Bytes::copy_from_slice(body.as_bytes())).or(Err(SendFailure::AddressRefused))
}

fn secrets(of: &EndpointSecrets) -> Result<Secrets, InvalidSecret> {
    let next = of.next.as_ref().map(|next| Secret::parse(&next.secret)).transpose()?;
    Ok(Secrets { current: Secret::parse(&of.current)?, next })
}

fn told(response: &Response<Body>) -> WebhookResponse {
    WebhookResponse {
        status: response.status().as_u16(),
        excerpt: excerpt(&response.body().bytes),
        retry_after: retry_after(response.headers()),
    }
}

/// Masked before it is cut, so that no card number hides in what the cut leaves of it.
fn excerpt(body: &[u8]) -> String {
    // PostgreSQL keeps no zero bytes in text.
    let text = String::from_utf8_lossy(body).replace('\0', "");
    let mut masked = pan::mask(&text).into_owned();
    masked.truncate(masked.floor_char_boundary(EXCERPT_BYTES));
    masked
}

fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = text.parse().map(|seconds| RetryAfter::Wait(Duration::from_secs(seconds))).ok();
    wait.or_else(|| Some(RetryAfter::Until(httpdate::parse_http_date(text).ok()?.into())))
}
