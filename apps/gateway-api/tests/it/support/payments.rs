//! Payments to begin a test with.

use serde_json::{Value, json};

use super::{Client, Reply, TestApp};

/// The seed's example of a new payment.
pub(crate) fn new_payment() -> Value {
    json!({ "amount": 1500, "currency": "TRY", "orderId": "ORDER-12345" })
}

impl Client {
    /// A payment of 1500.00 TRY: its path.
    pub(crate) async fn created(&self) -> String {
        let reply = self.post("/v1/payments", &new_payment()).await;
        reply.assert_status(201);
        format!("/v1/payments/{}", reply.string("id"))
    }

    /// A payment of 1500.00 TRY that is held.
    pub(crate) async fn authorized(&self) -> String {
        let payment = self.created().await;
        let reply = self.authorize(&payment, "tok_visa").await;
        assert_eq!(reply.string("status"), "AUTHORIZED");
        payment
    }

    /// A payment of 1500.00 TRY that was taken.
    pub(crate) async fn captured(&self) -> String {
        let payment = self.authorized().await;
        let reply = self.post_empty(&format!("{payment}/capture")).await;
        assert_eq!(reply.string("status"), "CAPTURED");
        payment
    }

    pub(crate) async fn authorize(&self, payment: &str, token: &str) -> Reply {
        let body = json!({ "cardToken": token, "cardBin": "454678" });
        self.post(&format!("{payment}/authorize"), &body).await
    }

    /// A payment that waits for 3-D Secure: its path, and that of the customer's page.
    pub(crate) async fn challenged(
        &self,
        token: &str,
        return_url: Option<&str>,
    ) -> (String, String) {
        let payment = self.created().await;
        let mut body = json!({ "cardToken": token, "cardBin": "454678" });
        if let Some(url) = return_url {
            body["returnUrl"] = url.into();
        }
        let reply = self.post(&format!("{payment}/authorize"), &body).await;
        reply.assert_status(200);
        assert_eq!(reply.field("threeDsRequired"), true);
        (payment, page_of(&reply))
    }

    /// Another challenge for a payment that has one: the path of the customer's new page.
    pub(crate) async fn challenged_again(&self, payment: &str) -> String {
        page_of(&self.authorize(payment, "tok_3ds").await)
    }

    pub(crate) async fn status_of(&self, payment: &str) -> String {
        self.get(payment).await.string("status")
    }
}

fn page_of(challenged: &Reply) -> String {
    let url = challenged.string("threeDsUrl");
    let (_, query) = url.split_once("/3ds/verify").unwrap();
    format!("/3ds/verify{query}")
}

impl TestApp {
    /// The kinds of all events of a payment, in order.
    pub(crate) async fn events_of(&self, payment: &str) -> Vec<String> {
        let timeline = self.client.get(&format!("{payment}/timeline")).await;
        let entries = timeline.field("data");
        let events = entries.as_array().unwrap().iter().filter(|entry| entry["type"] == "EVENT");
        events.map(|event| event["name"].as_str().unwrap().to_owned()).collect()
    }
}
