//! Addresses that merchants name, as production judges them.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use gateway_runtime::webhooks::HttpWebhookSender;
use http_transport::{guard::lookup::Lookup, transport::Connecting};
use payment_ports::fakes::MemoryStore;
use serde_json::json;

use crate::support::{TestApp, addresses, providers};

const PATH: &str = "/v1/webhook-endpoints";

/// Addresses with what is wrong with them in test mode.
const WRONG: [(&str, &str); 8] = [
    ("http://169.254.169.254/latest/meta-data/", "must have a public host"),
    ("https://10.0.0.5/", "must have a public host"),
    ("http://localhost/", "must have a public host"),
    ("http://[::ffff:127.0.0.1]/", "must have a public host"),
    ("http://metadata.google.internal/", "must have a public host"),
    ("https://user@shop.example/", "must not contain a user name or password"),
    ("https://shop.example:22/", "must have port 80, 443, 8080 or 8443"),
    ("gopher://shop.example/", "must be an absolute http or https URL"),
];

#[tokio::test]
async fn a_webhook_address_that_leads_inside_is_refused_with_the_reason() {
    let app = TestApp::in_memory().await;
    for (url, message) in WRONG {
        let reply = app.client.post(PATH, &json!({ "url": url })).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), "url");
        assert_eq!(reply.string("message"), format!("url {message}"));
    }
    assert_eq!(app.client.get(PATH).await.field("data"), json!([]));
}

#[tokio::test]
async fn a_return_url_that_leads_inside_is_refused_with_the_reason() {
    let app = TestApp::in_memory().await;
    let path = format!("{}/authorize", app.client.created().await);
    for (url, message) in WRONG {
        let body = json!({ "cardToken": "tok_visa", "cardBin": "454678", "returnUrl": url });
        let reply = app.client.post(&path, &body).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("details.field"), "returnUrl");
        assert_eq!(reply.string("message"), format!("returnUrl {message}"));
    }
}

#[tokio::test]
async fn live_mode_takes_https_on_its_ports_only() {
    let app = TestApp::in_memory().await;
    let live = app.live_client().await;
    for (url, message) in [
        ("http://shop.example/", "url must be https in live mode"),
        ("https://shop.example:8080/", "url must have port 443 or 8443"),
    ] {
        let reply = live.post(PATH, &json!({ "url": url })).await;
        reply.assert_refused(400, "INVALID_PARAMETER");
        assert_eq!(reply.string("message"), message);
        app.client.post(PATH, &json!({ "url": url })).await.assert_status(201);
    }
    live.post(PATH, &json!({ "url": "https://shop.example:8443/" })).await.assert_status(201);
}

/// Says that every name leads inside.
#[derive(Debug)]
struct Inside;

#[async_trait]
impl Lookup for Inside {
    async fn lookup(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![Ipv4Addr::new(10, 0, 0, 5).into()])
    }
}

#[tokio::test]
async fn a_webhook_whose_host_leads_inside_is_told_as_refused_and_no_more() {
    let store = Arc::new(MemoryStore::new());
    let mut app = TestApp::with(Arc::<MemoryStore>::clone(&store), providers()).await;
    let transport = addresses().transport(Connecting::platform(), Arc::new(Inside)).unwrap();
    let sender = HttpWebhookSender::new(transport, addresses(), Duration::from_secs(15));
    app.ports.webhooks = Arc::new(sender);
    app.client.post(PATH, &json!({ "url": "https://shop.example/" })).await.assert_status(201);
    app.client.created().await;

    app.work().await;

    let [told] = store.tables().delivery_attempts.try_into().unwrap();
    assert_eq!(told.error_class.as_deref(), Some("address_refused"));
    assert_eq!((told.status_code, told.response_excerpt), (None, None));
}
