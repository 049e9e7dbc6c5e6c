//! The provider as a process sees it: its books, over a network that loses, delays and repeats.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::channel::oneshot;
use payment_core::{
    attempt::{Attempt, Authorize, Capture, ConfirmThreeDs, Refund, Void},
    decline::{Decline, DeclineCode},
    id::{AttemptId, ProviderId},
    three_ds::ThreeDsSession,
    time::Timestamp,
};
use payment_ports::{
    ids::Ids as _,
    notice::{About, Notice, NoticePost, Notices, Unread, Untrusted},
    provider::{
        Approval, Authentication, BrowserAnswer, CallResult, Capabilities, Dedupe, Found, Outcome,
        Provider, ProviderError, Query, ThreeDs,
    },
};
use payment_usecases::inbox::receive;

use crate::{
    bank::Order,
    fault::Fault,
    plan::{Plan, Profile},
    sabotage::Sabotage,
    sim::Sim,
    world::World,
};

/// Tokens whose issuer wants 3-D Secure.
pub(crate) const THREE_DS_TOKEN: &str = "tok_3ds";
/// The code that is right.
pub(crate) const CODE: &str = "111111";

/// The provider's side of the network.
pub(crate) struct SimProvider {
    id: ProviderId,
    capabilities: Capabilities,
    world: Arc<World>,
}

impl SimProvider {
    pub(crate) fn new(world: Arc<World>) -> Self {
        let capabilities = capabilities(&world.plan, world.sabotage);
        Self { id: world.policy.default_provider.clone(), capabilities, world }
    }

    /// Sends an order on its way; what becomes of it does not depend on who sent it.
    async fn call(&self, order: Order) -> CallResult {
        let world = &self.world;
        Sim::step().await;
        if world.strikes(Fault::NotSent) {
            return Err(ProviderError::NotSent("connection refused".to_owned()));
        }
        if world.strikes(Fault::Misconfigured) {
            return Err(ProviderError::Misconfigured("unknown account".to_owned()));
        }
        world.note(|| format!("  sent {} {} {}", order.attempt, order.operation, order.minor));
        let (tell, hear) = oneshot::channel();
        if world.strikes(Fault::RequestLost) {
            return std::future::pending().await;
        }
        let lands_after = self.travel_time();
        let is_deduplicated = matches!(world.plan.profile, Profile::Key | Profile::UniqueReference);
        if is_deduplicated && world.strikes(Fault::RequestTwice) {
            let again = world.some_time(self.capabilities.max_late_landing);
            let twin = land(Arc::clone(world), order.clone(), again, None);
            world.sim.spawn(None, Box::pin(twin));
        }
        let landing = land(Arc::clone(world), order, lands_after, Some(tell));
        world.sim.spawn(None, Box::pin(landing));
        let broken = |_| ProviderError::Unknown("the connection broke".to_owned());
        hear.await.map_err(broken)?
    }

    fn travel_time(&self) -> Duration {
        let world = &self.world;
        let promise = self.capabilities.max_late_landing;
        if world.strikes(Fault::RequestTooLate) {
            let days = Duration::from_hours(24 * world.sim.below(3));
            return promise + days + world.some_time(Duration::from_hours(1));
        }
        if world.strikes(Fault::RequestLate) {
            return world.some_time(promise);
        }
        world.some_time(Duration::from_millis(300))
    }
}

/// An order arrives, and is answered.
async fn land(
    world: Arc<World>,
    order: Order,
    after: Duration,
    tell: Option<oneshot::Sender<CallResult>>,
) {
    world.sim.sleep(after).await;
    let declines = world.strikes(Fault::Declined);
    let result = world.state().bank.land(&order, declines);
    world.note(|| format!("  BANK {} {}: {result:?}", order.attempt, order.operation));
    notify(&world, order.attempt);
    let Some(tell) = tell else { return };
    if world.strikes(Fault::AnswerBroken) {
        return;
    }
    if world.strikes(Fault::AnswerLost) {
        // The caller waits for as long as it likes.
        let _unheard = tell;
        return std::future::pending().await;
    }
    let is_slow = world.strikes(Fault::AnswerLate);
    let latency = Duration::from_secs(if is_slow { 60 } else { 1 });
    world.sim.sleep(world.some_time(latency)).await;
    let result = if world.strikes(Fault::StillWorking) { Ok(Outcome::Pending) } else { result };
    // Whoever asked may be gone.
    drop(tell.send(result));
}

/// The provider tells some process of an attempt by itself, perhaps twice; a notice that is not taken
/// is lost.
fn notify(world: &Arc<World>, attempt: AttemptId) {
    let id = world.ids.uuid();
    for _ in 0..2 {
        if !world.strikes(Fault::Notice) {
            return;
        }
        let inside = Arc::clone(world);
        let notice = async move {
            let delay = inside.some_time(Duration::from_mins(2));
            inside.sim.sleep(delay).await;
            let Some((process, ports)) = inside.some_process() else { return };
            inside.note(|| format!("notice of {attempt} for {process}"));
            let body = format!("{id} {attempt}").into_bytes();
            let taking = async move {
                let from = ports.policy.default_provider.clone();
                let post = NoticePost { headers: Vec::new(), body };
                drop(receive(&ports, &from, post).await);
            };
            inside.sim.spawn(Some(process), Box::pin(taking));
        };
        world.sim.spawn(None, Box::pin(notice));
    }
}

