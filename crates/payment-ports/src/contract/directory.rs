//! Merchants, API keys and webhook endpoints.

use std::sync::Arc;

use chrono::DateTime;
use payment_core::{
    event::EventKind,
    id::{EndpointId, MerchantId, Mode},
};
use secrecy::ExposeSecret as _;

use super::given::Given;
use crate::{
    store::{ApiKey, Change, Guard, Merchant, Store},
    webhook::{Disabled, DisabledReason, Endpoint, EndpointSecrets, NextSecret},
};

pub async fn a_store_answers_a_ping(store: &Arc<dyn Store>) {
    assert_eq!(store.ping().await, Ok(()));
}

pub async fn a_merchant_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let merchant = Merchant {
        id: MerchantId::parse(&"x.Y_z-9".repeat(7)).unwrap(),
        name: "Güneş & Oğulları 👛 ".to_owned(),
        created_at: DateTime::from_timestamp_micros(4_102_444_799_999_999).unwrap(),
    };
    given.apply([Change::InsertMerchant(merchant.clone())]).await;
    assert_eq!(store.merchant(&merchant.id).await.unwrap(), Some(merchant));
}

pub async fn merchants_are_found_by_their_exact_id(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let lower = MerchantId::parse("shop").unwrap();
    assert_eq!(store.merchant(&lower).await.unwrap(), None);
    let lower = given.other_merchant("shop").await.samples.merchant;
    assert_eq!(store.merchant(&lower).await.unwrap().map(|merchant| merchant.id), Some(lower));
}

pub async fn a_merchant_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let stored = store.merchant(&given.samples.merchant).await.unwrap();
    given.refused(Change::InsertMerchant(given.samples.merchant()), Guard::Merchant).await;
    assert_eq!(store.merchant(&given.samples.merchant).await.unwrap(), stored);
}

pub async fn an_api_key_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let live = given.samples.in_mode(Mode::Live);
    let keys = [
        given.samples.api_key("aaaaaaaaaaaa"),
        ApiKey { revoked_at: Some(given.samples.now()), ..live.api_key("bbbbbbbbbbbb") },
        ApiKey { hash: [0; 32], ..live.api_key("cccccccccccc") },
    ];
    for key in keys {
        given.apply([Change::InsertApiKey(key.clone())]).await;
        assert_eq!(store.api_key(&key.id).await.unwrap(), Some(key));
    }
}

pub async fn api_keys_are_found_by_their_exact_id(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.apply([Change::InsertApiKey(given.samples.api_key("AbCdEfGhIjKl"))]).await;
    for wrong in ["abcdefghijkl", "AbCdEfGhIjK", "AbCdEfGhIjKl ", "AbCdEfGhIj%", ""] {
        assert_eq!(store.api_key(wrong).await.unwrap(), None, "{wrong:?}");
    }
}

pub async fn an_api_key_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let key = given.samples.api_key("aaaaaaaaaaaa");
    given.apply([Change::InsertApiKey(key.clone())]).await;
    let again = given.samples.api_key("aaaaaaaaaaaa");
    given.refused(Change::InsertApiKey(again), Guard::ApiKey).await;
    assert_eq!(store.api_key(&key.id).await.unwrap(), Some(key));
}

pub async fn an_endpoint_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let variants = [
        given.samples.endpoint(),
        Endpoint {
            url: format!("https://mağaza.example/{}", "x".repeat(400)),
            description: Some("Muhasebe 👛 ".to_owned()),
            secrets: EndpointSecrets { current: "whsec_+/==".into(), next: None },
            event_kinds: EventKind::ALL.to_vec(),
            ..given.samples.in_mode(Mode::Live).endpoint()
        },
        Endpoint {
            description: Some(String::new()),
            event_kinds: vec![EventKind::PaymentRefunded, EventKind::PaymentCaptured],
            ..given.samples.endpoint()
        },
        full(&given.samples.endpoint()),
    ];
    for endpoint in variants {
        given.apply([Change::InsertEndpoint(endpoint.clone())]).await;
        let (merchant, mode) = (&endpoint.merchant, endpoint.mode);
        let found = store.endpoint(merchant, mode, endpoint.id).await.unwrap().unwrap();
        assert_same(&found, &endpoint);
    }
}

pub async fn endpoints_are_listed_oldest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoints = [(); 3].map(|()| given.samples.endpoint());
    let [first, second, third] = endpoints.clone();
    given.apply([second, third, first].map(Change::InsertEndpoint)).await;
    let (merchant, mode) = (&given.samples.merchant, given.samples.mode);
    let listed = store.endpoints(merchant, mode).await.unwrap();
    assert_eq!(listed.len(), endpoints.len());
    for (found, endpoint) in listed.iter().zip(&endpoints) {
        assert_same(found, endpoint);
    }
}

