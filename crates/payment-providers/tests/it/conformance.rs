//! What every provider in the list must keep.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use payment_core::id::ProviderId;
use payment_ports::provider::{Capabilities, Dedupe, Providers, Query};
use payment_providers::known::{KNOWN, providers};

/// Every provider of the list; one that needs credentials is given some here.
fn switched_on() -> Providers {
    let all = providers(&BTreeMap::new()).unwrap();
    assert_eq!(all.iter().count(), KNOWN.len(), "every provider must be switched on");
    all
}

#[test]
fn every_id_is_upper_snake_case_and_unique() {
    let ids: BTreeSet<_> = KNOWN.iter().map(|known| known.id).collect();
    assert_eq!(ids.len(), KNOWN.len());
    for id in ids {
        assert!(ProviderId::parse(id).is_ok(), "{id}");
        let words_fit = id.split('_').all(|word| !word.is_empty());
        assert!(words_fit && id.starts_with(|c: char| c.is_ascii_uppercase()), "{id}");
    }
}

#[test]
fn every_setting_is_kebab_case_and_unique() {
    for known in KNOWN {
        let unique: BTreeSet<_> = known.settings.iter().collect();
        assert_eq!(unique.len(), known.settings.len(), "{}", known.id);
        let fits = |name: &str| {
            name.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9'))
            })
        };
        assert!(known.settings.iter().all(|name| fits(name)), "{}", known.id);
    }
}

#[test]
fn a_provider_goes_by_the_id_in_the_list() {
    let listed: BTreeSet<_> = KNOWN.iter().map(|known| known.id).collect();
    for provider in switched_on().iter() {
        assert!(listed.contains(provider.id().as_str()), "{}", provider.id());
    }
}

#[test]
fn the_mock_is_on_without_any_settings() {
    assert!(switched_on().get(&ProviderId::parse("MOCK_PROVIDER").unwrap()).is_some());
}

#[test]
fn an_attempt_in_doubt_can_always_be_settled() {
    for provider in switched_on().iter() {
        let Capabilities { dedupe, query, max_late_landing, .. } = provider.capabilities();
        let can_be_asked = *query == Query::ByOurReference;
        let can_be_repeated = *dedupe != Dedupe::None;
        assert!(can_be_asked || can_be_repeated, "{}", provider.id());
        assert!(*max_late_landing <= Duration::from_hours(1), "{}", provider.id());
        if let Dedupe::Key { retention } = dedupe {
            assert!(max_late_landing < retention, "{}", provider.id());
        }
    }
}

#[test]
fn no_currency_is_listed_twice() {
    for provider in switched_on().iter() {
        let listed = &provider.capabilities().currencies;
        let unique: BTreeSet<_> = listed.iter().collect();
        assert_eq!(unique.len(), listed.len(), "{}", provider.id());
    }
}

#[tokio::test]
async fn a_provider_that_needs_no_credentials_accepts_its_own() {
    for provider in switched_on().iter() {
        assert_eq!(provider.check_credentials().await, Ok(()), "{}", provider.id());
    }
}
