//! The customer's way through 3-D Secure.

use chrono::TimeDelta;
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    the_right_code_authorizes_the_payment
    the_customer_returns_to_the_merchants_page
    the_merchants_page_is_told_of_an_operation_in_doubt
    a_wrong_code_may_be_corrected
    three_wrong_codes_block_the_session
    a_customer_who_cannot_pass_is_refused
    the_session_ends_after_five_minutes
    an_answer_that_is_posted_twice_completes_once
    answers_at_once_complete_once
    the_page_speaks_the_customers_language
    the_page_needs_no_cookie_and_nothing_from_elsewhere
    an_unknown_session_is_not_found
    only_the_right_provider_may_return
    a_payment_that_was_voided_meanwhile_is_not_authorized
    an_older_page_tells_of_the_payment_that_a_newer_one_authorized
    an_older_page_tells_of_an_operation_in_doubt
}

const RIGHT: &str = "code=111111";
const WRONG: &str = "code=000000";

async fn the_right_code_authorizes_the_payment(app: TestApp) {
    let (payment, page) = app.client.challenged("tok_3ds", None).await;
    let shown = app.client.browse(&page).await;
    shown.assert_status(200);
    assert!(shown.text.contains("1500.00 TRY"), "{}", shown.text);
    assert!(shown.text.contains("<form method=\"post\">"), "{}", shown.text);
    assert!(!shown.text.contains("111111"));

    let reply = app.client.post_form(&page, RIGHT).await;

    reply.assert_status(200);
    assert!(reply.text.contains("Ödeme onaylandı"), "{}", reply.text);
    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
    assert_eq!(app.events_of(&payment).await, ["PaymentCreated", "PaymentAuthorized"]);
}

async fn the_customer_returns_to_the_merchants_page(app: TestApp) {
    for (return_url, expected) in [
        ("https://shop.example/done", "https://shop.example/done?paymentId={id}&status=AUTHORIZED"),
        (
            "https://shop.example/done?order=1%262&x=#top",
            "https://shop.example/done?order=1%262&x=&paymentId={id}&status=AUTHORIZED#top",
        ),
    ] {
        let (payment, page) = app.client.challenged("tok_3ds", Some(return_url)).await;
        let reply = app.client.post_form(&page, RIGHT).await;
        reply.assert_status(303);
        let id = payment.rsplit('/').next().unwrap();
        assert_eq!(reply.header("Location"), Some(expected.replace("{id}", id).as_str()));
        // A customer who comes back is sent there again.
        let again = app.client.browse(&page).await;
        assert_eq!((again.status, again.header("Location")), (303, reply.header("Location")));
    }
}

async fn the_merchants_page_is_told_of_an_operation_in_doubt(app: TestApp) {
    let return_url = "https://shop.example/done";
    let (_, page) = app.client.challenged("tok_3ds_timeout", Some(return_url)).await;
    let reply = app.client.post_form(&page, RIGHT).await;
    reply.assert_status(303);
    assert!(reply.header("Location").unwrap().ends_with("&status=PENDING"));
}

async fn a_wrong_code_may_be_corrected(app: TestApp) {
    let (payment, page) = app.client.challenged("tok_3ds", None).await;
    let reply = app.client.post_form(&page, WRONG).await;
    reply.assert_status(200);
    assert!(reply.text.contains("Kalan deneme hakkı: 2"), "{}", reply.text);
    let reply = app.client.post_form(&page, "").await;
    assert!(reply.text.contains("name=\"code\""), "a form without a code is shown again");
    let reply = app.client.post_form(&page, WRONG).await;
    assert!(reply.text.contains("Kalan deneme hakkı: 1"), "{}", reply.text);
    app.client.post_form(&page, RIGHT).await.assert_status(200);
    assert_eq!(app.client.status_of(&payment).await, "AUTHORIZED");
}

