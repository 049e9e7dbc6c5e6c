//! Create, authorize, capture, void, refund: what works, and what is refused and changes nothing.

use payment_core::{attempt::AttemptState, decline::DeclineCode, id::MerchantId, payment::Status};
use payment_ports::fakes::{Answer, Call, ScriptedProvider};
use payment_usecases::{
    authorize::{Authorize, authorize},
    caller::Caller,
    capture::{Capture, capture},
    create::{Create, create},
    error::Error,
    history,
    read::read,
};
use serde_json::{Value, json};

use crate::support::{World, caller, card, id_of, new_payment, told, wrong_field};

#[tokio::test(start_paused = true)]
async fn a_payment_goes_from_create_to_refund_with_one_event_for_each_step() {
    let world = World::new();
    let payment = world.authorized().await;
    let (_, captured) = world.capture(payment, None).await.unwrap();
    assert_eq!(captured["status"], "CAPTURED");
    assert_eq!(captured["capturedAmount"].to_string(), "1500.00");
    let (_, part) = world.refund(payment, Some(json!("500.00"))).await.unwrap();
    assert_eq!(part["status"], "PARTIALLY_REFUNDED");
    assert_eq!(part["refundedAmount"].to_string(), "500.00");
    let (_, rest) = world.refund(payment, None).await.unwrap();
    assert_eq!(rest["status"], "REFUNDED");
    assert_eq!(
        world.events(payment),
        [
            "PaymentCreated",
            "PaymentAuthorized",
            "PaymentCaptured",
            "PaymentRefunded",
            "PaymentRefunded"
        ]
    );
    world.assert_books_agree(payment);
    let moved = history::transactions(&world.ports, &caller(), payment).await.unwrap();
    let moved: Vec<_> = moved.iter().map(|t| (t.kind.as_str(), t.amount.to_string())).collect();
    let expected = [("CAPTURE", "1500.00"), ("REFUND", "500.00"), ("REFUND", "1000.00")];
    assert_eq!(moved, expected.map(|(kind, amount)| (kind, amount.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn the_provider_and_its_reference_are_known_after_authorization() {
    let world = World::new();
    let payment = world.payment(world.authorized().await);
    assert_eq!(payment.provider.unwrap().as_str(), "SCRIPTED");
    assert!(payment.provider_reference.is_some());
    assert_eq!(payment.card_bin.unwrap().as_str(), "454678");
}

#[tokio::test(start_paused = true)]
async fn a_partial_capture_gives_up_the_rest_unless_it_is_not_final() {
    let world = World::new();
    let payment = world.authorized().await;
    let wish = |amount: &str, is_final| Capture {
        payment,
        amount: Some(json!(amount)),
        final_capture: Some(is_final),
    };
    let (_, first) = told(capture(&world.ports, &caller(), wish("100", false)).await.unwrap());
    assert_eq!(
        (&first["status"], first["capturedAmount"].to_string().as_str()),
        (&json!("AUTHORIZED"), "100.00")
    );
    let (_, last) = told(capture(&world.ports, &caller(), wish("200", true)).await.unwrap());
    assert_eq!(
        (&last["status"], last["capturedAmount"].to_string().as_str()),
        (&json!("CAPTURED"), "300.00")
    );
    let refused = world.refund(payment, Some(json!("300.01"))).await;
    assert_eq!(wrong_field(refused), "amount");
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_captures_once_refuses_a_capture_that_is_not_final() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| c.multi_capture = false));
    let payment = world.authorized().await;
    let wish = Capture { payment, amount: Some(json!("1")), final_capture: Some(false) };
    assert_eq!(wrong_field(capture(&world.ports, &caller(), wish).await), "finalCapture");
    assert_eq!(world.provider.calls(Call::Capture), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_refunds_only_all_refuses_a_part() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let world = World::with(provider.with_capabilities(|c| c.partial_refund = false));
    let payment = world.captured().await;
    assert_eq!(wrong_field(world.refund(payment, Some(json!("1"))).await), "amount");
    let (status, _) = world.refund(payment, Some(json!("1500"))).await.unwrap();
    assert_eq!(status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_does_not_take_the_currency_is_not_asked() {
    let provider = ScriptedProvider::new("SCRIPTED").unwrap();
    let usd = payment_core::currency::Currency::parse("USD").unwrap();
    let world = World::with(provider.with_capabilities(|c| c.currencies = vec![usd]));
    let payment = world.created().await;
    assert_eq!(wrong_field(world.authorize(payment).await), "currency");
    assert_eq!(world.provider.calls(Call::Authorize), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_state_does_not_allow_is_refused_and_changes_nothing() {
    let world = World::new();
    let created = world.created().await;
    let captured = world.captured().await;
    let voided = world.created().await;
    world.void(voided).await.unwrap();
    let before = world.store.tables();
    let refused = [
        world.capture(created, None).await,
        world.refund(created, None).await,
        world.authorize(captured).await,
        world.capture(captured, None).await,
        world.void(captured).await,
        world.authorize(voided).await,
        world.void(voided).await,
    ];
    for result in refused {
        assert!(matches!(result, Err(Error::IllegalState(_))), "{result:?}");
    }
    let after = world.store.tables();
    assert_eq!(after.payments, before.payments);
    assert_eq!(after.attempts, before.attempts);
    assert_eq!(after.events.len(), before.events.len());
}

#[tokio::test(start_paused = true)]
async fn more_than_is_left_is_a_wrong_amount_and_repeats_what_was_asked() {
    let world = World::new();
    let payment = world.authorized().await;
    let Err(Error::Invalid(wrong)) = world.capture(payment, Some(json!("1500.01"))).await else {
        panic!("more than is held was captured");
    };
    assert_eq!((wrong.field.as_str(), wrong.rejected.to_string().as_str()), ("amount", "1500.01"));
    assert!(wrong.message.contains("1500.00 TRY"), "{}", wrong.message);
    assert_eq!(world.provider.calls(Call::Capture), 0);
}

#[tokio::test(start_paused = true)]
async fn voiding_what_nobody_holds_asks_no_provider() {
    let world = World::new();
    let payment = world.created().await;
    let (status, body) = world.void(payment).await.unwrap();
    assert_eq!((status, &body["status"]), (200, &json!("VOIDED")));
    assert_eq!(world.provider.journal().len(), 0);
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentVoided"]);
}

#[tokio::test(start_paused = true)]
async fn voiding_a_hold_asks_the_provider_that_holds_it() {
    let world = World::new();
    let payment = world.authorized().await;
    let (status, body) = world.void(payment).await.unwrap();
    assert_eq!((status, &body["status"]), (200, &json!("VOIDED")));
    assert_eq!(world.provider.effects(Call::Void), 1);
    assert_eq!(world.events(payment).last().unwrap(), "PaymentVoided");
}

#[tokio::test(start_paused = true)]
async fn a_declined_authorization_is_402_and_fails_the_payment() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::Decline(DeclineCode::InsufficientFunds)]);
    let payment = world.created().await;
    let (status, body) = world.authorize(payment).await.unwrap();
    assert_eq!(status, 402);
    assert_eq!(body["errorCode"], "PAYMENT_DECLINED");
    assert_eq!(body["traceId"], "corr-1");
    let details = &body["details"];
    assert_eq!(details["declineCode"], "INSUFFICIENT_FUNDS");
    assert_eq!(details["retryable"], true);
    assert_eq!(details["provider"], "SCRIPTED");
    assert!(details["customerMessage"]["tr"].is_string());
    assert!(details["customerMessage"]["en"].is_string());
    assert_eq!(world.payment(payment).status, Status::Failed);
    assert_eq!(world.events(payment), ["PaymentCreated", "PaymentFailed"]);
}

#[tokio::test(start_paused = true)]
async fn a_declined_capture_or_refund_changes_no_status_and_may_be_tried_again() {
    let world = World::new();
    let payment = world.authorized().await;
    world.provider.script(Call::Capture, [Answer::Decline(DeclineCode::LostOrStolen)]);
    let (status, body) = world.capture(payment, None).await.unwrap();
    assert_eq!((status, &body["details"]["retryable"]), (402, &json!(false)));
    assert_eq!(world.payment(payment).status, Status::Authorized);
    assert_eq!(world.capture(payment, None).await.unwrap().0, 200);

    world.provider.script(Call::Refund, [Answer::Decline(DeclineCode::CardDeclined)]);
    assert_eq!(world.refund(payment, None).await.unwrap().0, 402);
    assert_eq!(world.payment(payment).status, Status::Captured);
    assert_eq!(world.refund(payment, None).await.unwrap().0, 200);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_was_not_reached_leaves_the_payment_as_it_was() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::NotSent]);
    let payment = world.created().await;
    let result = world.authorize(payment).await;
    assert!(matches!(result, Err(Error::ProviderNotReached { .. })), "{result:?}");
    assert_eq!(world.payment(payment).status, Status::Created);
    assert_eq!(world.attempt_states(), [AttemptState::FailedNotSent]);
    assert_eq!(world.authorize(payment).await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_refuses_our_account_is_502_and_does_not_fail_the_payment() {
    let world = World::new();
    world.provider.script(Call::Authorize, [Answer::Misconfigured]);
    let payment = world.created().await;
    let (status, body) = world.authorize(payment).await.unwrap();
    assert_eq!((status, &body["errorCode"]), (502, &json!("PROVIDER_ERROR")));
    assert_eq!(world.payment(payment).status, Status::Created);
    assert_eq!(world.authorize(payment).await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn an_automatic_payment_is_captured_as_soon_as_it_is_authorized() {
    let world = World::new();
    let wish = Create { capture_method: Some("AUTOMATIC".to_owned()), ..new_payment() };
    let (_, created) = told(create(&world.ports, &caller(), wish).await.unwrap());
    let payment = id_of(&created);
    let (status, body) = world.authorize(payment).await.unwrap();
    assert_eq!((status, &body["status"]), (200, &json!("CAPTURED")));
    assert_eq!(body["threeDsRequired"], false);
    let events = world.events(payment);
    assert_eq!(events, ["PaymentCreated", "PaymentAuthorized", "PaymentCaptured"]);
    world.assert_books_agree(payment);
}

#[tokio::test(start_paused = true)]
async fn an_automatic_capture_that_is_declined_leaves_the_payment_authorized() {
    let world = World::new();
    world.provider.script(Call::Capture, [Answer::Decline(DeclineCode::ProcessingError)]);
    let wish = Create { capture_method: Some("AUTOMATIC".to_owned()), ..new_payment() };
    let (_, created) = told(create(&world.ports, &caller(), wish).await.unwrap());
    let payment = id_of(&created);
    let (status, body) = world.authorize(payment).await.unwrap();
    assert_eq!((status, &body["details"]["status"]), (402, &json!("AUTHORIZED")));
    assert_eq!(world.capture(payment, None).await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn another_merchants_and_another_modes_payments_are_not_there() {
    let world = World::new();
    let payment = world.authorized().await;
    let strangers = [
        Caller { merchant: MerchantId::parse("OTHER").unwrap(), ..caller() },
        Caller { mode: payment_core::id::Mode::Live, ..caller() },
    ];
    for stranger in strangers {
        let wish = Capture { payment, amount: None, final_capture: None };
        let not_found = Error::PaymentNotFound(payment);
        assert_eq!(capture(&world.ports, &stranger, wish).await.unwrap_err(), not_found);
        assert_eq!(read(&world.ports, &stranger, payment).await.unwrap_err(), not_found);
        let attempts = history::attempts(&world.ports, &stranger, payment).await;
        assert_eq!(attempts.unwrap_err(), not_found);
    }
    assert_eq!(world.provider.calls(Call::Capture), 0);
}

#[tokio::test(start_paused = true)]
async fn each_wrong_field_of_a_new_payment_is_named_and_nothing_is_written() {
    let world = World::new();
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let with_amount = |amount| Create { amount, ..new_payment() };
    let text = |length| Some("x".repeat(length));
    let cases = [
        (with_amount(number("0")), "amount"),
        (with_amount(number("-100")), "amount"),
        (with_amount(number("0.001")), "amount"),
        (with_amount(number("1e400")), "amount"),
        (with_amount(json!("12,50")), "amount"),
        (with_amount(json!(true)), "amount"),
        (with_amount(number("1000000000000")), "amount"),
        (Create { currency: "XXX".to_owned(), ..new_payment() }, "currency"),
        (Create { currency: "GBP".to_owned(), ..new_payment() }, "currency"),
        (Create { currency: "try".to_owned(), ..new_payment() }, "currency"),
        (Create { order_id: text(101), ..new_payment() }, "orderId"),
        (Create { order_id: text(0), ..new_payment() }, "orderId"),
        (Create { order_id: Some("a\0b".to_owned()), ..new_payment() }, "orderId"),
        (Create { customer_email: Some("nobody".to_owned()), ..new_payment() }, "customerEmail"),
        (Create { customer_id: text(101), ..new_payment() }, "customerId"),
        (Create { description: text(501), ..new_payment() }, "description"),
        (Create { capture_method: Some("LATER".to_owned()), ..new_payment() }, "captureMethod"),
        (
            Create {
                metadata: (0..21).map(|n| (n.to_string(), String::new())).collect(),
                ..new_payment()
            },
            "metadata",
        ),
        (
            Create { metadata: [("a".to_owned(), "x".repeat(501))].into(), ..new_payment() },
            "metadata.a",
        ),
    ];
    for (wish, field) in cases {
        assert_eq!(wrong_field(create(&world.ports, &caller(), wish).await), field);
    }
    assert!(world.store.tables().payments.is_empty());
}

#[tokio::test(start_paused = true)]
async fn currencies_keep_their_own_decimals() {
    let world = World::new();
    for (currency, amount, shown) in
        [("JPY", "1500", "1500"), ("KWD", "1.234", "1.234"), ("TRY", "1.5e3", "1500.00")]
    {
        let amount: Value = serde_json::from_str(amount).unwrap();
        let wish = Create { currency: currency.to_owned(), amount, ..new_payment() };
        let (_, body) = told(create(&world.ports, &caller(), wish).await.unwrap());
        assert_eq!(body["amount"].to_string(), shown);
    }
}

#[tokio::test(start_paused = true)]
async fn each_wrong_field_of_an_authorization_is_named_and_nothing_is_sent() {
    let world = World::new();
    let payment = world.created().await;
    let wish = || card(payment);
    let bad_url = |url: &str| Authorize { return_url: Some(url.to_owned()), ..wish() };
    let cases = [
        (Authorize { card_bin: "45467".to_owned(), ..wish() }, "cardBin"),
        (Authorize { card_bin: "4546789".to_owned(), ..wish() }, "cardBin"),
        (
            Authorize { three_ds_preference: Some("MAYBE".to_owned()), ..wish() },
            "threeDsPreference",
        ),
        (bad_url("javascript:alert(1)"), "returnUrl"),
        (bad_url("/thanks"), "returnUrl"),
        (bad_url("https://user:secret@shop.example/"), "returnUrl"),
        (Authorize { installments: Some(0), ..wish() }, "installments"),
        (Authorize { installments: Some(37), ..wish() }, "installments"),
    ];
    for (wish, field) in cases {
        assert_eq!(wrong_field(authorize(&world.ports, &caller(), wish).await), field);
    }
    assert_eq!(world.provider.journal().len(), 0);
}
