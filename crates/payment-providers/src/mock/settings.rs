//! The mock, from its settings.

use std::{sync::Arc, time::Duration};

use http::{Uri, uri::Scheme};
use http_transport::transport::{Connecting, Transport};
use payment_core::id::ProviderId;
use payment_ports::provider::Provider;
use secrecy::ExposeSecret;
use webhook_signing::secret::Secret;

use super::{
    mode::MockMode,
    provider::MockProvider,
    remote::{Profile, RemoteMock, RemoteNotices},
};
use crate::known::{Built, Known, Settings, SettingsError};

const ID: &str = "MOCK_PROVIDER";
const MODE: &str = "mode";
const BASE_URL: &str = "base-url";
const PROFILE: &str = "profile";
const MAX_LATE_LANDING: &str = "max-late-landing-seconds";
const WEBHOOK_SECRET: &str = "webhook-secret";

/// What the simulator promises, with some slack for the network.
const LATE_LANDING_SECONDS: u64 = 30;
/// The conformance tests ask for no longer, whatever the provider.
const LONGEST_LANDING_SECONDS: u64 = 3600;

/// The mock needs no credentials, so it is always on.
pub(crate) const KNOWN: Known =
    Known { id: ID, settings: &[MODE, BASE_URL, PROFILE, MAX_LATE_LANDING, WEBHOOK_SECRET], build };

fn build(id: ProviderId, settings: &Settings) -> Built {
    let mode = read(settings, MODE, MockMode::EXPECTED, MockMode::parse)?.unwrap_or_default();
    let profile = read(settings, PROFILE, Profile::EXPECTED, Profile::parse)?.unwrap_or_default();
    let landing = read(settings, MAX_LATE_LANDING, "a number from 0 to 3600", seconds)?;
    let landing = landing.unwrap_or(Duration::from_secs(LATE_LANDING_SECONDS));
    let base = read(settings, BASE_URL, "an http or https address", address)?;
    let notices =
        read(settings, WEBHOOK_SECRET, "`whsec_` and the base64 of 24 to 64 bytes", |text| {
            Secret::parse(&text.into()).ok().map(RemoteNotices::new)
        })?;
    let mock: Arc<dyn Provider> = match (base, mode) {
        (None, mode) => Arc::new(MockProvider::new(id, mode)),
        (Some(base), MockMode::Success) => {
            let transport = Transport::new(Connecting::platform())?;
            let mock = RemoteMock::new(id, profile.capabilities(landing), base, transport);
            Arc::new(match notices {
                Some(notices) => mock.with_notices(notices),
                None => mock,
            })
        }
        (Some(_), _) => return Err(wrong(MODE, "SUCCESS, or left out, where there is a base-url")),
    };
    Ok(Some(mock))
}

fn read<T>(
    settings: &Settings,
    setting: &'static str,
    expected: &'static str,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, SettingsError> {
    let Some(text) = settings.get(setting) else {
        return Ok(None);
    };
    parse(text.expose_secret().trim()).map(Some).ok_or_else(|| wrong(setting, expected))
}

const fn wrong(setting: &'static str, expected: &'static str) -> SettingsError {
    SettingsError::InvalidSetting { provider: ID, setting, expected }
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.parse().ok().filter(|seconds| *seconds <= LONGEST_LANDING_SECONDS)?;
    Some(Duration::from_secs(seconds))
}

/// An address without a slash at its end.
fn address(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    let is_http = uri.scheme() == Some(&Scheme::HTTP) || uri.scheme() == Some(&Scheme::HTTPS);
    let fits = is_http && uri.host().is_some() && uri.query().is_none();
    fits.then(|| text.trim_end_matches('/').to_owned())
}
