//! The JSON that merchants see.

use chrono::TimeDelta;
use payment_core::{
    event::{Event, EventKind},
    id::EventId,
    money::Money,
    payment::{Details, Operation, Payment, Pending, Status},
    person::Email,
};
use payment_ports::fakes::{FakeClock, Samples};
use payment_usecases::view::{
    attempt::AttemptsView, error::time_text, event::EventView, payment::PaymentView,
    three_ds::AuthorizationView, timeline::TimelineView,
};
use serde::Serialize;
use uuid::Uuid;

fn json(view: &impl Serialize) -> String {
    serde_json::to_string_pretty(view).unwrap()
}

/// The payment of the seed's examples.
fn payment(samples: &Samples) -> Payment {
    let at = FakeClock::START + TimeDelta::microseconds(1_000_001);
    Payment {
        created_at: at,
        updated_at: at,
        id: Uuid::parse_str("550e8400-e29b-41d4-a716-446655440000").unwrap().into(),
        details: Details {
            order_id: Some("ORDER-12345".to_owned()),
            customer_email: Some(Email::parse("customer@email.com").unwrap()),
            description: Some("Sipariş açıklaması".to_owned()),
            ..Details::default()
        },
        ..samples.payment()
    }
}

#[test]
fn a_payment_shows_every_field_with_the_currencys_decimals_and_a_masked_address() {
    insta::assert_snapshot!(json(&PaymentView::of(&payment(&Samples::new()))), @r#"
    {
      "id": "550e8400-e29b-41d4-a716-446655440000",
      "merchantId": "SHOP",
      "amount": 1500.00,
      "currency": "TRY",
      "orderId": "ORDER-12345",
      "customerEmail": "c***@email.com",
      "customerId": null,
      "description": "Sipariş açıklaması",
      "metadata": {},
      "status": "CREATED",
      "captureMethod": "MANUAL",
      "capturedAmount": 0.00,
      "refundedAmount": 0.00,
      "provider": null,
      "providerReference": null,
      "cardBin": null,
      "cardLast4": null,
      "pendingOperation": null,
      "createdAt": "2026-01-01T00:00:01.000001Z",
      "updatedAt": "2026-01-01T00:00:01.000001Z"
    }
    "#);
}

#[test]
fn a_pending_operation_is_named_with_its_attempt() {
    let samples = Samples::new();
    let payment = payment(&samples);
    let attempt = samples.attempt(&payment);
    let pending = Pending { operation: Operation::Capture, ..attempt.pending() };
    let view = PaymentView::of(&Payment { pending: Some(pending), ..payment });
    let shown = serde_json::to_value(view.pending_operation).unwrap();
    assert_eq!(shown, serde_json::json!({"attemptId": attempt.id.to_string(), "type": "CAPTURE"}));
}

#[test]
fn an_authorization_is_the_payment_and_whether_3ds_is_needed() {
    let payment = payment(&Samples::new());
    let done = serde_json::to_value(AuthorizationView::done(&payment)).unwrap();
    assert_eq!(done["threeDsRequired"], false);
    assert_eq!(done["amount"].to_string(), "1500.00");
    assert!(done.get("threeDsUrl").is_none());

    let view = AuthorizationView::challenged(&payment, "https://pay.example", "abc123");
    let challenged = serde_json::to_value(view).unwrap();
    assert_eq!(challenged["threeDsRequired"], true);
    assert_eq!(challenged["threeDsUrl"], "https://pay.example/3ds/verify?session=abc123");
    assert_eq!(challenged["threeDsSessionId"], "abc123");
}

#[test]
fn an_event_carries_both_names_the_sequence_and_what_moved() {
    let payment = Payment { status: Status::PartiallyRefunded, ..payment(&Samples::new()) };
    let moved = Money::from_minor(50_000, payment.amount.currency()).unwrap();
    let event = Event {
        kind: EventKind::PaymentRefunded,
        sequence: 4,
        moved: Some(moved),
        at: payment.updated_at,
        operation: None,
    };
    let view = serde_json::to_value(EventView::of(EventId::from(Uuid::nil()), event, &payment));
    let view = view.unwrap();
    assert_eq!(view["eventId"], "evt_00000000000000000000000000000000");
    assert_eq!(view["eventType"], "PaymentRefunded");
    assert_eq!(view["type"], "payment.refunded");
    assert_eq!(view["sequence"], 4);
    assert_eq!(view["timestamp"], "2026-01-01T00:00:01.000001Z");
    assert_eq!(view["data"]["transactionAmount"].to_string(), "500.00");
    assert_eq!(view["data"]["status"], "PARTIALLY_REFUNDED");
    assert_eq!(view["data"]["orderId"], "ORDER-12345");
}

#[test]
fn attempts_keep_the_seeds_shape() {
    let samples = Samples::new();
    let payment = payment(&samples);
    let mut attempt = samples.attempt(&payment);
    attempt.finished_at = Some(attempt.created_at + TimeDelta::milliseconds(321));
    let view = serde_json::to_value(AttemptsView::of(payment.id, &[attempt])).unwrap();
    assert_eq!(view["paymentId"], payment.id.to_string());
    let first = &view["attempts"][0];
    assert_eq!(first["operationType"], "AUTHORIZE");
    assert_eq!(first["providerName"], "MOCK_PROVIDER");
    assert_eq!(first["status"], "PENDING");
    assert_eq!(first["latencyMs"], 321);
    assert!(first["errorCode"].is_null() && first["errorMessage"].is_null());
}

#[test]
fn the_timeline_is_in_order_and_says_why_a_provider_was_asked() {
    let samples = Samples::new();
    let payment = payment(&samples);
    let created = samples.event(&payment, 1);
    let attempt = samples.attempt(&payment);
    let session = samples.session(&attempt);
    let mut authorized = samples.event(&payment, 2);
    authorized.kind = EventKind::PaymentAuthorized;
    let view = TimelineView::of(payment.id, &[authorized, created], &[attempt], &[session]);
    let names: Vec<_> = view.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["PaymentCreated", "AUTHORIZE", "CHALLENGE", "PaymentAuthorized"]);
    assert_eq!(view.entries[1].routing_reason.as_deref(), Some("the only provider"));
}

#[test]
fn times_are_rfc_3339_utc_with_a_fraction_only_where_there_is_one() {
    assert_eq!(time_text(FakeClock::START), "2026-01-01T00:00:00Z");
    let later = FakeClock::START + TimeDelta::microseconds(1);
    assert_eq!(time_text(later), "2026-01-01T00:00:00.000001Z");
}
