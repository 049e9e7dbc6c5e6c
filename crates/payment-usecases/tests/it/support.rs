//! A world made of fakes, and the short way to ask it things.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use payment_core::{
    attempt::AttemptState,
    card::CardToken,
    currency::Currency,
    id::{MerchantId, Mode, PaymentId, ProviderId},
    payment::Payment,
    retry::RetrySchedule,
};
use payment_ports::{
    fakes::{
        CountingIds, FakeClock, MemoryStore, RecordingMailer, RecordingSender, ScriptedAddresses,
        ScriptedProvider,
    },
    provider::{Dedupe, Provider},
    wake::NoWake,
};
use payment_usecases::{
    answer::Answer,
    authorize::{Authorize, authorize},
    caller::Caller,
    capture::{Capture, capture},
    create::{Create, create},
    error::Error,
    idempotency::{IdempotencyKey, KeyedRequest, canonical},
    ports::{Policy, Ports},
    refund::{Refund, refund},
    void::{Void, void},
    worker,
};
use serde_json::{Value, json};

/// The real use-cases in a world of fakes.
pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) provider: Arc<ScriptedProvider>,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) receiver: Arc<RecordingSender>,
    pub(crate) mailer: Arc<RecordingMailer>,
    pub(crate) ports: Ports,
}

/// `(status, body)` of an answer.
pub(crate) type Told = (u16, Value);

impl World {
    pub(crate) fn new() -> Self {
        Self::with(ScriptedProvider::new("SCRIPTED").unwrap())
    }

    pub(crate) fn with(provider: ScriptedProvider) -> Self {
        let store = Arc::new(MemoryStore::new());
        let provider = Arc::new(provider);
        let clock = Arc::new(FakeClock::new());
        let receiver = Arc::new(RecordingSender::new());
        let mailer = Arc::new(RecordingMailer::new());
        let ports = Ports {
            store: Arc::<MemoryStore>::clone(&store),
            providers: std::iter::once::<Arc<dyn Provider>>(Arc::<ScriptedProvider>::clone(
                &provider,
            ))
            .collect(),
            clock: Arc::<FakeClock>::clone(&clock),
            ids: Arc::new(CountingIds::default()),
            addresses: Arc::new(ScriptedAddresses::new()),
            webhooks: Arc::<RecordingSender>::clone(&receiver),
            mailer: Arc::<RecordingMailer>::clone(&mailer),
            wake: Arc::new(NoWake),
            policy: Arc::new(policy()),
        };
        Self { store, provider, clock, receiver, mailer, ports }
    }

    /// A payment of 1500.00 TRY.
    pub(crate) async fn created(&self) -> PaymentId {
        let (status, body) = told(create(&self.ports, &caller(), new_payment()).await.unwrap());
        assert_eq!(status, 201);
        id_of(&body)
    }

    /// A payment of 1500.00 TRY that is held.
    pub(crate) async fn authorized(&self) -> PaymentId {
        let payment = self.created().await;
        let (status, body) = self.authorize(payment).await.unwrap();
        assert_eq!((status, &body["status"]), (200, &json!("AUTHORIZED")));
        payment
    }

    /// A payment of 1500.00 TRY that was taken.
    pub(crate) async fn captured(&self) -> PaymentId {
        let payment = self.authorized().await;
        let (status, _) = self.capture(payment, None).await.unwrap();
        assert_eq!(status, 200);
        payment
    }

    pub(crate) async fn authorize(&self, payment: PaymentId) -> Result<Told, Error> {
        authorize(&self.ports, &caller(), card(payment)).await.map(told)
    }

    pub(crate) async fn capture(
        &self,
        payment: PaymentId,
        amount: Option<Value>,
    ) -> Result<Told, Error> {
        let wish = Capture { payment, amount, final_capture: None };
        capture(&self.ports, &caller(), wish).await.map(told)
    }

    pub(crate) async fn void(&self, payment: PaymentId) -> Result<Told, Error> {
        void(&self.ports, &caller(), Void { payment, reason: None }).await.map(told)
    }

    pub(crate) async fn refund(
        &self,
        payment: PaymentId,
        amount: Option<Value>,
    ) -> Result<Told, Error> {
        let wish = Refund { payment, amount, reason: None };
        refund(&self.ports, &caller(), wish).await.map(told)
    }

    pub(crate) fn payment(&self, id: PaymentId) -> Payment {
        self.store.tables().payments[&id].clone()
    }

    /// The kinds of a payment's events, checked to be numbered without gaps.
    pub(crate) fn events(&self, id: PaymentId) -> Vec<String> {
        let tables = self.store.tables();
        let mut events: Vec<_> = tables
            .events
            .values()
            .filter(|row| row.event.aggregate.payment() == Some(id))
            .map(|row| (row.event.sequence, row.event.kind.to_string()))
            .collect();
        events.sort();
        let (sequences, kinds): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        assert_eq!(sequences, (1..).take(kinds.len()).collect::<Vec<i64>>());
        kinds
    }

    pub(crate) fn attempt_states(&self) -> Vec<AttemptState> {
        self.store.tables().attempts.values().map(|attempt| attempt.state).collect()
    }

