//! Work that nobody is nudged about.

use std::{collections::BTreeMap, time::Duration};

use payment_core::{
    card::CardToken,
    id::PaymentId,
    payment::Status,
    three_ds::{ThreeDsSession, ThreeDsStatus},
};
use payment_ports::store::{Change, IdempotencyRecord, RecordState, StoredAnswer};
use payment_usecases::{authorize, caller::Caller, create, worker};

use super::world::{World, pace, pass, until};

const LAST_SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn an_attempt_in_doubt_is_settled_and_the_merchant_is_told() {
    let world = World::new();
    world.endpoint(&world.samples).await;
    let payment = in_doubt(&world).await;
    let story = async {
        until(|| world.store.tables().payments[&payment].status == Status::Authorized).await;
        until(|| {
            let sent = world.receiver.sent();
            sent.iter().any(|webhook| webhook.body.contains("payment.authorized"))
        })
        .await
    };
    let told = world.work_during(story).await;
    assert!(told < Duration::from_secs(1), "{told:?}");
}

/// A payment whose money moved while its answer was lost.
async fn in_doubt(world: &World) -> PaymentId {
    let caller = Caller {
        merchant: world.samples.merchant.clone(),
        mode: world.samples.mode,
        correlation_id: "correlation-1".to_owned(),
        keyed: None,
    };
    let new = create::Create {
        amount: serde_json::json!("1500.00"),
        currency: "TRY".to_owned(),
        order_id: None,
        customer_email: None,
        customer_id: None,
        description: None,
        metadata: BTreeMap::new(),
        capture_method: None,
    };
    create::create(&world.ports, &caller, new).await.unwrap();
    let payment = *world.store.tables().payments.keys().next().unwrap();
    let wish = authorize::Authorize {
        payment,
        card_token: CardToken::parse("tok_timeout").unwrap(),
        card_bin: "454678".to_owned(),
        three_ds_preference: None,
        return_url: None,
        installments: None,
    };
    let answer = authorize::authorize(&world.ports, &caller, wish).await.unwrap();
    assert_eq!(answer.status, 202);
    payment
}

#[tokio::test(start_paused = true)]
async fn a_session_expires_when_its_time_is_over() {
    let world = World::new();
    let payment = world.samples.payment();
    let attempt = world.samples.attempt(&payment);
    let now = world.ports.clock.now();
    let session = ThreeDsSession {
        expires_at: now + Duration::from_mins(5),
        ..world.samples.session(&attempt)
    };
    let id = session.id;
    world
        .apply(&[
            Change::InsertPayment(payment),
            Change::InsertAttempt(attempt),
            Change::InsertSession(session),
        ])
        .await;
    let is_expired = || world.store.tables().sessions[&id].status == ThreeDsStatus::Expired;
    let story = async {
        pass(Duration::from_secs(299)).await;
        assert!(!is_expired());
        until(is_expired).await
    };
    let took = world.work_during(story).await;
    assert!(took <= LAST_SECOND + pace().poll_interval, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_sent_all_that_it_missed() {
    let world = World::new();
    let mut missed = Vec::new();
    for _ in 0..250 {
        let payment = world.samples.payment();
        missed.push(Change::InsertEvent(world.samples.event(&payment, 1)));
    }
    world.apply(&missed).await;
    let owner = world.samples.uuid();
    worker::fan_out(&world.ports, owner, 1000).await.unwrap();
    let endpoint = world.endpoint(&world.samples).await;
    world.apply(&[Change::InsertRecovery(world.samples.recovery(&endpoint))]).await;
    let sent = || world.receiver.sent().len();
    let took = world.work_during(until(|| sent() == missed.len())).await;
    assert!(took < pace().poll_interval, "{took:?}");
    let recovery = world.store.tables().recoveries.into_values().next().unwrap();
    assert_eq!((recovery.examined, recovery.queued), (250, 250));
    assert!(recovery.completed_at.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_idempotency_key_is_forgotten_when_its_time_is_over() {
    let world = World::new();
    let now = world.ports.clock.now();
    let answer = StoredAnswer { status: 201, body: "{}".to_owned() };
    let record = IdempotencyRecord {
        state: RecordState::Done { answer, completed_at: now },
        expires_at: now + Duration::from_mins(10),
        ..world.samples.record()
    };
    world.apply(&[Change::InsertRecord(record)]).await;
    let is_forgotten = || world.store.tables().records.is_empty();
    let story = async {
        pass(Duration::from_secs(599)).await;
        assert!(!is_forgotten());
        until(is_forgotten).await
    };
    let took = world.work_during(story).await;
    assert!(took <= LAST_SECOND + Duration::from_mins(1), "{took:?}");
}
