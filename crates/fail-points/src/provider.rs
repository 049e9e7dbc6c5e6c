//! Points around calls to providers.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, Authorize, Capture, ConfirmThreeDs, Refund, Void},
    id::ProviderId,
    three_ds::ThreeDsSession,
};
use payment_ports::{
    notice::Notices,
    provider::{
        Authentication, BrowserAnswer, CallResult, Capabilities, Found, Provider, ProviderError,
        ThreeDs,
    },
};

use crate::{aim::reached, name::operation_of};

/// A provider with fail points around it.
pub struct FailingProvider(pub Arc<dyn Provider>);

impl fmt::Debug for FailingProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FailingProvider").field(self.0.id()).finish()
    }
}

async fn around<T>(
    attempt: &Attempt,
    [before, after]: [&str; 2],
    call: impl Future<Output = T> + Send,
) -> T {
    let operation = operation_of(attempt);
    reached(operation, before);
    let answer = call.await;
    reached(operation, after);
    answer
}

const CALL: [&str; 2] = ["call.before", "call.answered"];
const CANCEL: [&str; 2] = ["cancel.before", "cancel.answered"];
const QUERY: [&str; 2] = ["query.before", "query.answered"];

#[async_trait]
impl Provider for FailingProvider {
    fn id(&self) -> &ProviderId {
        self.0.id()
    }

    fn capabilities(&self) -> &Capabilities {
        self.0.capabilities()
    }

    async fn authorize(&self, attempt: &Attempt, terms: &Authorize) -> CallResult {
        around(attempt, CALL, self.0.authorize(attempt, terms)).await
    }

    async fn capture(&self, attempt: &Attempt, terms: &Capture) -> CallResult {
        around(attempt, CALL, self.0.capture(attempt, terms)).await
    }

    async fn void(&self, attempt: &Attempt, terms: &Void) -> CallResult {
        around(attempt, CALL, self.0.void(attempt, terms)).await
    }

    async fn refund(&self, attempt: &Attempt, terms: &Refund) -> CallResult {
        around(attempt, CALL, self.0.refund(attempt, terms)).await
    }

    async fn cancel(&self, attempt: &Attempt) -> CallResult {
        around(attempt, CANCEL, self.0.cancel(attempt)).await
    }

    async fn query(&self, attempt: &Attempt) -> Result<Found, ProviderError> {
        around(attempt, QUERY, self.0.query(attempt)).await
    }

    async fn check_credentials(&self) -> Result<(), ProviderError> {
        self.0.check_credentials().await
    }

    fn three_ds(&self) -> Option<&dyn ThreeDs> {
        self.0.three_ds().is_some().then_some(self)
    }

    fn notices(&self) -> Option<&dyn Notices> {
        self.0.notices()
    }
}

#[async_trait]
impl ThreeDs for FailingProvider {
    async fn authenticate(
        &self,
        session: &ThreeDsSession,
        answer: &BrowserAnswer,
    ) -> Result<Authentication, ProviderError> {
        self.three_ds_of()?.authenticate(session, answer).await
    }

    async fn confirm(&self, attempt: &Attempt, proof: &ConfirmThreeDs) -> CallResult {
        around(attempt, CALL, self.three_ds_of()?.confirm(attempt, proof)).await
    }
}

impl FailingProvider {
    fn three_ds_of(&self) -> Result<&dyn ThreeDs, ProviderError> {
        let off = || ProviderError::Misconfigured("3-D Secure is switched off".to_owned());
        self.0.three_ds().ok_or_else(off)
    }
}
