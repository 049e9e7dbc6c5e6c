//! Points around requests to merchants.

use std::sync::Arc;

use async_trait::async_trait;
use payment_ports::webhook::{SendFailure, WebhookRequest, WebhookResponse, WebhookSender};

use crate::aim::reached;

/// A sender with fail points around it.
pub struct FailingWebhooks(pub Arc<dyn WebhookSender>);

impl std::fmt::Debug for FailingWebhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FailingWebhooks(…)")
    }
}

#[async_trait]
impl WebhookSender for FailingWebhooks {
    async fn send(&self, request: WebhookRequest<'_>) -> Result<WebhookResponse, SendFailure> {
        reached("delivery", "before");
        let answer = self.0.send(request).await;
        reached("delivery", "sent");
        answer
    }
}