    /// What the books of payment and provider must say whatever happened, once all is settled.
    pub(crate) fn assert_books_agree(&self, id: PaymentId) {
        use payment_ports::fakes::Call;
        let payment = self.payment(id);
        assert_eq!(payment.pending, None, "nothing is pending for ever");
        assert_eq!(payment.captured.minor(), self.provider.total(Call::Capture));
        assert_eq!(payment.refunded.minor(), self.provider.total(Call::Refund));
        assert!(payment.refunded.minor() <= payment.captured.minor());
        assert!(payment.captured.minor() <= payment.authorized.minor());
        assert!(payment.authorized.minor() <= payment.amount.minor());
        let tables = self.store.tables();
        for attempt in tables.attempts.values() {
            assert_ne!(attempt.state, AttemptState::Intent);
            for call in [Call::Authorize, Call::Confirm, Call::Capture, Call::Void, Call::Refund] {
                assert!(self.provider.effects_of(call, attempt.id) <= 1, "{call:?} was done twice");
            }
        }
        self.events(id);
    }

    /// Lets time pass, and workers do what is due meanwhile.
    pub(crate) async fn settle_for(&self, duration: Duration) {
        let end = tokio::time::Instant::now() + duration;
        let me = self.ports.ids.uuid();
        while tokio::time::Instant::now() < end {
            worker::settle(&self.ports, me, 100).await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Fans out and delivers until nothing is due.
    pub(crate) async fn deliver_all(&self) {
        let me = self.ports.ids.uuid();
        loop {
            let events = worker::fan_out(&self.ports, me, 100).await.unwrap();
            let sent = worker::deliver(&self.ports, me, 100).await.unwrap();
            if events + sent == 0 {
                return;
            }
        }
    }
}

/// A provider that does everything twice, and can only be asked.
pub(crate) fn asked_only() -> ScriptedProvider {
    ScriptedProvider::new("SCRIPTED").unwrap().with_capabilities(|c| {
        c.dedupe = Dedupe::None;
        c.void_by_our_reference = false;
        c.max_late_landing = Duration::from_mins(2);
    })
}

pub(crate) fn policy() -> Policy {
    let seconds = |list: &[u64]| list.iter().copied().map(Duration::from_secs).collect();
    Policy {
        default_provider: ProviderId::parse("SCRIPTED").unwrap(),
        currencies: ["TRY", "USD", "EUR", "JPY", "KWD"].map(|c| Currency::parse(c).unwrap()).into(),
        public_url: "https://pay.example".to_owned(),
        three_ds_timeout: Duration::from_mins(5),
        three_ds_max_attempts: 3,
        webhook_retries: RetrySchedule::new(seconds(&[0, 30, 120])),
        webhook_disable_after: Duration::from_hours(5 * 24),
        doubt_checks: RetrySchedule::new(seconds(&[2, 5, 15, 60])),
        doubt_limit: Duration::from_hours(7 * 24),
        watch_checks: RetrySchedule::new(seconds(&[3600, 21_600, 86_400])),
        call_timeout: Duration::from_secs(25),
        lease: Duration::from_mins(1),
        idempotency_wait: Duration::from_secs(2),
        idempotency_retention: Duration::from_hours(7 * 24),
        api_key_pepper: "pepper".into(),
    }
}

pub(crate) fn caller() -> Caller {
    Caller {
        merchant: MerchantId::parse("TRENDYOL").unwrap(),
        mode: Mode::Test,
        correlation_id: "corr-1".to_owned(),
        keyed: None,
    }
}

/// The same caller with an `Idempotency-Key`.
pub(crate) fn keyed(key: &str, path: &str, body: &Value) -> Caller {
    let keyed = KeyedRequest {
        key: IdempotencyKey::parse(key.as_bytes()).unwrap(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        body: canonical(body),
    };
    Caller { keyed: Some(keyed), ..caller() }
}

pub(crate) fn new_payment() -> Create {
    Create {
        amount: serde_json::from_str("1500.00").unwrap(),
        currency: "TRY".to_owned(),
        order_id: Some("ORDER-12345".to_owned()),
        customer_email: Some("customer@email.com".to_owned()),
        customer_id: None,
        description: None,
        metadata: BTreeMap::new(),
        capture_method: None,
    }
}

pub(crate) fn card(payment: PaymentId) -> Authorize {
    Authorize {
        payment,
        card_token: CardToken::parse("tok_visa").unwrap(),
        card_bin: "454678".to_owned(),
        three_ds_preference: None,
        return_url: Some("https://shop.example/thanks".to_owned()),
        installments: None,
    }
}

pub(crate) fn told(answer: Answer) -> Told {
    let Answer { status, body, is_replay: _ } = answer;
    (status, serde_json::from_str(&body).unwrap())
}

pub(crate) fn id_of(body: &Value) -> PaymentId {
    body["id"].as_str().unwrap().parse().unwrap()
}

/// The field that an error names.
pub(crate) fn wrong_field<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Invalid(invalid)) => invalid.field,
        other => panic!("expected a wrong field, not {other:?}"),
    }
}