fn capabilities(plan: &Plan, sabotage: Sabotage) -> Capabilities {
    let key = Dedupe::Key { retention: Duration::from_hours(24) };
    Capabilities {
        dedupe: match plan.profile {
            _ if sabotage == Sabotage::NoDeduplication => key,
            Profile::Key => key,
            Profile::UniqueReference => Dedupe::UniqueReference,
            Profile::Query | Profile::Cancel => Dedupe::None,
        },
        query: Query::ByOurReference,
        void_by_our_reference: plan.profile == Profile::Cancel,
        multi_capture: true,
        partial_refund: true,
        currencies: Vec::new(),
        max_late_landing: Duration::from_secs(plan.max_late_landing_s),
        webhooks: true,
    }
}

#[async_trait]
impl Provider for SimProvider {
    fn id(&self) -> &ProviderId {
        &self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn authorize(&self, attempt: &Attempt, terms: &Authorize) -> CallResult {
        let wants_three_ds = terms.token.expose() == THREE_DS_TOKEN;
        self.call(Order { wants_three_ds, ..Order::of(attempt) }).await
    }

    async fn capture(&self, attempt: &Attempt, _: &Capture) -> CallResult {
        self.call(Order::of(attempt)).await
    }

    async fn void(&self, attempt: &Attempt, _: &Void) -> CallResult {
        self.call(Order::of(attempt)).await
    }

    async fn refund(&self, attempt: &Attempt, _: &Refund) -> CallResult {
        self.call(Order::of(attempt)).await
    }

    async fn query(&self, attempt: &Attempt) -> Result<Found, ProviderError> {
        let world = &self.world;
        let latency = world.some_time(Duration::from_millis(300));
        world.sim.sleep(latency).await;
        if world.strikes(Fault::QueryFails) {
            if world.sim.below(2) == 0 {
                return std::future::pending().await;
            }
            return Err(ProviderError::NotSent("connection refused".to_owned()));
        }
        let found = world.state().bank.query(attempt.id);
        world.note(|| format!("  asked {}: {found:?}", attempt.id));
        let is_sabotaged = world.sabotage == Sabotage::NotFoundIsDeclined;
        if is_sabotaged && found == Found::Nothing {
            let code = DeclineCode::ProcessingError;
            let decline = Decline { code, provider_code: None, message: None };
            return Ok(Found::Outcome(Outcome::Declined(decline)));
        }
        Sim::step().await;
        Ok(found)
    }

    async fn cancel(&self, attempt: &Attempt) -> CallResult {
        let world = &self.world;
        let latency = world.some_time(Duration::from_millis(300));
        world.sim.sleep(latency).await;
        if world.strikes(Fault::NotSent) {
            return Err(ProviderError::NotSent("connection refused".to_owned()));
        }
        if self.capabilities.void_by_our_reference {
            world.state().bank.cancel(attempt.id);
            world.note(|| format!("  BANK {} cancelled", attempt.id));
        }
        Sim::step().await;
        if world.strikes(Fault::AnswerLost) {
            return std::future::pending().await;
        }
        Ok(Outcome::Approved(Approval::default()))
    }

    async fn check_credentials(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    fn three_ds(&self) -> Option<&dyn ThreeDs> {
        Some(self)
    }

    fn notices(&self) -> Option<&dyn Notices> {
        Some(self)
    }
}

/// Nobody forges notices in a simulated world: that is for tests of signatures.
#[async_trait]
impl Notices for SimProvider {
    async fn verify(&self, _: &NoticePost, _: Timestamp) -> Result<(), Untrusted> {
        Ok(())
    }

    fn read(&self, post: &NoticePost) -> Result<Notice, Unread> {
        let text = str::from_utf8(&post.body).unwrap_or_default();
        let (id, attempt) = text.split_once(' ').ok_or(Unread::NotForUs)?;
        let about = About::Attempt(attempt.parse().or(Err(Unread::NotForUs))?);
        Ok(Notice { id: id.to_owned(), about, said: None, amount: None })
    }
}

#[async_trait]
impl ThreeDs for SimProvider {
    async fn authenticate(
        &self,
        _: &ThreeDsSession,
        answer: &BrowserAnswer,
    ) -> Result<Authentication, ProviderError> {
        Sim::step().await;
        if self.world.strikes(Fault::QueryFails) {
            return Err(ProviderError::NotSent("connection refused".to_owned()));
        }
        let code = answer.fields.get("code").map(String::as_str);
        Ok(if code == Some(CODE) {
            Authentication::Verified { proof: "proof".to_owned() }
        } else {
            Authentication::WrongCode
        })
    }

    async fn confirm(&self, attempt: &Attempt, _: &ConfirmThreeDs) -> CallResult {
        self.call(Order::of(attempt)).await
    }
}
