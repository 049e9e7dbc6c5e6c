//! The world, as use-cases are given it.

use std::{fmt, sync::Arc, time::Duration};

use payment_core::{currency::Currency, id::ProviderId, retry::RetrySchedule};
use payment_ports::{
    address::AddressCheck, clock::Clock, ids::Ids, mail::Mailer, provider::Providers, store::Store,
    wake::Wake, webhook::WebhookSender,
};
use secrecy::SecretString;

/// The world, and how the operator wants it used.
#[derive(Clone)]
pub struct Ports {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// Who moves the money.
    pub providers: Providers,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids and randomness come from.
    pub ids: Arc<dyn Ids>,
    /// Which addresses merchants may name.
    pub addresses: Arc<dyn AddressCheck>,
    /// Who tells merchants.
    pub webhooks: Arc<dyn WebhookSender>,
    /// Who writes to merchants.
    pub mailer: Arc<dyn Mailer>,
    /// Whom to tell that a worker has something to do.
    pub wake: Arc<dyn Wake>,
    /// What the operator decided.
    pub policy: Arc<Policy>,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// What the operator decided.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Who is asked when no rule says otherwise.
    pub default_provider: ProviderId,
    /// The currencies that merchants may use.
    pub currencies: Vec<Currency>,
    /// The address under which customers reach this gateway, without a slash at its end.
    pub public_url: String,
    /// How long a customer has to answer a 3-D Secure challenge.
    pub three_ds_timeout: Duration,
    /// How many wrong codes block a 3-D Secure session.
    pub three_ds_max_attempts: i32,
    /// When webhooks are tried again.
    pub webhook_retries: RetrySchedule,
    /// After how long without a webhook taken an endpoint is disabled.
    pub webhook_disable_after: Duration,
    /// When an attempt in doubt is asked about again; the last wait repeats.
    pub doubt_checks: RetrySchedule,
    /// For how long an attempt may be in doubt before a person must settle it.
    pub doubt_limit: Duration,
    /// How long after it was given up an attempt is looked at again; after the last, never.
    pub watch_checks: RetrySchedule,
    /// How long a provider may take before its answer counts as unknown.
    pub call_timeout: Duration,
    /// How long a request or a worker keeps what it works on; longer than any call.
    pub lease: Duration,
    /// How long a repeated request waits for the first one.
    pub idempotency_wait: Duration,
    /// How long final answers are kept.
    pub idempotency_retention: Duration,
    /// The secret under which API keys are hashed.
    pub api_key_pepper: SecretString,
}
