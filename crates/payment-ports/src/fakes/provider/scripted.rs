//! The provider itself.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, Authorize, Capture, ConfirmThreeDs, Refund, Void},
    id::{AttemptId, InvalidId, ProviderId},
    three_ds::ThreeDsSession,
};
use tokio::sync::{Notify, Semaphore};

use super::{Answer, Call, Step, ledger::Ledger, notices::ScriptedNotices, script::Pause};
use crate::{
    notice::Notices,
    provider::{
        Authentication, BrowserAnswer, CallResult, Capabilities, Dedupe, Found, Provider,
        ProviderError, Query, ThreeDs,
    },
};

/// A provider that does what a test tells it, approves what it was not told of, and keeps books.
///
/// Its books, not its answers, say what happened: an *effect* is money that was held, taken, given
/// up or given back.
#[derive(Debug)]
pub struct ScriptedProvider {
    id: ProviderId,
    capabilities: Capabilities,
    has_three_ds: bool,
    has_notices: bool,
    state: Mutex<State>,
    arrivals: Notify,
    releases: Semaphore,
}

#[derive(Debug, Default)]
struct State {
    ledger: Ledger,
    script: BTreeMap<Call, VecDeque<Step>>,
    queries: u32,
    hanging_queries: u32,
    found: VecDeque<Result<Found, ProviderError>>,
    authentications: VecDeque<Result<Authentication, ProviderError>>,
    credentials: Option<ProviderError>,
}

impl ScriptedProvider {
    /// A provider that can do everything: it keeps keys for a day and is asked by our reference.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] if `id` is not a provider's.
    pub fn new(id: &str) -> Result<Self, InvalidId> {
        Ok(Self {
            id: ProviderId::parse(id)?,
            capabilities: Capabilities {
                dedupe: Dedupe::Key { retention: Duration::from_hours(24) },
                query: Query::ByOurReference,
                void_by_our_reference: true,
                multi_capture: true,
                partial_refund: true,
                currencies: Vec::new(),
                max_late_landing: Duration::from_mins(2),
                webhooks: false,
            },
            has_three_ds: true,
            has_notices: true,
            state: Mutex::default(),
            arrivals: Notify::new(),
            releases: Semaphore::new(0),
        })
    }

    /// The same provider with other abilities.
    #[must_use]
    pub fn with_capabilities(self, change: impl FnOnce(&mut Capabilities)) -> Self {
        let mut provider = self;
        change(&mut provider.capabilities);
        provider
    }

    /// The same provider without 3-D Secure.
    #[must_use]
    pub fn without_three_ds(self) -> Self {
        Self { has_three_ds: false, ..self }
    }

    /// The same provider without the secret of its notices.
    #[must_use]
    pub fn without_notices(self) -> Self {
        Self { has_notices: false, ..self }
    }

    /// What comes of the next calls of that kind, in order; after them, all are approved.
    pub fn script<S: Into<Step>>(&self, call: Call, steps: impl IntoIterator<Item = S>) {
        let steps = steps.into_iter().map(Into::into);
        self.lock().script.entry(call).or_default().extend(steps);
    }

    /// What the next queries are answered; after them, the books answer.
    pub fn script_query(&self, answers: impl IntoIterator<Item = Result<Found, ProviderError>>) {
        self.lock().found.extend(answers);
    }

    /// From now on the books answer every query.
    pub fn forget_scripted_queries(&self) {
        self.lock().found.clear();
    }

    /// The next query is never answered.
    pub fn hang_next_query(&self) {
        self.lock().hanging_queries += 1;
    }

    /// What comes of the next authentications; after them, all are verified.
    pub fn script_authentication(
        &self,
        answers: impl IntoIterator<Item = Result<Authentication, ProviderError>>,
    ) {
        self.lock().authentications.extend(answers);
    }

    /// Whether the credentials work: `None` is yes.
    pub fn set_credentials(&self, error: Option<ProviderError>) {
        self.lock().credentials = error;
    }

    /// Lets so many answers go that wait for it, now or later.
    pub fn release(&self, answers: usize) {
        self.releases.add_permits(answers);
    }

    /// Returns once so many calls of that kind have arrived.
    pub async fn arrived(&self, call: Call, count: usize) {
        loop {
            let arrival = self.arrivals.notified();
            if self.calls(call) >= count {
                return;
            }
            arrival.await;
        }
    }

    /// The attempt's last call arrives only now, or what was pending ends.
    pub fn land(&self, attempt: AttemptId, answer: Answer) {
        self.lock().ledger.land(attempt, answer, self.capabilities.dedupe);
    }

