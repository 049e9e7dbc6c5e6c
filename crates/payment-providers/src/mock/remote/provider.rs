//! The simulator as a provider.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_transport::{error::TransportError, limits::Limits, response::Body, transport::Transport};
use payment_core::{
    attempt::{Attempt, Authorize, Capture, ConfirmThreeDs, Refund, Void},
    id::{Mode, ProviderId},
    three_ds::ThreeDsSession,
};
use payment_ports::{
    notice::Notices,
    provider::{
        Authentication, BrowserAnswer, CallResult, Capabilities, Found, Provider, ProviderError,
        ThreeDs,
    },
};

use super::{notices::RemoteNotices, request, response};

/// Longer than any caller waits.
const PATIENCE: Duration = Duration::from_mins(3);

/// Answers as the provider simulator does, for play money only.
#[derive(Debug, Clone)]
pub struct RemoteMock {
    id: ProviderId,
    capabilities: Capabilities,
    base: String,
    transport: Transport,
    notices: Option<RemoteNotices>,
}

impl RemoteMock {
    /// A provider of that name; `base` is the simulator's address without a slash at its end.
    #[must_use]
    pub const fn new(
        id: ProviderId,
        capabilities: Capabilities,
        base: String,
        transport: Transport,
    ) -> Self {
        Self { id, capabilities, base, transport, notices: None }
    }

    /// The same provider, whose notices are taken.
    #[must_use]
    pub fn with_notices(self, notices: RemoteNotices) -> Self {
        let capabilities = Capabilities { webhooks: true, ..self.capabilities };
        Self { capabilities, notices: Some(notices), ..self }
    }

    async fn order(&self, attempt: &Attempt) -> CallResult {
        match attempt.mode {
            Mode::Test => {
                let answer = self.send(request::order(&self.base, attempt)?).await?;
                response::outcome(attempt, &answer)
            }
            Mode::Live => {
                let reason = "the mock moves play money only".to_owned();
                Err(ProviderError::Misconfigured(reason))
            }
        }
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, ProviderError> {
        let sent = self.transport.send(request, Limits::within(PATIENCE)).await;
        sent.map_err(|error| match error {
            TransportError::NotSent(why) => ProviderError::NotSent(why),
            TransportError::Refused => ProviderError::NotSent(error.to_string()),
            TransportError::TimedOut | TransportError::Broken(_) => {
                ProviderError::Unknown(error.to_string())
            }
        })
    }
}

#[async_trait]
impl Provider for RemoteMock {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn authorize(&self, attempt: &Attempt, _: &Authorize) -> CallResult {
        self.order(attempt).await
    }

    async fn capture(&self, attempt: &Attempt, _: &Capture) -> CallResult {
        self.order(attempt).await
    }

    async fn void(&self, attempt: &Attempt, _: &Void) -> CallResult {
        self.order(attempt).await
    }

    async fn refund(&self, attempt: &Attempt, _: &Refund) -> CallResult {
        self.order(attempt).await
    }

    async fn cancel(&self, attempt: &Attempt) -> CallResult {
        let answer = self.send(request::cancel(&self.base, attempt)?).await?;
        response::outcome(attempt, &answer)
    }

    async fn query(&self, attempt: &Attempt) -> Result<Found, ProviderError> {
        let answer = self.send(request::query(&self.base, attempt)?).await?;
        response::found(attempt, &answer)
    }

    async fn check_credentials(&self) -> Result<(), ProviderError> {
        response::account(&self.send(request::account(&self.base)?).await?)
    }

    fn three_ds(&self) -> Option<&dyn ThreeDs> {
        Some(self)
    }

    fn notices(&self) -> Option<&dyn Notices> {
        self.notices.as_ref().map(|notices| -> &dyn Notices { notices })
    }
}

#[async_trait]
impl ThreeDs for RemoteMock {
    async fn authenticate(
        &self,
        session: &ThreeDsSession,
        answer: &BrowserAnswer,
    ) -> Result<Authentication, ProviderError> {
        let code = answer.fields.get("code").map_or("", |code| code.trim());
        let request = request::challenge(&self.base, &session.provider_state, code)?;
        response::authentication(&self.send(request).await?)
    }

    async fn confirm(&self, attempt: &Attempt, _: &ConfirmThreeDs) -> CallResult {
        self.order(attempt).await
    }
}
