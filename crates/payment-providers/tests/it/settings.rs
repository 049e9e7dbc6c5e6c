//! How settings switch providers on.

use std::collections::BTreeMap;

use payment_core::id::ProviderId;
use payment_ports::provider::{Outcome, Provider};
use payment_providers::known::{Settings, SettingsError, providers};

use crate::fixture::{authorize, send};

fn settings(id: &str, name: &str, value: &str) -> BTreeMap<String, Settings> {
    let given = Settings::from([(name.to_owned(), value.into())]);
    BTreeMap::from([(id.to_owned(), given)])
}

fn refusal(id: &str, name: &str, value: &str) -> SettingsError {
    providers(&settings(id, name, value)).unwrap_err()
}

#[test]
fn an_unknown_provider_is_named() {
    let text = refusal("NO_SUCH_BANK", "mode", "FAIL").to_string();
    assert!(text.starts_with("there is no provider `NO_SUCH_BANK`; known are"), "{text}");
    assert!(text.contains("MOCK_PROVIDER"), "{text}");
}

#[test]
fn an_unknown_setting_is_named() {
    let text = refusal("MOCK_PROVIDER", "mod", "FAIL").to_string();
    assert_eq!(text, "provider MOCK_PROVIDER has no setting `mod`; it reads mode");
}

#[test]
fn a_wrong_value_is_refused_and_not_repeated() {
    let text = refusal("MOCK_PROVIDER", "mode", "s3cr3t").to_string();
    assert!(text.starts_with("setting `mode` of provider MOCK_PROVIDER must be SUCCESS"), "{text}");
    assert!(!text.contains("s3cr3t"));
}

#[tokio::test]
async fn a_setting_reaches_the_provider() {
    let made = providers(&settings("MOCK_PROVIDER", "mode", "FAIL")).unwrap();
    let mock: &dyn Provider = &**made.get(&ProviderId::parse("MOCK_PROVIDER").unwrap()).unwrap();
    let outcome = send(mock, &authorize("tok_visa")).await.unwrap();
    assert!(matches!(outcome, Outcome::Declined(_)));
}