    /// How many calls of that kind were made.
    #[must_use]
    pub fn calls(&self, call: Call) -> usize {
        self.lock().ledger.calls().iter().filter(|(made, _)| *made == call).count()
    }

    /// The attempts of all calls, in the order they were made.
    #[must_use]
    pub fn journal(&self) -> Vec<(Call, Attempt)> {
        self.lock().ledger.calls().to_vec()
    }

    /// How often it was asked what became of an attempt.
    #[must_use]
    pub fn queries(&self) -> u32 {
        self.lock().queries
    }

    /// How often calls of that kind took effect.
    #[must_use]
    pub fn effects(&self, call: Call) -> u32 {
        self.lock().ledger.effects(call).map(|(_, effects, _)| effects).sum()
    }

    /// How often that attempt took effect; more than once is a double charge.
    #[must_use]
    pub fn effects_of(&self, call: Call, attempt: AttemptId) -> u32 {
        let state = self.lock();
        let own = state.ledger.effects(call).filter(|(id, ..)| *id == attempt);
        own.map(|(_, effects, _)| effects).sum()
    }

    /// How much calls of that kind moved, in minor units.
    #[must_use]
    pub fn total(&self, call: Call) -> i64 {
        let state = self.lock();
        state.ledger.effects(call).map(|(_, effects, minor)| i64::from(effects) * minor).sum()
    }

    async fn take(&self, call: Call, attempt: &Attempt) -> CallResult {
        let (result, pause) = {
            let mut state = self.lock();
            let planned = state.script.get_mut(&call).and_then(VecDeque::pop_front);
            let Step { answer, pause } = planned.unwrap_or_else(|| Answer::Approve.into());
            let dedupe = self.capabilities.dedupe;
            (state.ledger.take(call, attempt, answer, dedupe), pause)
        };
        self.arrivals.notify_waiters();
        match pause {
            Pause::None => tokio::task::yield_now().await,
            Pause::For(pause) => tokio::time::sleep(pause).await,
            Pause::UntilReleased => {
                if let Ok(permit) = self.releases.acquire().await {
                    permit.forget();
                }
            }
        }
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a query; whether it hangs.
    fn hangs(&self) -> bool {
        let mut state = self.lock();
        state.queries += 1;
        let hangs = state.hanging_queries > 0;
        state.hanging_queries = state.hanging_queries.saturating_sub(1);
        hangs
    }
}

#[async_trait]
impl Provider for ScriptedProvider {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn authorize(&self, attempt: &Attempt, _: &Authorize) -> CallResult {
        self.take(Call::Authorize, attempt).await
    }

    async fn capture(&self, attempt: &Attempt, _: &Capture) -> CallResult {
        self.take(Call::Capture, attempt).await
    }

    async fn void(&self, attempt: &Attempt, _: &Void) -> CallResult {
        self.take(Call::Void, attempt).await
    }

    async fn refund(&self, attempt: &Attempt, _: &Refund) -> CallResult {
        self.take(Call::Refund, attempt).await
    }

    async fn cancel(&self, attempt: &Attempt) -> CallResult {
        self.take(Call::Cancel, attempt).await
    }

    async fn query(&self, attempt: &Attempt) -> Result<Found, ProviderError> {
        tokio::task::yield_now().await;
        if self.hangs() {
            std::future::pending::<()>().await;
        }
        let mut state = self.lock();
        match state.found.pop_front() {
            Some(planned) => planned,
            None => Ok(state.ledger.find(attempt.id)),
        }
    }

    async fn check_credentials(&self) -> Result<(), ProviderError> {
        self.lock().credentials.clone().map_or(Ok(()), Err)
    }

    fn three_ds(&self) -> Option<&dyn ThreeDs> {
        self.has_three_ds.then_some(self)
    }

    fn notices(&self) -> Option<&dyn Notices> {
        self.has_notices.then_some(&ScriptedNotices)
    }
}

#[async_trait]
impl ThreeDs for ScriptedProvider {
    async fn authenticate(
        &self,
        session: &ThreeDsSession,
        _: &BrowserAnswer,
    ) -> Result<Authentication, ProviderError> {
        tokio::task::yield_now().await;
        let verified =
            || Ok(Authentication::Verified { proof: format!("proof-{}", session.attempt) });
        self.lock().authentications.pop_front().unwrap_or_else(verified)
    }

    async fn confirm(&self, attempt: &Attempt, _: &ConfirmThreeDs) -> CallResult {
        self.take(Call::Confirm, attempt).await
    }
}
