//! Merchants, their keys, and lists of payments.

use chrono::TimeDelta;
use payment_core::id::{MerchantId, Mode};
use payment_usecases::{
    api_keys::{adopt, authenticate, issue},
    caller::Caller,
    create::{Create, create},
    error::Error,
    list::{List, list},
    merchants,
    view::error::time_text,
};
use secrecy::ExposeSecret;

use crate::support::{World, caller, new_payment, wrong_field};

async fn trendyol(world: &World) -> MerchantId {
    merchants::create(&world.ports, "TRENDYOL", "Trendyol A.Ş.").await.unwrap().id
}

#[tokio::test(start_paused = true)]
async fn a_merchant_is_made_once_and_its_fields_are_checked() {
    let world = World::new();
    trendyol(&world).await;
    let again = merchants::create(&world.ports, "TRENDYOL", "x").await;
    assert!(matches!(again, Err(Error::Exists(_))));
    assert_eq!(wrong_field(merchants::create(&world.ports, "a b", "x").await), "id");
    assert_eq!(wrong_field(merchants::create(&world.ports, "A", "").await), "name");
}

#[tokio::test(start_paused = true)]
async fn a_key_opens_its_merchants_payments_of_its_mode() {
    let world = World::new();
    let merchant = trendyol(&world).await;
    for mode in [Mode::Test, Mode::Live] {
        let key = issue(&world.ports, &merchant, mode).await.unwrap();
        let key = key.expose_secret();
        assert!(key.starts_with(&format!("sk_{}_", mode.as_str())));
        assert_eq!(key.len(), "sk_test_".len() + 12 + 32 + 6);
        let whose = authenticate(&world.ports, "TRENDYOL", key).await;
        assert_eq!(whose.unwrap(), (merchant.clone(), mode));
    }
}

