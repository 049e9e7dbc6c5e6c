//! Banks with pages of their own, and banks that are slow or away.

use std::{collections::BTreeMap, sync::Arc};

use futures::future::join_all;
use payment_core::three_ds::Challenge;
use payment_ports::{
    fakes::{Answer, Call, MemoryStore, ScriptedProvider},
    provider::{Provider, ProviderError},
};
use serde_json::{Value, json};

use crate::support::TestApp;

/// An API in front of a bank that does what a test says.
async fn with_bank() -> (TestApp, Arc<ScriptedProvider>) {
    let bank = Arc::new(ScriptedProvider::new("MOCK_PROVIDER").unwrap());
    let provider: Arc<dyn Provider> = Arc::<ScriptedProvider>::clone(&bank);
    let providers = std::iter::once(provider).collect();
    (TestApp::with(Arc::new(MemoryStore::new()), providers).await, bank)
}

fn form() -> Challenge {
    let fields = [("PaReq", "a+b/c=="), ("\"><script>", "<b>'\"&")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let url = "https://bank.example/acs?a=1&b=2".to_owned();
    Challenge::Post { url, fields: BTreeMap::from(fields) }
}

#[tokio::test]
async fn the_banks_form_is_posted_by_the_browser_with_scripts_or_without() {
    let (app, bank) = with_bank().await;
    bank.script(Call::Authorize, [Answer::NeedThreeDs(form())]);
    let (_, page) = app.client.challenged("tok_visa", None).await;

    let shown = app.client.browse(&page).await;

    shown.assert_status(200);
    for expected in [
        r#"method="post" action="https://bank.example/acs?a=1&amp;b=2""#,
        r#"<input type="hidden" name="PaReq" value="a+b/c==">"#,
        r#"<input type="hidden" name="&quot;&gt;&lt;script&gt;" value="&lt;b&gt;&#39;&quot;&amp;">"#,
        "<button>Devam et</button>",
    ] {
        assert!(shown.text.contains(expected), "{}", shown.text);
    }
    assert_eq!(shown.text.matches("<script").count(), 1);
    let policy = shown.header("Content-Security-Policy").unwrap();
    let (_, nonce) = shown.text.split_once("<script nonce=\"").unwrap();
    let (nonce, _) = nonce.split_once('"').unwrap();
    assert!(policy.contains(&format!("script-src 'nonce-{nonce}'")), "{policy}");
    assert!(!policy.contains("form-action"), "{policy}");
    assert_eq!(shown.header("Referrer-Policy"), Some("strict-origin"));
}

#[tokio::test]
async fn the_customer_is_sent_to_the_banks_page() {
    let (app, bank) = with_bank().await;
    let url = "https://bank.example/acs?session=1".to_owned();
    bank.script(Call::Authorize, [Answer::NeedThreeDs(Challenge::Redirect { url: url.clone() })]);
    let (_, page) = app.client.challenged("tok_visa", None).await;
    let shown = app.client.browse(&page).await;
    assert_eq!((shown.status, shown.header("Location")), (303, Some(url.as_str())));
}

#[tokio::test]
async fn what_the_bank_posts_back_completes_the_payment() {
    let (app, bank) = with_bank().await;
    bank.script(Call::Authorize, [Answer::NeedThreeDs(form())]);
    let (payment, page) = app.client.challenged("tok_visa", Some("https://shop.example/")).await;
    let path = page.replace("/3ds/verify?session=", "/3ds/return/MOCK_PROVIDER/");

    let reply = app.client.post_form(&path, "PaRes=a%2Bb&MD=1").await;

    reply.assert_status(303);
    assert!(reply.header("Location").unwrap().ends_with("&status=AUTHORIZED"));
    assert_eq!(bank.calls(Call::Confirm), 1);
    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
}

#[tokio::test]
async fn a_customer_whose_bank_is_away_may_try_again() {
    let (app, bank) = with_bank().await;
    bank.script(Call::Authorize, [Answer::NeedThreeDs(Challenge::Code)]);
    bank.script_authentication([Err(ProviderError::NotSent("no connection".to_owned()))]);
    let (payment, page) = app.client.challenged("tok_visa", None).await;

    let reply = app.client.post_form(&page, "code=111111").await;

    reply.assert_status(503);
    assert!(reply.text.contains("Lütfen biraz sonra yeniden deneyin"), "{}", reply.text);
    let link = format!("<a href=\"http://{}{page}\">", app.address);
    assert!(reply.text.contains(&link), "{}", reply.text);
    app.client.browse(&page).await.assert_status(200);
    app.client.post_form(&page, "code=111111").await.assert_status(200);
    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
}

#[tokio::test]
async fn a_repetition_waits_a_little_for_the_first_request() {
    let (app, bank) = with_bank().await;
    bank.script(Call::Authorize, [Answer::Approve.when_released()]);
    let payment = app.client.created().await;
    let path = format!("{payment}/authorize");
    let body = json!({ "cardToken": "tok_visa", "cardBin": "454678" });
    let post = || app.client.post_keyed("key-1", &path, &body);
    let rest = async {
        bank.arrived(Call::Authorize, 1).await;
        let early = post().await;
        early.assert_refused(409, "REQUEST_IN_PROGRESS");
        assert_eq!(early.header("Retry-After"), Some("1"));
        bank.release(1);
    };

    let (first, ()) = tokio::join!(post(), rest);

    first.assert_status(200);
    let late = post().await;
    assert_eq!((late.text, late.headers.contains_key("Idempotent-Replayed")), (first.text, true));
    assert_eq!(bank.calls(Call::Authorize), 1);
}

#[tokio::test]
async fn sixty_four_repetitions_at_once_hold_the_money_once() {
    let (app, bank) = with_bank().await;
    bank.script(Call::Authorize, [Answer::Approve.when_released()]);
    let payment = app.client.created().await;
    let path = format!("{payment}/authorize");
    let body = json!({ "cardToken": "tok_visa", "cardBin": "454678" });
    let all = join_all((0..64).map(|_| app.client.post_keyed("key-1", &path, &body)));
    let release = async {
        bank.arrived(Call::Authorize, 1).await;
        bank.release(64);
    };

    let (replies, ()) = tokio::join!(all, release);

    assert!(replies.iter().all(|reply| reply.status == 200 && reply.text == replies[0].text));
    assert_eq!((bank.calls(Call::Authorize), bank.effects(Call::Authorize)), (1, 1));
}

#[tokio::test]
async fn a_currency_that_the_bank_does_not_take_is_refused() {
    let bank = ScriptedProvider::new("MOCK_PROVIDER").unwrap();
    let bank = bank.with_capabilities(|abilities| {
        abilities.currencies = vec![payment_core::currency::Currency::parse("USD").unwrap()];
    });
    let bank: Arc<dyn Provider> = Arc::new(bank);
    let app = TestApp::with(Arc::new(MemoryStore::new()), std::iter::once(bank).collect()).await;
    let payment = app.client.created().await;
    let reply = app.client.authorize(&payment, "tok_visa").await;
    reply.assert_refused(400, "INVALID_PARAMETER");
    assert_eq!(reply.string("details.field"), "currency");
}

#[tokio::test]
async fn a_provider_that_is_off_is_an_error() {
    let bank: Arc<dyn Provider> = Arc::new(ScriptedProvider::new("OTHER").unwrap());
    let app = TestApp::with(Arc::new(MemoryStore::new()), std::iter::once(bank).collect()).await;
    let payment = app.client.created().await;
    let reply = app.client.authorize(&payment, "tok_visa").await;
    reply.assert_refused(502, "PROVIDER_ERROR");
    assert_eq!(reply.field("details"), json!({ "provider": "MOCK_PROVIDER" }));
    assert_eq!(app.client.get(&payment).await.field("pendingOperation"), Value::Null);
}
