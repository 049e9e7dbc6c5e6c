//! Merchants and their customers: they ask, lose patience, and ask again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{
    channel::oneshot,
    future::{Either, join_all, select},
};
use payment_core::{
    card::CardToken,
    id::{MerchantId, Mode, PaymentId},
};
use payment_ports::provider::BrowserAnswer;
use payment_usecases::{
    answer::Answer,
    authorize::{Authorize, authorize},
    caller::Caller,
    capture::{Capture, capture},
    create::{Create, create},
    error::Error,
    finish_three_ds,
    idempotency::{IdempotencyKey, KeyedRequest},
    ports::Ports,
    refund::{Refund, refund},
    void::{Void, void},
};
use serde_json::{Value, json};

use crate::{
    fault::Fault,
    plan::{AMOUNT, Act, Client, Course, Verb},
    provider::{CODE, THREE_DS_TOKEN},
    world::{Heard, World},
};

/// The only merchant of a world.
pub(crate) const MERCHANT: &str = "SHOP";

/// One thing that a client asks, as often as it likes.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) verb: Verb,
    pub(crate) payment: Option<PaymentId>,
    pub(crate) is_automatic: bool,
    pub(crate) three_ds: bool,
    pub(crate) caller: Caller,
}

/// Plays all acts of one payment.
pub(crate) async fn play(world: Arc<World>, number: usize, course: Course) {
    let payment = Arc::new(Mutex::new(None));
    for (place, act) in course.steps.iter().enumerate() {
        let known = *payment.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() && act.verb != Verb::Create {
            return;
        }
        let clients = join_all(act.clients.iter().map(|client| {
            let request = request(&course, act, client, known, (number, place));
            ask_often(Arc::clone(&world), request, client.clone(), Arc::clone(&payment))
        }));
        if act.is_awaited || act.verb == Verb::Create {
            clients.await;
        } else {
            let detached = async move { drop(clients.await) };
            world.sim.spawn(None, Box::pin(detached));
            world.sim.sleep(Duration::from_micros(act.gap)).await;
        }
    }
}

fn request(
    course: &Course,
    act: &Act,
    client: &Client,
    payment: Option<PaymentId>,
    (number, place): (usize, usize),
) -> Request {
    // A browser has no key.
    let key = client.key.filter(|_| !matches!(act.verb, Verb::Answer { .. }));
    let keyed = key.and_then(|key| {
        let key = format!("{number}-{place}-{key}");
        Some(KeyedRequest {
            key: IdempotencyKey::parse(key.as_bytes()).ok()?,
            method: "POST".to_owned(),
            path: format!("/{}/{number}", path(act.verb)),
            body: format!("{:?}", act.verb),
        })
    });
    Request {
        verb: act.verb,
        payment,
        is_automatic: course.is_automatic,
        three_ds: course.three_ds,
        caller: caller(keyed),
    }
}

const fn path(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "payments",
        Verb::Authorize => "authorize",
        Verb::Answer { .. } => "3ds",
        Verb::Capture { .. } => "capture",
        Verb::Void => "void",
        Verb::Refund { .. } => "refund",
    }
}

fn caller(keyed: Option<KeyedRequest>) -> Caller {
    Caller { merchant: merchant(), mode: Mode::Test, correlation_id: "corr".to_owned(), keyed }
}

#[expect(clippy::expect_used, reason = "the name is written to be valid")]
pub(crate) fn merchant() -> MerchantId {
    MerchantId::parse(MERCHANT).expect("a valid id")
}

/// One client asks until it has an answer, or has had enough.
async fn ask_often(
    world: Arc<World>,
    mut request: Request,
    client: Client,
    payment: Arc<Mutex<Option<PaymentId>>>,
) {
    world.sim.sleep(Duration::from_micros(client.starts_after)).await;
    if world.strikes(Fault::KeyReused)
        && let Some(keyed) = &mut request.caller.keyed
    {
        keyed.body.push_str(" or so");
    }
    for _ in 0..client.tries {
        let asking = ask(&world, &request);
        let patience = world.sim.sleep(Duration::from_micros(client.patience));
        futures::pin_mut!(asking);
        let heard = match select(asking, patience).await {
            Either::Left((heard, _)) => heard,
            Either::Right(((), _)) => None,
        };
        if let Some(answer) = &heard
            && answer.status == 201
            && let Some(id) = created(answer)
        {
            let mut known = payment.lock().unwrap_or_else(PoisonError::into_inner);
            *known = known.or(Some(id));
        }
        let is_done = heard.is_some_and(|answer| answer.status != 202);
        if is_done || world.strikes(Fault::ClientLeaves) {
            return;
        }
        let pause = world.some_time(Duration::from_secs(90));
        world.sim.sleep(pause).await;
    }
}

