//! Notices of what was done, signed as Standard Webhooks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use bytes::Bytes;
use http::{Request, Uri, header::CONTENT_TYPE};
use http_transport::{
    limits::Limits,
    transport::{Connecting, Transport},
};
use serde_json::json;
use webhook_signing::{
    secret::{Secret, Secrets},
    sign::sign,
};

use crate::{
    answer::{Answer, Status},
    clock::now_ms,
    options::Options,
};

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Posts notices; each once, whatever the receiver says.
#[derive(Debug)]
pub(crate) struct Notices {
    url: Mutex<Uri>,
    secrets: Secrets,
    transport: Transport,
}

impl Notices {
    /// What the options ask for, if they do.
    pub(crate) fn new(options: &Options) -> anyhow::Result<Option<Arc<Self>>> {
        let (Some(url), Some(secret)) = (&options.notify_url, &options.notify_secret) else {
            return Ok(None);
        };
        let current = Secret::parse(&secret.as_str().into()).context("--notify-secret")?;
        Ok(Some(Arc::new(Self {
            url: Mutex::new(url.parse().context("--notify-url")?),
            secrets: Secrets { current, next: None },
            transport: Transport::new(Connecting::platform())?,
        })))
    }

    /// Posts to another address from now on.
    pub(crate) fn redirect(&self, url: Uri) {
        *self.url.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    fn url(&self) -> Uri {
        self.url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells of what came of an order; the same notice has the same id.
    pub(crate) async fn post(&self, answer: &Answer) -> anyhow::Result<()> {
        let outcome = match answer.status {
            Status::Approved => "approved",
            Status::Declined => "declined",
            Status::Challenge | Status::Duplicate => return Ok(()),
        };
        let Answer { reference, operation, .. } = answer;
        let body = json!({
            "type": "operation.updated",
            "operation": operation,
            "reference": reference,
            "outcome": outcome,
            "amountMinor": answer.amount_minor,
            "currency": answer.currency,
            "bankReference": answer.bank_reference,
            "code": answer.code,
            "message": answer.message,
        });
        let body = body.to_string();
        let id = format!("{}-{reference}", operation.name());
        let now = i64::try_from(now_ms() / 1000)?;
        let mut request = Request::post(self.url()).header(CONTENT_TYPE, "application/json");
        for (name, value) in sign(&self.secrets, &id, now, body.as_bytes()) {
            request = request.header(name, value);
        }
        self.transport.send(request.body(Bytes::from(body))?, Limits::within(PATIENCE)).await?;
        Ok(())
    }
}
