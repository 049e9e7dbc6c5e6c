//! `payment.*` and `providers.*`.

use std::{collections::BTreeMap, time::Duration};

use ipnet::IpNet;
use payment_core::{currency::Currency, id::ProviderId, retry::RetrySchedule};
use payment_providers::known::{self, KNOWN};

use super::{
    model::{Environment, PaymentRules, WorkerPace},
    reader::{Reader, whole},
    server::network,
};

const DEFAULT_PROVIDER: &str = "payment.routing.default-provider";
const ALLOWED_HOSTS: &str = "payment.webhook.allowed-hosts";
const WEEK_SECONDS: u64 = 7 * 24 * 60 * 60;
/// When an unknown outcome is asked about again: soon, then ever more rarely, in seconds.
const DOUBT_INTERVALS: [u64; 12] =
    [2, 5, 15, 60, 120, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400];

/// How long after it was given up an attempt is looked at again, in seconds: up to a week.
const WATCH_INTERVALS: [u64; 5] = [3600, 21_600, 86_400, 259_200, 604_800];

/// `None` only where a problem was remembered.
pub(super) fn payment(reader: &mut Reader<'_>) -> Option<PaymentRules> {
    reader.unused(
        "payment.routing.enable-bin-routing",
        "there are no routing rules yet, so every payment goes to the default provider",
    );
    reader.unused("payment.rate-limit.enabled", "rate limits are left to the proxy in front");
    let minutes = reader.number("payment.threeds.session-timeout-minutes", 1..=60, 5);
    let wait = reader.number("payment.idempotency.wait-milliseconds", 0..=10_000, 2000);
    let days = reader.number("payment.idempotency.retention-days", 1..=90, 7);
    let review_after = reader.number("payment.provider.review-after-hours", 0..=720, 7 * 24);
    let call_timeout = reader.seconds("payment.provider.call-timeout-seconds", 1..=120, 25);
    let lease = reader.seconds("payment.worker.lease-seconds", 2..=600, 60);
    let disable_after = reader.number("payment.webhook.disable-after-hours", 1..=8760, 5 * 24);
    let default_provider = reader.parsed(DEFAULT_PROVIDER, provider_id);
    Some(PaymentRules {
        currencies: currencies(reader),
        three_ds_timeout: Duration::from_mins(minutes),
        three_ds_max_attempts: reader.number("payment.threeds.max-attempts", 1..=10, 3),
        webhook_retries: webhook_retries(reader),
        webhook_allowed_hosts: reader.list(ALLOWED_HOSTS, str::parse).unwrap_or_default(),
        webhook_disable_after: Duration::from_hours(disable_after),
        doubt_checks: checks(reader, "payment.provider.doubt-intervals", &DOUBT_INTERVALS),
        doubt_limit: Duration::from_hours(review_after),
        watch_checks: checks(reader, "payment.provider.watch-intervals", &WATCH_INTERVALS),
        call_timeout,
        lease: lease.max(call_timeout.saturating_mul(2)),
        idempotency_wait: Duration::from_millis(wait),
        idempotency_retention: Duration::from_hours(days * 24),
        default_provider: match default_provider {
            Some(id) => id,
            None => provider_id("MOCK_PROVIDER").ok()?,
        },
    })
}

pub(super) fn worker(reader: &mut Reader<'_>, environment: Environment) -> WorkerPace {
    let in_process = environment == Environment::Development;
    WorkerPace {
        in_process: reader.flag("payment.worker.enabled", in_process),
        poll_interval: reader.seconds("payment.outbox.poll-interval-seconds", 1..=300, 5),
        batch_size: reader.number("payment.outbox.batch-size", 1..=1000, 100),
        is_woken: true,
    }
}

/// What each provider is told; every provider names the settings that it reads.
pub(super) fn providers(reader: &mut Reader<'_>) -> BTreeMap<String, known::Settings> {
    let mut all = BTreeMap::new();
    for provider in KNOWN {
        let mut given = known::Settings::new();
        for &name in provider.settings {
            let path = format!("providers.{}.{name}", provider.id);
            let value = reader.secret(&path, |text| Ok(text.into()));
            given.extend(value.map(|value| (name.to_owned(), value)));
        }
        if !given.is_empty() {
            all.insert(provider.id.to_owned(), given);
        }
    }
    all
}

/// From where each provider's notices are accepted, where that is limited.
pub(super) fn notice_sources(reader: &mut Reader<'_>) -> BTreeMap<ProviderId, Vec<IpNet>> {
    let sources = KNOWN.iter().filter_map(|provider| {
        let path = format!("providers.{}.notice-sources", provider.id);
        let networks = reader.list(&path, network)?;
        Some((ProviderId::parse(provider.id).ok()?, networks))
    });
    sources.collect()
}

/// Whether the providers can be made, and payments have one to go to.
pub(super) fn check_providers(
    reader: &mut Reader<'_>,
    given: &BTreeMap<String, known::Settings>,
    default: &ProviderId,
) {
    match known::providers(given) {
        Err(error) => reader.refuse::<()>("providers", &format!("cannot be used: {error}")),
        Ok(providers) if providers.get(default).is_none() => {
            reader.refuse(DEFAULT_PROVIDER, &format!("is `{default}`, which is not switched on"))
        }
        Ok(_) => None,
    };
}

fn provider_id(text: &str) -> Result<ProviderId, String> {
    ProviderId::parse(text).map_err(|error| format!("is {error}"))
}

fn currencies(reader: &mut Reader<'_>) -> Vec<Currency> {
    let default = || ["TRY", "USD", "EUR"].into_iter().flat_map(Currency::parse).collect();
    reader.list("payment.currencies", Currency::parse).unwrap_or_else(default)
}

fn webhook_retries(reader: &mut Reader<'_>) -> RetrySchedule {
    let given = intervals(reader, "payment.webhook.retry-intervals");
    let max_tries = reader.number("payment.webhook.max-retries", 1..=100, 100);
    let schedule = given.map_or_else(RetrySchedule::webhooks, RetrySchedule::new);
    RetrySchedule::new((0..max_tries).map_while(|tries| schedule.delay_after(tries)).collect())
}

fn checks(reader: &mut Reader<'_>, path: &str, default: &[u64]) -> RetrySchedule {
    let default = || default.iter().copied().map(Duration::from_secs).collect();
    RetrySchedule::new(intervals(reader, path).unwrap_or_else(default))
}

fn intervals(reader: &mut Reader<'_>, path: &str) -> Option<Vec<Duration>> {
    reader.list(path, |text| whole(text, &(0..=WEEK_SECONDS)).map(Duration::from_secs))
}
