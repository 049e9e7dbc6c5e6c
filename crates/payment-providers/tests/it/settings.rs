//! How settings switch providers on.

use std::{collections::BTreeMap, time::Duration};

use payment_core::id::ProviderId;
use payment_ports::provider::{Capabilities, Dedupe, Outcome, Provider};
use payment_providers::known::{Settings, SettingsError, providers};

use crate::fixture::{authorize, send};

const READS: &str = "mode, base-url, profile, max-late-landing-seconds, webhook-secret";

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

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
    assert_eq!(text, format!("provider MOCK_PROVIDER has no setting `mod`; it reads {READS}"));
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

/// The mock that those settings make.
fn mock_with(given: &[(&str, &str)]) -> Result<Capabilities, SettingsError> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
    let made = providers(&[("MOCK_PROVIDER".to_owned(), given.collect())].into())?;
    let mock = made.get(&ProviderId::parse("MOCK_PROVIDER").unwrap()).unwrap();
    Ok(mock.capabilities().clone())
}

#[test]
fn a_mock_with_an_address_declares_what_its_profile_can_do() {
    let base = ("base-url", "http://127.0.0.1:9900/");
    let told = mock_with(&[base]).unwrap();
    assert!(matches!(told.dedupe, Dedupe::Key { .. }));
    assert_eq!(told.max_late_landing, Duration::from_secs(30));
    let told = mock_with(&[base, ("profile", "cancel")]).unwrap();
    assert_eq!((told.dedupe, told.void_by_our_reference), (Dedupe::None, true));
    let told = mock_with(&[base, ("max-late-landing-seconds", "7")]).unwrap();
    assert_eq!(told.max_late_landing, Duration::from_secs(7));
    assert!(!told.webhooks);
    assert!(mock_with(&[base, ("webhook-secret", SECRET)]).unwrap().webhooks);
}

#[test]
fn a_mock_without_an_address_stays_as_it_is() {
    let told = mock_with(&[("profile", "query"), ("webhook-secret", SECRET)]).unwrap();
    assert_eq!(told, mock_with(&[]).unwrap());
}

#[test]
fn a_mock_that_makes_no_sense_is_refused() {
    let base = ("base-url", "http://127.0.0.1:9900");
    for (given, text) in [
        (vec![("base-url", "127.0.0.1:9900")], "`base-url` of provider MOCK_PROVIDER must be an"),
        (vec![("base-url", "ftp://bank")], "`base-url` of provider MOCK_PROVIDER must be an"),
        (vec![("base-url", "http://bank/?a=b")], "`base-url` of provider MOCK_PROVIDER must be an"),
        (vec![base, ("profile", "Key")], "`profile` of provider MOCK_PROVIDER must be key,"),
        (vec![base, ("mode", "FAIL")], "`mode` of provider MOCK_PROVIDER must be SUCCESS, or"),
        (vec![("max-late-landing-seconds", "3601")], "must be a number from 0 to 3600"),
        (vec![base, ("webhook-secret", "default_secret")], "must be `whsec_` and the base64 of"),
        (vec![base, ("webhook-secret", "")], "must be `whsec_` and the base64 of"),
    ] {
        let refusal = mock_with(&given).unwrap_err().to_string();
        assert!(refusal.contains(text), "{refusal}");
    }
}