async fn three_wrong_codes_block_the_session(app: TestApp) {
    let return_url = "https://shop.example/done";
    let (payment, page) = app.client.challenged("tok_3ds", Some(return_url)).await;
    for _ in 0..2 {
        app.client.post_form(&page, WRONG).await.assert_status(200);
    }
    let reply = app.client.post_form(&page, WRONG).await;
    reply.assert_status(303);
    assert!(reply.header("Location").unwrap().ends_with("&status=FAILED"));
    let too_late = app.client.post_form(&page, RIGHT).await;
    assert!(too_late.header("Location").unwrap().ends_with("&status=FAILED"));
    assert_eq!(app.client.status_of(&payment).await, "FAILED");
    assert_eq!(app.events_of(&payment).await, ["PaymentCreated", "PaymentFailed"]);
}

async fn a_customer_who_cannot_pass_is_refused(app: TestApp) {
    let (payment, page) = app.client.challenged("tok_3ds_fail", None).await;
    let reply = app.client.post_form(&page, RIGHT).await;
    assert!(reply.text.contains("Ödeme onaylanmadı"), "{}", reply.text);
    assert_eq!(app.client.status_of(&payment).await, "FAILED");
}

async fn the_session_ends_after_five_minutes(app: TestApp) {
    let (in_time, page) = app.client.challenged("tok_3ds", None).await;
    app.clock.jump(TimeDelta::seconds(290));
    app.client.post_form(&page, RIGHT).await.assert_status(200);
    assert_eq!(app.client.status_of(&in_time).await, "AUTHORIZED");

    let (late, page) = app.client.challenged("tok_3ds", None).await;
    app.clock.jump(TimeDelta::minutes(5));
    let reply = app.client.post_form(&page, RIGHT).await;
    assert!(reply.text.contains("Süre doldu"), "{}", reply.text);
    assert_eq!(app.client.status_of(&late).await, "CREATED");
    app.client.authorize(&late, "tok_visa").await.assert_status(200);
}

async fn an_answer_that_is_posted_twice_completes_once(app: TestApp) {
    let (payment, page) = app.client.challenged("tok_3ds", None).await;
    let path = page.replace("/3ds/verify?session=", "/3ds/return/MOCK_PROVIDER/");
    let first = app.client.post_form(&path, RIGHT).await;
    let second = app.client.post_form(&path, RIGHT).await;
    first.assert_status(200);
    assert!(first.text.contains("Ödeme onaylandı"), "{}", first.text);
    assert!(second.text.contains("Ödeme onaylandı"), "{}", second.text);
    assert_eq!(app.events_of(&payment).await, ["PaymentCreated", "PaymentAuthorized"]);
}

async fn answers_at_once_complete_once(app: TestApp) {
    let (payment, page) = app.client.challenged("tok_3ds", None).await;
    let replies = join_all((0..16).map(|_| app.client.post_form(&page, RIGHT))).await;
    for reply in replies {
        assert!(reply.text.contains("Ödeme onaylandı"), "{}", reply.text);
    }
    assert_eq!(app.events_of(&payment).await, ["PaymentCreated", "PaymentAuthorized"]);
    let attempts = app.client.get(&format!("{payment}/attempts")).await.field("attempts");
    assert_eq!(attempts.as_array().unwrap().len(), 2);
}

async fn the_page_speaks_the_customers_language(app: TestApp) {
    let (_, page) = app.client.challenged("tok_3ds", None).await;
    for (accepted, tag, title) in [
        (None, "tr", "3D Secure doğrulaması"),
        (Some("tr-TR,tr;q=0.9,en;q=0.8"), "tr", "3D Secure doğrulaması"),
        (Some("en-GB,en;q=0.9"), "en", "3-D Secure verification"),
        (Some("de, en;q=0.5, tr;q=0.4"), "en", "3-D Secure verification"),
        (Some("en;q=0.3, tr;q=0.8"), "tr", "3D Secure doğrulaması"),
        (Some("en;q=0"), "tr", "3D Secure doğrulaması"),
        (Some("de"), "tr", "3D Secure doğrulaması"),
        (Some(";;,,q=x"), "tr", "3D Secure doğrulaması"),
    ] {
        let mut request = app.client.bare(Method::GET, &page);
        if let Some(accepted) = accepted {
            request = request.header("Accept-Language", accepted);
        }
        let reply = Reply::of(request).await;
        assert!(reply.text.contains(&format!("<html lang=\"{tag}\">")), "{accepted:?}");
        assert!(reply.text.contains(&format!("<h1>{title}</h1>")), "{accepted:?}");
    }
}

