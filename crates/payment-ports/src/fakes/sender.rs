//! A receiver of webhooks.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use payment_core::time::Timestamp;

use crate::webhook::{SendFailure, WebhookRequest, WebhookResponse, WebhookSender};

/// Keeps what is sent, and answers 200 unless a test planned otherwise.
#[derive(Debug, Default)]
pub struct RecordingSender {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<SentWebhook>,
    script: HashMap<String, VecDeque<Result<WebhookResponse, SendFailure>>>,
    pauses: HashMap<String, Duration>,
    outages: HashMap<String, Timestamp>,
}

/// A request as the receiver saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentWebhook {
    /// Where it went.
    pub url: String,
    /// The event's name for the receiver.
    pub webhook_id: String,
    /// When the try was made.
    pub timestamp: Timestamp,
    /// The bytes that were sent.
    pub body: String,
}

impl RecordingSender {
    /// A sender that has sent nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the next requests to `url` are answered, in order; after them, 200.
    pub fn script(
        &self,
        url: &str,
        answers: impl IntoIterator<Item = Result<WebhookResponse, SendFailure>>,
    ) {
        self.lock().script.entry(url.to_owned()).or_default().extend(answers);
    }

    /// Until that time `url` cannot be reached.
    pub fn take_down(&self, url: &str, until: Timestamp) {
        self.lock().outages.insert(url.to_owned(), until);
    }

    /// From now on `url` takes so long to answer.
    pub fn slow_down(&self, url: &str, pause: Duration) {
        self.lock().pauses.insert(url.to_owned(), pause);
    }

    /// Every request, in the order they were sent.
    #[must_use]
    pub fn sent(&self) -> Vec<SentWebhook> {
        self.lock().sent.clone()
    }

    /// Every request to `url`, in the order they were sent.
    #[must_use]
    pub fn sent_to(&self, url: &str) -> Vec<SentWebhook> {
        self.lock().sent.iter().filter(|request| request.url == url).cloned().collect()
    }

    /// An answer with that status and nothing else.
    #[must_use]
    pub const fn status(status: u16) -> WebhookResponse {
        WebhookResponse { status, excerpt: String::new(), retry_after: None }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl WebhookSender for RecordingSender {
    async fn send(&self, request: WebhookRequest<'_>) -> Result<WebhookResponse, SendFailure> {
        let url = &request.endpoint.url;
        let (answer, pause) = {
            let mut state = self.lock();
            state.sent.push(SentWebhook {
                url: url.clone(),
                webhook_id: request.webhook_id.to_owned(),
                timestamp: request.timestamp,
                body: request.body.to_owned(),
            });
            if state.outages.get(url).is_some_and(|until| request.timestamp < *until) {
                return Err(SendFailure::ConnectionFailed);
            }
            let planned = state.script.get_mut(url).and_then(VecDeque::pop_front);
            (planned.unwrap_or_else(|| Ok(Self::status(200))), state.pauses.get(url).copied())
        };
        match pause {
            Some(pause) => tokio::time::sleep(pause).await,
            None => tokio::task::yield_now().await,
        }
        answer
    }
}