pub async fn an_endpoint_is_there_for_its_merchant_and_mode_only(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let other = given.other_merchant("OTHER").await.samples.merchant;
    let Endpoint { id, merchant, mode, .. } = given.endpoint().await;
    assert_eq!(find(store, (&merchant, mode), id).await, (Some(id), vec![id]));
    for stranger in [(&other, mode), (&merchant, Mode::Live)] {
        assert_eq!(find(store, stranger, id).await, (None, Vec::new()), "{stranger:?}");
    }
}

pub async fn an_endpoint_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    let again = Endpoint { id: endpoint.id, ..given.samples.endpoint() };
    given.refused(Change::InsertEndpoint(again), Guard::Endpoint).await;
    let (merchant, mode) = (&endpoint.merchant, endpoint.mode);
    let found = store.endpoint(merchant, mode, endpoint.id).await.unwrap().unwrap();
    assert_same(&found, &endpoint);
}

pub async fn a_deleted_endpoint_is_gone(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let Endpoint { id, merchant, mode, .. } = given.endpoint().await;
    let kept = given.endpoint().await.id;
    let delete = Change::DeleteEndpoint { endpoint: id, merchant: merchant.clone(), mode };
    given.apply([delete.clone()]).await;
    assert_eq!(find(store, (&merchant, mode), id).await, (None, vec![kept]));
    given.refused(delete, Guard::Endpoint).await;
}

pub async fn an_endpoint_is_deleted_by_its_merchant_and_mode_only(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let other = given.other_merchant("OTHER").await.samples.merchant;
    let Endpoint { id, merchant, mode, .. } = given.endpoint().await;
    for (merchant, mode) in [(other, mode), (merchant.clone(), Mode::Live)] {
        let delete = Change::DeleteEndpoint { endpoint: id, merchant, mode };
        given.refused(delete, Guard::Endpoint).await;
    }
    assert_eq!(find(store, (&merchant, mode), id).await, (Some(id), vec![id]));
}

pub async fn endpoints_keep_every_reason_for_being_disabled(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for reason in DisabledReason::ALL {
        let disabled = Some(Disabled { reason, at: given.samples.now() });
        let endpoint = Endpoint { disabled, ..given.samples.endpoint() };
        given.apply([Change::InsertEndpoint(endpoint.clone())]).await;
        let (merchant, mode) = (&endpoint.merchant, endpoint.mode);
        let found = store.endpoint(merchant, mode, endpoint.id).await.unwrap().unwrap();
        assert_same(&found, &endpoint);
    }
}

pub async fn an_endpoint_update_writes_every_field_that_may_change(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let before = given.endpoint().await;
    let after = Endpoint { version: 2, ..full(&before) };
    given.apply([Change::UpdateEndpoint(after.clone())]).await;
    let found = store.endpoint(&before.merchant, before.mode, before.id).await.unwrap().unwrap();
    assert_same(&found, &after);
}

pub async fn an_endpoint_update_of_another_version_conflicts(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let endpoint = given.endpoint().await;
    for version in [0, 1, 3] {
        let other = Endpoint { version, ..endpoint.clone() };
        given.refused(Change::UpdateEndpoint(other), Guard::Endpoint).await;
    }
    let missing = Endpoint { version: 2, ..given.samples.endpoint() };
    given.refused(Change::UpdateEndpoint(missing), Guard::Endpoint).await;
}

/// The endpoint with something in every field that may change.
fn full(endpoint: &Endpoint) -> Endpoint {
    let at = endpoint.created_at;
    let next = NextSecret { secret: "whsec_bmV4dA==".into(), replaces_at: at };
    Endpoint {
        url: "https://other.example/şop".to_owned(),
        description: Some("not the first".to_owned()),
        secrets: EndpointSecrets { current: "whsec_b3RoZXI=".into(), next: Some(next) },
        event_kinds: EventKind::ALL.to_vec(),
        is_ordered: true,
        rate_per_second: Some(u16::MAX),
        disabled: Some(Disabled { reason: DisabledReason::Gone, at }),
        event_count: i64::MAX,
        ..endpoint.clone()
    }
}

async fn find(
    store: &Arc<dyn Store>,
    (merchant, mode): (&MerchantId, Mode),
    id: EndpointId,
) -> (Option<EndpointId>, Vec<EndpointId>) {
    let one = store.endpoint(merchant, mode, id).await.unwrap();
    let all = store.endpoints(merchant, mode).await.unwrap();
    (one.map(|endpoint| endpoint.id), all.into_iter().map(|endpoint| endpoint.id).collect())
}

/// Endpoints cannot be compared as a whole: secrets do not compare.
fn assert_same(found: &Endpoint, expected: &Endpoint) {
    let secrets = |it: &Endpoint| {
        let next = it.secrets.next.as_ref().map(|next| next.secret.expose_secret().to_owned());
        (it.secrets.current.expose_secret().to_owned(), next)
    };
    assert_eq!(secrets(found), secrets(expected));
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}
