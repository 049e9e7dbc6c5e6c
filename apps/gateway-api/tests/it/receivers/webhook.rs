//! A webhook that a test signs, changes and posts.

use std::{
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use reqwest::Method;
use secrecy::SecretString;
use serde_json::json;
use webhook_signing::{
    secret::{Secret, Secrets, generate_secret},
    sign::sign,
};

use crate::support::{Client, Reply};

/// The secret of the receiver.
pub(super) fn known() -> SecretString {
    generate_secret([7; 32])
}

/// A secret that the receiver does not have.
pub(super) fn other() -> SecretString {
    generate_secret([8; 32])
}

/// Both, while the one replaces the other.
pub(super) fn overlap() -> Secrets {
    let secret = |displayed| Secret::parse(&displayed).unwrap();
    Secrets { current: secret(known()), next: Some(secret(other())) }
}

/// One request to a receiver.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Webhook {
    /// Signed now with that secret, as the gateway does it.
    pub(super) fn new(id: &str, secret: &SecretString) -> Self {
        Self::signed(id, &Secrets { current: Secret::parse(secret).unwrap(), next: None }, 0)
    }

    /// Signed so many seconds from now, with the secret that the receiver has.
    pub(super) fn at(seconds_from_now: i64) -> Self {
        Self::signed("evt_1", &overlap(), seconds_from_now)
    }

    /// Signed so many seconds from now, with all that is valid.
    pub(super) fn signed(id: &str, secrets: &Secrets, seconds_from_now: i64) -> Self {
        let event = json!({ "eventId": id, "eventType": "PaymentCaptured", "sequence": 3,
            "data": { "amount": "1500.00", "city": "İzmir" } });
        let body = event.to_string();
        let headers = sign(secrets, id, now() + seconds_from_now, body.as_bytes());
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { headers, body }
    }

    pub(super) fn value(&mut self, name: &str) -> &mut String {
        &mut self.headers.iter_mut().find(|header| header.0 == name).unwrap().1
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|header| header.0 != name);
        self
    }

    /// Posts it; answers the status.
    pub(super) async fn post_to(&self, receiver: SocketAddr) -> u16 {
        let client = Client::new(receiver, "", "");
        let mut request = client.bare(Method::POST, "/payments").body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Reply::of(request).await.status
    }
}

/// Receivers compare with the system clock, so what they are sent is signed by it.
#[expect(clippy::disallowed_methods, reason = "the receivers read the system clock themselves")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}
