//! The list of providers, and how settings switch them on.

use std::{collections::BTreeMap, sync::Arc};

use http_transport::error::SetupError;
use payment_core::id::{InvalidId, ProviderId};
use payment_ports::provider::{Provider, Providers};
use secrecy::SecretString;

use crate::mock;

/// Every provider that there is.
pub const KNOWN: &[Known] = &[mock::KNOWN];

/// What one provider is told, by the names in [`Known::settings`].
pub type Settings = BTreeMap<String, SecretString>;

/// A provider that settings can switch on.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its id, as stored with every payment: upper snake case.
    pub id: &'static str,
    /// The settings that it reads, in kebab case, such as `secret-key`.
    pub settings: &'static [&'static str],
    /// Makes it, where the settings have its credentials.
    pub(crate) build: fn(ProviderId, &Settings) -> Built,
}

/// A provider; `None` is one that is off.
pub(crate) type Built = Result<Option<Arc<dyn Provider>>, SettingsError>;

/// Why settings make no provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No provider has that id.
    #[error("there is no provider `{0}`; known are {known}", known = join(KNOWN.iter().map(|known| known.id)))]
    UnknownProvider(String),
    /// The provider reads no such setting.
    #[error("provider {provider} has no setting `{setting}`; it reads {reads}")]
    UnknownSetting {
        /// Which provider.
        provider: &'static str,
        /// The setting that it does not read.
        setting: String,
        /// Those that it does.
        reads: String,
    },
    /// Nothing can be sent.
    #[error(transparent)]
    Transport(#[from] SetupError),
    /// The list itself is wrong.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// A setting has a value that the provider cannot use; the value is not repeated.
    #[error("setting `{setting}` of provider {provider} must be {expected}")]
    InvalidSetting {
        /// Which provider.
        provider: &'static str,
        /// Which setting.
        setting: &'static str,
        /// What it should have been.
        expected: &'static str,
    },
}

/// The providers that `settings`, by provider id, switch on.
///
/// A provider without credentials is off; one that needs none is always on.
///
/// # Errors
///
/// [`SettingsError`] names the provider or setting that is unknown or wrong.
pub fn providers(settings: &BTreeMap<String, Settings>) -> Result<Providers, SettingsError> {
    for (id, given) in settings {
        let known = KNOWN.iter().find(|known| known.id == id);
        known.ok_or_else(|| SettingsError::UnknownProvider(id.clone()))?.reads_all(given)?;
    }
    let none = Settings::new();
    let built = KNOWN.iter().map(|known| {
        let id = ProviderId::parse(known.id)?;
        (known.build)(id, settings.get(known.id).unwrap_or(&none))
    });
    built.filter_map(Result::transpose).collect()
}

impl Known {
    fn reads_all(&self, given: &Settings) -> Result<(), SettingsError> {
        match given.keys().find(|name| !self.settings.contains(&name.as_str())) {
            None => Ok(()),
            Some(setting) => Err(SettingsError::UnknownSetting {
                provider: self.id,
                setting: setting.clone(),
                reads: join(self.settings.iter().copied()),
            }),
        }
    }
}

fn join(words: impl Iterator<Item = &'static str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
