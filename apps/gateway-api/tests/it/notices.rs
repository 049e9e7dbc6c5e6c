//! What is posted to us in the name of a provider.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use gateway_api::sources::NoticeSources;
use hmac::{Hmac, KeyInit, Mac};
use payment_core::{attempt::Attempt, id::ProviderId, payment::Payment, time::Timestamp};
use payment_ports::clock::Clock;
use payment_providers::known;
use payment_usecases::inbox;
use provider_simulator::{fault::Faults, options::Options, profile::Profile, server::Simulator};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use sha2::Sha256;
use tempfile::TempDir;

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    a_thousand_forged_notices_change_nothing_and_a_true_one_settles
    without_a_secret_nothing_is_accepted
    a_notice_is_answered_as_its_provider_wants_and_the_same_when_it_comes_again
    what_is_no_notice_is_refused_in_the_usual_form
    notices_come_from_where_the_provider_sends_from
}

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const PATH: &str = "/v1/webhooks/mock_provider";

/// A notice with its three signed headers.
struct Notice {
    id: Option<String>,
    timestamp: Option<String>,
    signature: Option<String>,
    body: String,
}

/// A notice as whoever has that key would sign it.
fn signed(key: &[u8], id: &str, at: Timestamp, body: &str) -> Notice {
    let at = at.timestamp();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Notice {
        id: Some(id.to_owned()),
        timestamp: Some(at.to_string()),
        signature: Some(format!("v1,{signature}")),
        body: body.to_owned(),
    }
}

impl Notice {
    fn request(&self, app: &TestApp, path: &str) -> RequestBuilder {
        let mut request = app.client.bare(Method::POST, path).body(self.body.clone());
        for (name, value) in [
            ("webhook-id", &self.id),
            ("webhook-timestamp", &self.timestamp),
            ("webhook-signature", &self.signature),
        ] {
            request = match value {
                Some(value) => request.header(name, value),
                None => request,
            };
        }
        request
    }

    async fn post(&self, app: &TestApp) -> Reply {
        Reply::of(self.request(app, PATH)).await
    }
}

fn body_of(attempt: &str) -> String {
    json!({ "type": "operation.updated", "operation": "authorize", "reference": attempt,
        "outcome": "approved", "amountMinor": 150_000, "currency": "TRY", "bankReference": "B-1" })
    .to_string()
}

/// A bank whose answers are lost, and an API that takes its notices.
struct Banked {
    app: TestApp,
    _simulator: Simulator,
    _folder: TempDir,
}

impl Banked {
    async fn with(app: TestApp, sources: NoticeSources) -> Self {
        let folder = TempDir::new().unwrap();
        let faults = r#"{ "perThousand": { "hang_up_after_reading": 1000 } }"#;
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            ledger: folder.path().join("ledger.jsonl"),
            profile: Profile::Query,
            faults: Some(Faults::read(faults).unwrap()),
            seed: 0,
            max_late_landing_ms: 100,
            notify_url: None,
            notify_secret: None,
        };
        let simulator = Simulator::start(&options).await.unwrap();
        let secret = format!("whsec_{}", STANDARD.encode(KEY));
        let settings = [
            ("base-url", simulator.url()),
            ("profile", "query".to_owned()),
            ("webhook-secret", secret),
        ];
        let settings =
            settings.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let providers = BTreeMap::from([("MOCK_PROVIDER".to_owned(), settings)]);
        let app = app.again_with(known::providers(&providers).unwrap(), sources).await;
        Self { app, _simulator: simulator, _folder: folder }
    }

    /// A payment whose authorization is in doubt: its path, and the attempt.
    async fn in_doubt(&self) -> (String, String) {
        let payment = self.app.client.created().await;
        let reply = self.app.client.authorize(&payment, "tok_visa").await;
        reply.assert_status(202);
        (payment, reply.string("pendingOperation.attemptId"))
    }

    async fn books(&self, payment: &str) -> (Payment, Vec<Attempt>, i64) {
        let store = &self.app.ports.store;
        let id = payment.rsplit('/').next().unwrap().parse().unwrap();
        let attempts = store.attempts(id).await.unwrap();
        let loaded = store.load_attempt(attempts[0].id).await.unwrap().unwrap();
        (loaded.payment, attempts, store.backlog().await.unwrap().notices)
    }

    async fn heed(&self) -> usize {
        let ports = &self.app.ports;
        inbox::process(ports, ports.ids.uuid(), 100).await.unwrap()
    }
}

/// One of many ways to lie about an attempt, and what it is refused with.
fn forged(number: usize, body: &str, now: Timestamp, taken: &Notice) -> Notice {
    let id = format!("evt_forged_{number}");
    let good = || signed(KEY, &id, now, body);
    let other = body.replace("approved", "declined");
    match number % 10 {
        0 => signed(b"another key of the same length 32", &id, now, body),
        1 => signed(b"default_secret", &id, now, body),
        2 => signed(KEY, &id, now - TimeDelta::seconds(400), body),
        3 => signed(KEY, &id, now + TimeDelta::seconds(400), body),
        4 => Notice { body: other, ..good() },
        // What was signed once, in the name of another event or of now.
        5 => Notice { signature: taken.signature.clone(), ..good() },
        6 => Notice { timestamp: Some((now.timestamp() + 1).to_string()), ..good() },
        7 => Notice { id: None, ..good() },
        8 => Notice { timestamp: None, ..good() },
        _ => Notice { signature: None, ..good() },
    }
}

