//! The mock as a provider.

use std::time::Duration;

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, Authorize, Capture, ConfirmThreeDs, Instruction, Refund, Void},
    decline::DeclineCode,
    id::{Mode, ProviderId},
    three_ds::ThreeDsSession,
};
use payment_ports::provider::{
    Authentication, BrowserAnswer, CallResult, Capabilities, Dedupe, Found, Provider,
    ProviderError, Query, ThreeDs,
};

use super::{
    decline::decline,
    mode::MockMode,
    play::{self, Play},
    reference,
    scenario::Scenario,
};

/// The code that every challenge accepts.
const CODE: &str = "111111";

/// Answers by card token, for play money only.
#[derive(Debug, Clone)]
pub struct MockProvider {
    id: ProviderId,
    capabilities: Capabilities,
    mode: MockMode,
}

impl MockProvider {
    /// A mock of that name, in that mode.
    #[must_use]
    pub const fn new(id: ProviderId, mode: MockMode) -> Self {
        let capabilities = Capabilities {
            dedupe: Dedupe::Key { retention: Duration::from_hours(24) },
            query: Query::ByOurReference,
            void_by_our_reference: false,
            multi_capture: true,
            partial_refund: true,
            currencies: Vec::new(),
            max_late_landing: Duration::from_secs(5),
            webhooks: false,
        };
        Self { id, capabilities, mode }
    }

    /// What comes of a call, given what the card token makes of it.
    fn play(&self, attempt: &Attempt, by_token: Play) -> Play {
        match attempt.mode {
            Mode::Test => self.mode.bend(by_token, attempt),
            Mode::Live => Play::refused("the mock moves play money only"),
        }
    }

    fn authorization(&self, attempt: &Attempt, terms: &Authorize) -> Play {
        Play::authorize(attempt, terms, self.mode == MockMode::RequiresThreeDs)
    }
}

#[async_trait]
impl Provider for MockProvider {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn authorize(&self, attempt: &Attempt, terms: &Authorize) -> CallResult {
        self.play(attempt, self.authorization(attempt, terms)).told().await
    }

    async fn capture(&self, attempt: &Attempt, terms: &Capture) -> CallResult {
        self.play(attempt, Play::later(attempt, &terms.reference)).told().await
    }

    async fn void(&self, attempt: &Attempt, terms: &Void) -> CallResult {
        self.play(attempt, Play::later(attempt, &terms.reference)).told().await
    }

    async fn refund(&self, attempt: &Attempt, terms: &Refund) -> CallResult {
        self.play(attempt, Play::later(attempt, &terms.reference)).told().await
    }

    async fn query(&self, attempt: &Attempt) -> Result<Found, ProviderError> {
        let by_token = match &attempt.instruction {
            Instruction::Authorize(terms) => self.authorization(attempt, terms),
            Instruction::ConfirmThreeDs(terms) => Play::confirm(attempt, terms),
            Instruction::Capture(terms) => Play::later(attempt, &terms.reference),
            Instruction::Void(terms) => Play::later(attempt, &terms.reference),
            Instruction::Refund(terms) => Play::later(attempt, &terms.reference),
        };
        Ok(self.play(attempt, by_token).found())
    }

    async fn check_credentials(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    fn three_ds(&self) -> Option<&dyn ThreeDs> {
        Some(self)
    }
}

#[async_trait]
impl ThreeDs for MockProvider {
    async fn authenticate(
        &self,
        session: &ThreeDsSession,
        answer: &BrowserAnswer,
    ) -> Result<Authentication, ProviderError> {
        let state = &session.provider_state;
        let is_right = answer.fields.get("code").is_some_and(|code| code.trim() == CODE);
        Ok(match reference::read(state) {
            None | Some(Scenario::ThreeDsFail) => {
                Authentication::Failed(decline(DeclineCode::ThreeDsFailed))
            }
            Some(_) if is_right => Authentication::Verified { proof: play::proof(state) },
            Some(_) => Authentication::WrongCode,
        })
    }

    async fn confirm(&self, attempt: &Attempt, proof: &ConfirmThreeDs) -> CallResult {
        self.play(attempt, Play::confirm(attempt, proof)).told().await
    }
}
