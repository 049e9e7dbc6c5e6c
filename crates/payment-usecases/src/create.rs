//! Creating a payment.

use std::collections::BTreeMap;

use payment_core::{
    currency::Currency,
    id::{EventId, PaymentId},
    money::Money,
    payment::{CaptureMethod, Details, NewPayment, Payment},
    person::Email,
};
use payment_ports::store::{ApplyError, Change, Load};
use serde_json::Value;

use crate::{
    answer::Answer,
    caller::Caller,
    engine::{commit, event_change},
    error::{Error, InvalidField},
    fields,
    idempotency::{Met, done_record, meet},
    pacing::{MAX_TRIES, step_aside},
    ports::{Policy, Ports},
};

/// What a merchant says of a new payment, as it came.
#[derive(Debug, Clone)]
pub struct Create {
    /// What the customer owes, in major units: a JSON number or string.
    pub amount: Value,
    /// ISO 4217.
    pub currency: String,
    /// The merchant's order number, at most 100 characters.
    pub order_id: Option<String>,
    /// The customer's address, for receipts.
    pub customer_email: Option<String>,
    /// The merchant's id of the customer, at most 100 characters.
    pub customer_id: Option<String>,
    /// Free text, at most 500 characters.
    pub description: Option<String>,
    /// At most 20 pairs; names of at most 40, values of at most 500 characters.
    pub metadata: BTreeMap<String, String>,
    /// `MANUAL` (default) or `AUTOMATIC`.
    pub capture_method: Option<String>,
}

/// Creates a payment: 201.
///
/// # Errors
///
/// [`Error::Invalid`] names the field; the idempotency errors; [`Error::Store`].
pub async fn create(ports: &Ports, caller: &Caller, wish: Create) -> Result<Answer, Error> {
    let (amount, details, capture_method) = checked(&wish, &ports.policy)?;
    for _ in 0..MAX_TRIES {
        if let Some(answer) = met_before(ports, caller).await? {
            return Ok(answer);
        }
        let new = NewPayment {
            id: PaymentId::from(ports.ids.uuid()),
            merchant: caller.merchant.clone(),
            mode: caller.mode,
            amount,
            capture_method,
            details: details.clone(),
        };
        let (payment, events) = Payment::create(new, ports.clock.now());
        let answer = Answer::payment(201, &payment);
        let record = done_record(ports, caller, payment.id, &answer);
        let mut changes: Vec<_> = record.map(Change::InsertRecord).into_iter().collect();
        changes.push(Change::InsertPayment(payment.clone()));
        changes.extend(
            events.into_iter().map(|e| event_change(EventId::from(ports.ids.uuid()), e, &payment)),
        );
        match commit(ports, &changes).await {
            Ok(()) => return Ok(answer),
            Err(ApplyError::CommitUnknown(_)) if exists(ports, caller, payment.id).await? => {
                return Ok(answer);
            }
            Err(ApplyError::Conflict(_) | ApplyError::CommitUnknown(_)) => step_aside(ports).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

async fn met_before(ports: &Ports, caller: &Caller) -> Result<Option<Answer>, Error> {
    let Some(keyed) = &caller.keyed else {
        return Ok(None);
    };
    let query = Load {
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        payment: None,
        scope: caller.scope(),
    };
    match ports.store.load(&query).await?.record {
        Some(record) => match meet(ports, caller, keyed, record).await? {
            Met::Replay(answer) => Ok(Some(answer)),
            Met::Released => Ok(None),
        },
        None => Ok(None),
    }
}

async fn exists(ports: &Ports, caller: &Caller, payment: PaymentId) -> Result<bool, Error> {
    let query = Load {
        merchant: caller.merchant.clone(),
        mode: caller.mode,
        payment: Some(payment),
        scope: None,
    };
    Ok(ports.store.load(&query).await?.payment.is_some())
}

fn checked(
    wish: &Create,
    policy: &Policy,
) -> Result<(Money, Details, CaptureMethod), InvalidField> {
    let currency = currency(&wish.currency, policy)?;
    let amount = fields::amount(&wish.amount, currency)?;
    let words: Vec<_> = CaptureMethod::ALL.iter().map(|method| method.as_str()).collect();
    let capture_method = wish.capture_method.as_deref().unwrap_or("MANUAL");
    let capture_method =
        fields::word("captureMethod", capture_method, CaptureMethod::parse, &words)?;
    let details = Details {
        order_id: fields::optional_text("orderId", wish.order_id.as_deref(), 100)?,
        customer_email: wish.customer_email.as_deref().map(email).transpose()?,
        customer_id: fields::optional_text("customerId", wish.customer_id.as_deref(), 100)?,
        description: fields::optional_text("description", wish.description.as_deref(), 500)?,
        metadata: metadata(&wish.metadata)?,
    };
    Ok((amount, details, capture_method))
}

fn currency(text: &str, policy: &Policy) -> Result<Currency, InvalidField> {
    let wrong = |message: String| InvalidField::new("currency", message, fields::shortened(text));
    let currency = Currency::parse(text).map_err(|error| wrong(error.to_string()))?;
    if policy.currencies.contains(&currency) {
        return Ok(currency);
    }
    let enabled: Vec<_> = policy.currencies.iter().map(ToString::to_string).collect();
    Err(wrong(format!("is not enabled here: use one of {}", enabled.join(", "))))
}

fn email(text: &str) -> Result<Email, InvalidField> {
    Email::parse(text)
        .map_err(|error| InvalidField::new("customerEmail", error, fields::shortened(text)))
}

fn metadata(pairs: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, InvalidField> {
    if pairs.len() > 20 {
        return Err(InvalidField::new("metadata", "must have at most 20 pairs", pairs.len()));
    }
    for (name, value) in pairs {
        fields::text("metadata", name, 40)?;
        if !value.is_empty() {
            fields::text(&format!("metadata.{name}"), value, 500)?;
        }
    }
    Ok(pairs.clone())
}