async fn a_thousand_forged_notices_change_nothing_and_a_true_one_settles(app: TestApp) {
    let bank = Banked::with(app, NoticeSources::default()).await;
    let (payment, attempt) = bank.in_doubt().await;
    let body = body_of(&attempt);
    let now = bank.app.clock.now();
    // A notice about nothing that we know was taken before, and whoever saw it has its signature.
    let taken = signed(KEY, "evt_0", now, &body_of("00000000-0000-7000-8000-000000000000"));
    taken.post(&bank.app).await.assert_status(200);
    let before = bank.books(&payment).await;
    assert_eq!(before.2, 1);
    for number in 0..1000 {
        let reply = forged(number, &body, now, &taken).post(&bank.app).await;
        reply.assert_refused(401, "UNAUTHORIZED");
    }
    let replayed = taken.post(&bank.app).await;
    replayed.assert_status(200);
    assert_eq!(bank.books(&payment).await, before);
    assert_eq!(bank.heed().await, 1, "nothing but the one that was taken");
    assert_eq!(bank.books(&payment).await, before);

    let text = Reply::of(bank.app.client.bare(Method::GET, "/actuator/prometheus")).await.text;
    for counted in ["forged", "taken", "duplicate"] {
        let name =
            format!("provider_notices_total{{provider=\"MOCK_PROVIDER\",result=\"{counted}\"}}");
        assert!(text.contains(&name), "{name}: {text}");
    }

    signed(KEY, "evt_1", now, &body).post(&bank.app).await.assert_status(200);
    assert_eq!(bank.heed().await, 1);
    assert_eq!(bank.app.client.status_of(&payment).await, "AUTHORIZED");
}

async fn without_a_secret_nothing_is_accepted(app: TestApp) {
    let notice = signed(KEY, "evt_1", app.clock.now(), &body_of("x"));
    for path in [PATH, "/v1/webhooks/MOCK_PROVIDER", "/api/webhooks/paynet-callback"] {
        let refused = Reply::of(notice.request(&app, path)).await;
        refused.assert_refused(503, "SERVICE_UNAVAILABLE");
    }
    for path in ["/v1/webhooks/no_such_bank", "/v1/webhooks/a-b", "/v1/webhooks/paynet"] {
        Reply::of(notice.request(&app, path)).await.assert_refused(404, "NOT_FOUND");
    }
    assert_eq!(app.ports.store.backlog().await.unwrap().notices, 0);
}

async fn a_notice_is_answered_as_its_provider_wants_and_the_same_when_it_comes_again(app: TestApp) {
    let bank = Banked::with(app, NoticeSources::default()).await;
    let (payment, attempt) = bank.in_doubt().await;
    let notice = signed(KEY, "evt_1", bank.app.clock.now(), &body_of(&attempt));
    for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain", "x"] {
        let request = notice.request(&bank.app, "/v1/webhooks/Mock_Provider");
        let reply = Reply::of(request.header("Content-Type", kind)).await;
        reply.assert_status(200);
        assert_eq!((reply.text.as_str(), reply.header("Content-Type")), ("", Some("text/plain")));
    }
    assert_eq!(bank.app.client.browse("/v1/admin/health").await.field("providerNoticesPending"), 1);
    assert_eq!(bank.heed().await, 1);
    assert_eq!(bank.app.client.status_of(&payment).await, "AUTHORIZED");
    notice.post(&bank.app).await.assert_status(200);
    assert_eq!(bank.heed().await, 0);
}

async fn what_is_no_notice_is_refused_in_the_usual_form(app: TestApp) {
    let bank = Banked::with(app, NoticeSources::default()).await;
    let now = bank.app.clock.now();
    let malformed = signed(KEY, "evt_1", now, "nonsense").post(&bank.app).await;
    malformed.assert_refused(400, "INVALID_PARAMETER");
    let ignored = signed(KEY, "evt_2", now, &body_of("ORDER-1")).post(&bank.app).await;
    ignored.assert_status(200);
    let long = "x".repeat(512 * 1024 + 1);
    let long = signed(KEY, "evt_3", now, &long).post(&bank.app).await;
    long.assert_refused(413, "PAYLOAD_TOO_LARGE");
    let read = Reply::of(bank.app.client.bare(Method::GET, PATH)).await;
    read.assert_refused(405, "METHOD_NOT_ALLOWED");
    assert_eq!(bank.app.ports.store.backlog().await.unwrap().notices, 0);
}

async fn notices_come_from_where_the_provider_sends_from(app: TestApp) {
    let mock = ProviderId::parse("MOCK_PROVIDER").unwrap();
    let sources = NoticeSources {
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        allowed: BTreeMap::from([(mock, vec!["203.0.113.0/24".parse().unwrap()])]),
    };
    let bank = Banked::with(app, sources).await;
    let notice = signed(KEY, "evt_1", bank.app.clock.now(), &body_of("ORDER-1"));
    let from = |hops: &'static str| {
        Reply::of(notice.request(&bank.app, PATH).header("X-Forwarded-For", hops))
    };
    notice.post(&bank.app).await.assert_refused(403, "FORBIDDEN");
    from("198.51.100.1").await.assert_refused(403, "FORBIDDEN");
    from("203.0.113.9, 198.51.100.1").await.assert_refused(403, "FORBIDDEN");
    from("nobody").await.assert_refused(403, "FORBIDDEN");
    from("203.0.113.9").await.assert_status(200);
    from("198.51.100.1, 203.0.113.9, 127.0.0.2").await.assert_status(200);
}
