//! Sending an endpoint a sample, so that its receiver can be tried.

use payment_core::{
    currency::Currency,
    event::{Event, EventKind},
    id::EndpointId,
    money::Money,
    payment::{CaptureMethod, Details, NewPayment, Payment, Status},
};

use super::read::load;
use crate::{
    answer::json_text,
    caller::Caller,
    error::Error,
    ports::Ports,
    view::{
        event::{EventView, SampleEventView, public_event_id},
        sample::SampleSentView,
    },
    webhooks::send,
};

/// Sends a signed event that never happened to one of the caller's endpoints, enabled or not, and
/// answers what came back.
///
/// # Errors
///
/// [`Error::NotFound`], also for another merchant's or mode's.
pub async fn send_sample(
    ports: &Ports,
    caller: &Caller,
    id: EndpointId,
) -> Result<SampleSentView, Error> {
    let endpoint = load(ports, caller, id).await?;
    let (id, payment) = (ports.ids.uuid().into(), captured_payment(ports, caller));
    let event = Event {
        kind: EventKind::PaymentCaptured,
        sequence: payment.event_count,
        moved: Some(payment.captured),
        operation: None,
        at: payment.updated_at,
    };
    let sample = SampleEventView { event: EventView::of(id, event, &payment), test: true };
    let webhook_id = public_event_id(id);
    let sent = send::send(ports, &endpoint, &webhook_id, &json_text(&sample)).await;
    Ok(SampleSentView::of(webhook_id, &sent))
}

/// A payment that never was, right after its capture.
fn captured_payment(ports: &Ports, caller: &Caller) -> Payment {
    let amount = amount();
    let details = Details { order_id: Some("SAMPLE-ORDER".to_owned()), ..Details::default() };
    let new = NewPayment {
        id: ports.ids.uuid().into(),
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        amount,
        capture_method: CaptureMethod::Manual,
        details,
    };
    let (created, _) = Payment::create(new, ports.clock.now());
    Payment {
        status: Status::Captured,
        authorized: amount,
        captured: amount,
        provider: Some(ports.policy.default_provider.clone()),
        event_count: 3,
        version: 3,
        ..created
    }
}

#[expect(clippy::expect_used, reason = "it is always the same amount, and a test sends it")]
fn amount() -> Money {
    let currency = Currency::parse("TRY").expect("TRY is a currency");
    Money::from_minor(150_000, currency).expect("1500.00 is an amount")
}