async fn the_page_needs_no_cookie_and_nothing_from_elsewhere(app: TestApp) {
    let (_, page) = app.client.challenged("tok_3ds", None).await;
    let missing = "/3ds/verify?session=00000000000000000000000000000000";
    for path in [page.as_str(), missing] {
        let reply = app.client.browse(path).await;
        assert_eq!(reply.header("Set-Cookie"), None);
        assert_eq!(reply.header("Content-Type"), Some("text/html; charset=utf-8"));
        assert_eq!(reply.header("Cache-Control"), Some("no-store"));
        assert_eq!(reply.header("X-Frame-Options"), Some("DENY"));
        assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
        let policy = reply.header("Content-Security-Policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
        assert!(!reply.text.contains("src="), "{}", reply.text);
        assert!(!reply.text.contains("http"), "{}", reply.text);
        assert!(!reply.text.contains("<script"), "{}", reply.text);
    }
    let first = app.client.browse(&page).await;
    let second = app.client.browse(&page).await;
    assert_ne!(first.header("Content-Security-Policy"), second.header("Content-Security-Policy"));
}

async fn an_unknown_session_is_not_found(app: TestApp) {
    for path in [
        "/3ds/verify",
        "/3ds/verify?session=",
        "/3ds/verify?session=<script>",
        "/3ds/verify?session=00000000000000000000000000000000",
    ] {
        for reply in [app.client.browse(path).await, app.client.post_form(path, RIGHT).await] {
            reply.assert_status(404);
            assert!(reply.text.contains("Sayfa bulunamadı"), "{}", reply.text);
            assert!(!reply.text.contains("<script"), "{}", reply.text);
        }
    }
    for path in ["/3ds/return/mock/1", "/3ds/return/MOCK_PROVIDER/1"] {
        app.client.post_form(path, RIGHT).await.assert_status(404);
    }
}

async fn only_the_right_provider_may_return(app: TestApp) {
    let (payment, page) = app.client.challenged("tok_3ds", None).await;
    let path = page.replace("/3ds/verify?session=", "/3ds/return/STRIPE/");
    app.client.post_form(&path, RIGHT).await.assert_status(404);
    assert_eq!(app.client.status_of(&payment).await, "CREATED");
}

async fn a_payment_that_was_voided_meanwhile_is_not_authorized(app: TestApp) {
    let (payment, page) = app.client.challenged("tok_3ds", None).await;
    app.client.post_empty(&format!("{payment}/void")).await.assert_status(200);
    let reply = app.client.post_form(&page, RIGHT).await;
    assert!(reply.text.contains("Ödeme onaylanmadı"), "{}", reply.text);
    assert_eq!(app.client.status_of(&payment).await, "VOIDED");
}

async fn an_older_page_tells_of_the_payment_that_a_newer_one_authorized(app: TestApp) {
    let (payment, older) = app.client.challenged("tok_3ds", None).await;
    let newer = app.client.challenged_again(&payment).await;
    app.client.post_form(&newer, RIGHT).await.assert_status(200);
    let told = async |when: &str| {
        for reply in [app.client.post_form(&older, RIGHT).await, app.client.browse(&older).await] {
            reply.assert_status(200);
            assert!(reply.text.contains("Ödeme onaylandı"), "{when}: {}", reply.text);
        }
    };
    app.clock.jump(TimeDelta::minutes(5));
    told("authorized").await;
    for (operation, body) in
        [("capture", json!({})), ("refund", json!({ "amount": 1 })), ("refund", json!({}))]
    {
        app.client.post(&format!("{payment}/{operation}"), &body).await.assert_status(200);
        told(operation).await;
    }
}

async fn an_older_page_tells_of_an_operation_in_doubt(app: TestApp) {
    let (payment, older) = app.client.challenged("tok_3ds", None).await;
    app.client.authorize(&payment, "tok_timeout").await.assert_status(202);
    app.clock.jump(TimeDelta::minutes(5));

    let reply = app.client.browse(&older).await;

    reply.assert_status(200);
    assert!(reply.text.contains("Ödemeniz işleniyor"), "{}", reply.text);
}