#[tokio::test(start_paused = true)]
async fn every_wrong_key_is_refused_alike() {
    let world = World::new();
    let merchant = trendyol(&world).await;
    merchants::create(&world.ports, "OTHER", "Other").await.unwrap();
    let key = issue(&world.ports, &merchant, Mode::Test).await.unwrap();
    let key = key.expose_secret();
    let (all_but_one, _) = key.split_at(key.len() - 1);
    let other_secret = format!("{all_but_one}!");
    let as_live = key.replace("sk_test_", "sk_live_");
    let cases = [
        ("OTHER", key.to_owned()),
        ("", key.to_owned()),
        ("TRENDYOL", String::new()),
        ("TRENDYOL", "sk_test_".to_owned()),
        ("TRENDYOL", "ğ".repeat(40)),
        ("TRENDYOL", other_secret),
        ("TRENDYOL", as_live),
        ("TRENDYOL", all_but_one.to_owned()),
        ("TRENDYOL", format!("{key}0")),
    ];
    for (merchant, key) in cases {
        let refused = authenticate(&world.ports, merchant, &key).await;
        assert_eq!(refused.unwrap_err(), Error::Unauthorized, "{merchant} {key}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_with_the_right_checksum_and_another_secret_is_refused() {
    let world = World::new();
    let merchant = trendyol(&world).await;
    let key = issue(&world.ports, &merchant, Mode::Test).await.unwrap();
    // The same key under another pepper: its row is found, its hash is another.
    let mut strange = world.ports.clone();
    let policy = payment_usecases::ports::Policy {
        api_key_pepper: "another".into(),
        ..(*world.ports.policy).clone()
    };
    strange.policy = std::sync::Arc::new(policy);
    let refused = authenticate(&strange, "TRENDYOL", key.expose_secret()).await;
    assert_eq!(refused.unwrap_err(), Error::Unauthorized);
}

#[tokio::test(start_paused = true)]
async fn only_a_hash_of_a_key_is_kept() {
    let world = World::new();
    let merchant = trendyol(&world).await;
    let key = issue(&world.ports, &merchant, Mode::Test).await.unwrap();
    let (_, secret) = key.expose_secret().split_at(20);
    let tables = world.store.tables();
    let row = tables.api_keys.values().next().unwrap();
    assert!(!row.id.contains(secret) && !format!("{row:?}").contains(secret));
    assert!(key.expose_secret().ends_with(&row.last4));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_key_is_refused() {
    let world = World::new();
    let merchant = trendyol(&world).await;
    let key = issue(&world.ports, &merchant, Mode::Test).await.unwrap();
    let row = world.store.tables().api_keys.into_values().next().unwrap();
    let revoked = World::new();
    let now = payment_ports::clock::Clock::now(&*revoked.clock);
    let row = payment_ports::store::ApiKey { revoked_at: Some(now), ..row };
    let changes = [payment_ports::store::Change::InsertApiKey(row)];
    revoked.ports.store.apply(&changes).await.unwrap();
    let refused = authenticate(&revoked.ports, "TRENDYOL", key.expose_secret()).await;
    assert_eq!(refused.unwrap_err(), Error::Unauthorized);
}

#[tokio::test(start_paused = true)]
async fn an_adopted_key_follows_from_its_seed_and_may_be_adopted_again() {
    let world = World::new();
    let merchant = trendyol(&world).await;
    let first = adopt(&world.ports, &merchant, Mode::Test, &[7; 32]).await.unwrap();
    let again = adopt(&world.ports, &merchant, Mode::Test, &[7; 32]).await.unwrap();
    let other = adopt(&world.ports, &merchant, Mode::Test, &[8; 32]).await.unwrap();
    assert_eq!(first.expose_secret(), again.expose_secret());
    assert_ne!(first.expose_secret(), other.expose_secret());
    assert!(authenticate(&world.ports, "TRENDYOL", first.expose_secret()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_key_needs_a_merchant() {
    let world = World::new();
    let nobody = MerchantId::parse("NOBODY").unwrap();
    let refused = issue(&world.ports, &nobody, Mode::Test).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
}

#[tokio::test(start_paused = true)]
async fn pages_of_payments_cover_all_of_them_newest_first() {
    let world = World::new();
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(world.created().await.to_string());
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let wish = List { limit: Some("3".to_owned()), cursor, ..List::default() };
        let page = list(&world.ports, &caller(), &wish).await.unwrap();
        seen.extend(page.data.into_iter().map(|payment| payment.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
}

#[tokio::test(start_paused = true)]
async fn a_full_last_page_has_no_next_one() {
    let world = World::new();
    world.created().await;
    world.created().await;
    let wish = List { limit: Some("2".to_owned()), ..List::default() };
    let page = list(&world.ports, &caller(), &wish).await.unwrap();
    assert_eq!((page.data.len(), page.next_cursor), (2, None));
}

#[tokio::test(start_paused = true)]
async fn filters_are_all_applied() {
    let world = World::new();
    let authorized = world.authorized().await.to_string();
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    let wish = Create { order_id: Some("ORDER-2".to_owned()), ..new_payment() };
    create(&world.ports, &caller(), wish).await.unwrap();
    let start = payment_ports::fakes::FakeClock::START;
    let five_seconds = time_text(start + TimeDelta::seconds(5));
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (List { status: text("AUTHORIZED"), ..List::default() }, 1),
        (List { provider: text("SCRIPTED"), ..List::default() }, 1),
        (List { created_to: text(&five_seconds), ..List::default() }, 1),
        (List { created_from: text(&five_seconds), ..List::default() }, 1),
        (List { order_id: text("ORDER-2"), ..List::default() }, 1),
        (List { order_id: text("ORDER-2"), status: text("AUTHORIZED"), ..List::default() }, 0),
        (List::default(), 2),
    ];
    for (wish, count) in cases {
        let page = list(&world.ports, &caller(), &wish).await.unwrap();
        assert_eq!(page.data.len(), count, "{wish:?}");
    }
    let wish = List { status: text("AUTHORIZED"), ..List::default() };
    let page = list(&world.ports, &caller(), &wish).await.unwrap();
    assert_eq!(page.data[0].id, authorized);
    let stranger = Caller { mode: Mode::Live, ..caller() };
    assert!(list(&world.ports, &stranger, &List::default()).await.unwrap().data.is_empty());
}

#[tokio::test(start_paused = true)]
async fn each_wrong_query_parameter_is_named() {
    let world = World::new();
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (List { status: text("DONE"), ..List::default() }, "status"),
        (List { provider: text("garanti"), ..List::default() }, "provider"),
        (List { created_from: text("yesterday"), ..List::default() }, "createdFrom"),
        (List { created_to: text("2026-02-30T00:00:00Z"), ..List::default() }, "createdTo"),
        (List { limit: text("0"), ..List::default() }, "limit"),
        (List { limit: text("101"), ..List::default() }, "limit"),
        (List { limit: text("ten"), ..List::default() }, "limit"),
        (List { cursor: text("!"), ..List::default() }, "cursor"),
        (List { cursor: text("AAAA"), ..List::default() }, "cursor"),
    ];
    for (wish, field) in cases {
        assert_eq!(wrong_field(list(&world.ports, &caller(), &wish).await), field);
    }
}