fn created(answer: &Answer) -> Option<PaymentId> {
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    body.get("id")?.as_str()?.parse().ok()
}

/// Asks some process once; `None` if no answer came.
async fn ask(world: &Arc<World>, request: &Request) -> Option<Answer> {
    let latency = world.some_time(Duration::from_millis(50));
    world.sim.sleep(latency).await;
    if world.strikes(Fault::ClientRequestLost) {
        return std::future::pending().await;
    }
    let (process, ports) = world.some_process()?;
    let (tell, hear) = oneshot::channel();
    let (inside, asked) = (Arc::clone(world), request.clone());
    let work = async move {
        // A client that hangs up cancels nothing.
        drop(tell.send(perform(&inside, &ports, &asked).await));
    };
    world.sim.spawn(Some(process), Box::pin(work));
    let result = hear.await.ok()?;
    if world.strikes(Fault::ClientAnswerLost) {
        return std::future::pending().await;
    }
    let said = |result: &Result<Answer, Error>| match result {
        Ok(answer) => format!("{}", answer.status),
        Err(error) => format!("{error}"),
    };
    world.note(|| format!("client {:?} on {process} heard {}", request.verb, said(&result)));
    let answer = result.ok()?;
    remember(world, request, &answer);
    Some(answer)
}

/// A final answer to a key must be the only one.
pub(crate) fn remember(world: &World, request: &Request, answer: &Answer) {
    if let Some(scope) = request.caller.scope()
        && answer.status != 202
    {
        let heard = Heard { scope, status: answer.status, body: answer.body.clone() };
        world.state().heard.push(heard);
    }
}

/// Calls the use-case, as a handler of the API does.
pub(crate) async fn perform(
    world: &Arc<World>,
    ports: &Ports,
    request: &Request,
) -> Result<Answer, Error> {
    let Request { verb, payment, is_automatic, three_ds, caller } = request;
    world.note(|| format!("{verb:?} begins, key {:?}", caller.keyed.as_ref().map(|k| &k.key)));
    let payment = payment.unwrap_or_else(|| PaymentId::from(uuid::Uuid::nil()));
    match *verb {
        Verb::Create => Box::pin(create(ports, caller, new_payment(*is_automatic))).await,
        Verb::Authorize => Box::pin(authorize(ports, caller, card(payment, *three_ds))).await,
        Verb::Answer { is_right } => browse(world, ports, payment, is_right).await,
        Verb::Capture { minor, is_final } => {
            let wish = Capture { payment, amount: major(minor), final_capture: Some(is_final) };
            Box::pin(capture(ports, caller, wish)).await
        }
        Verb::Void => Box::pin(void(ports, caller, Void { payment, reason: None })).await,
        Verb::Refund { minor } => {
            let wish = Refund { payment, amount: major(minor), reason: None };
            Box::pin(refund(ports, caller, wish)).await
        }
    }
}

/// The customer's browser comes back from the bank.
async fn browse(
    world: &Arc<World>,
    ports: &Ports,
    payment: PaymentId,
    is_right: bool,
) -> Result<Answer, Error> {
    let Some(session) = world.newest_session(payment) else {
        return Err(Error::NotFound("session".to_owned()));
    };
    let code = if is_right { CODE } else { "000000" };
    let fields = BTreeMap::from([("code".to_owned(), code.to_owned())]);
    let answer = BrowserAnswer { fields };
    match Box::pin(finish_three_ds::answer(ports, session, None, &answer)).await? {
        finish_three_ds::Shown::Ended { payment, .. } => Ok(Answer::payment(200, &payment)),
        finish_three_ds::Shown::AskCode { .. }
        | finish_three_ds::Shown::Post { .. }
        | finish_three_ds::Shown::Redirect { .. }
        | finish_three_ds::Shown::TryAgain => Err(Error::RequestInProgress),
    }
}

fn new_payment(is_automatic: bool) -> Create {
    Create {
        amount: major(Some(AMOUNT)).unwrap_or_default(),
        currency: "TRY".to_owned(),
        order_id: None,
        customer_email: None,
        customer_id: None,
        description: None,
        metadata: BTreeMap::new(),
        capture_method: is_automatic.then(|| "AUTOMATIC".to_owned()),
    }
}

#[expect(clippy::expect_used, reason = "the tokens are written to be valid")]
fn card(payment: PaymentId, three_ds: bool) -> Authorize {
    let token = if three_ds { THREE_DS_TOKEN } else { "tok_visa" };
    Authorize {
        payment,
        card_token: CardToken::parse(token).expect("a valid token"),
        card_bin: "454678".to_owned(),
        three_ds_preference: None,
        return_url: None,
        installments: None,
    }
}

fn major(minor: Option<i64>) -> Option<Value> {
    minor.map(|minor| json!(format!("{}.{:02}", minor / 100, minor % 100)))
}
