//! T1: decide, reserve and write down what is about to be asked.

use payment_core::{
    attempt::{Attempt, AttemptState, Instruction},
    id::{AttemptId, PaymentId, ProviderId},
    money::Money,
    payment::Payment,
    time::Timestamp,
    transition::Rejected,
};
use payment_ports::{
    provider::Provider,
    store::{ApplyError, Change, Load, Loaded},
};

use super::{Open, carry_out, commit};
use crate::{
    answer::Answer,
    caller::Caller,
    error::{Error, InvalidField},
    idempotency::{Met, done_record, meet, new_record},
    pacing::{MAX_TRIES, later, step_aside},
    ports::{Policy, Ports},
    view::payment::amount,
};

/// What an operation comes down to, once the payment is known.
pub(crate) enum Plan {
    /// A provider must be asked.
    Ask(Draft),
    /// No provider is concerned: these changes are all of it.
    Write(Vec<Change>, Answer),
}

/// What a provider is to be asked.
pub(crate) struct Draft {
    pub(crate) provider: ProviderId,
    pub(crate) routing_reason: String,
    pub(crate) amount: Money,
    pub(crate) instruction: Instruction,
}

/// Why capture, void and refund go where they go.
pub(crate) const ONLY_THE_AUTHORIZER: &str = "the provider that authorized the payment";

impl Plan {
    /// Asks the provider that authorized the payment.
    pub(crate) fn ask_authorizer(
        provider: &dyn Provider,
        amount: Money,
        instruction: Instruction,
    ) -> Self {
        Self::Ask(Draft {
            provider: provider.id().clone(),
            routing_reason: ONLY_THE_AUTHORIZER.to_owned(),
            amount,
            instruction,
        })
    }
}

/// Carries out what `decide` makes of the payment, once for each idempotency key.
pub(crate) async fn operate(
    ports: &Ports,
    caller: &Caller,
    payment: PaymentId,
    decide: impl Fn(&Payment) -> Result<Plan, Error> + Send + Sync,
) -> Result<Answer, Error> {
    for _ in 0..MAX_TRIES {
        let query = Load {
            merchant: caller.merchant.clone(),
            mode: caller.mode,
            payment: Some(payment),
            scope: caller.scope(),
        };
        let loaded = ports.store.load(&query).await?;
        if let (Some(keyed), Some(record)) = (&caller.keyed, loaded.record) {
            match meet(ports, caller, keyed, record).await? {
                Met::Replay(answer) => return Ok(answer),
                Met::Released => continue,
            }
        }
        let found = loaded.payment.ok_or(Error::PaymentNotFound(payment))?;
        let begun = match decide(&found)? {
            Plan::Write(mut changes, answer) => {
                let record = done_record(ports, caller, payment, &answer);
                changes.extend(record.map(Change::InsertRecord));
                write(ports, &query, &changes).await?.then_some(Begun::Done(answer))
            }
            Plan::Ask(draft) => begin(ports, caller, &found, draft).await?.map(Begun::Open),
        };
        match begun {
            Some(Begun::Done(answer)) => return Ok(answer),
            Some(Begun::Open(open)) => return Box::pin(carry_out(ports, *open)).await,
            None => step_aside(ports).await,
        }
    }
    Err(Error::Contended)
}

enum Begun {
    Done(Answer),
    Open(Box<Open>),
}

/// Writes a whole operation at once; `false` if somebody else was first.
async fn write(ports: &Ports, query: &Load, changes: &[Change]) -> Result<bool, Error> {
    match commit(ports, changes).await {
        Ok(()) => Ok(true),
        Err(ApplyError::Conflict(_)) => Ok(false),
        Err(ApplyError::CommitUnknown(_)) => {
            // A rival at the same moment may have written the same payment, but not this key.
            let Loaded { payment: found, record } = ports.store.load(query).await?;
            let is_there = |change: &Change| matches!(change, Change::UpdatePayment(payment) if Some(payment) == found.as_ref());
            let is_kept = query.scope.is_none() || record.is_some();
            Ok(is_kept && changes.iter().any(is_there))
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes down what is about to be asked; `None` if somebody else was first.
async fn begin(
    ports: &Ports,
    caller: &Caller,
    payment: &Payment,
    draft: Draft,
) -> Result<Option<Box<Open>>, Error> {
    let now = ports.clock.now();
    let attempt = new_attempt(ports, payment, draft, now);
    let attempt = Attempt {
        correlation_id: caller.correlation_id.clone(),
        idempotency: caller.scope(),
        ..attempt
    };
    let begun = payment.begin(attempt.pending(), now);
    let payment = begun.map_err(|rejected| refusal(rejected, attempt.amount))?;
    let payment = with_card(payment, &attempt);
    let record = new_record(ports, caller, payment.id, attempt.id);
    let mut changes =
        vec![Change::UpdatePayment(payment.clone()), Change::InsertAttempt(attempt.clone())];
    changes.extend(record.map(Change::InsertRecord));
    let is_written = write_down(ports, attempt.id, &changes).await?;
    Ok(is_written.then(|| Box::new(Open::new(payment, attempt))))
}

/// Commits T1; `false` if somebody else was first. Only after `true` may a byte be sent.
///
/// A lost answer to COMMIT is settled by reading the attempt back. Where even that fails, nothing
/// is sent, and a worker sees whether there is an attempt.
pub(crate) async fn write_down(
    ports: &Ports,
    attempt: AttemptId,
    changes: &[Change],
) -> Result<bool, Error> {
    match commit(ports, changes).await {
        Ok(()) => Ok(true),
        Err(ApplyError::Conflict(_)) => Ok(false),
        Err(ApplyError::CommitUnknown(_)) => Ok(ports.store.load_attempt(attempt).await?.is_some()),
        Err(error) => Err(error.into()),
    }
}

/// An attempt that is about to be recorded, with nobody's correlation id and no record.
pub(crate) fn new_attempt(
    ports: &Ports,
    payment: &Payment,
    draft: Draft,
    now: Timestamp,
) -> Attempt {
    drafted(AttemptId::from(ports.ids.uuid()), payment, draft, now, &ports.policy)
}

/// The same, for those who have no ports.
pub(crate) fn drafted(
    id: AttemptId,
    payment: &Payment,
    draft: Draft,
    now: Timestamp,
    policy: &Policy,
) -> Attempt {
    Attempt {
        id,
        payment: payment.id,
        merchant: payment.merchant.clone(),
        mode: payment.mode,
        provider: draft.provider,
        routing_reason: draft.routing_reason,
        amount: draft.amount,
        instruction: draft.instruction,
        reverses: None,
        state: AttemptState::Intent,
        provider_reference: None,
        decline: None,
        error: None,
        correlation_id: String::new(),
        idempotency: None,
        next_check_at: Some(later(now, policy.lease)),
        checks: 0,
        created_at: now,
        finished_at: None,
    }
}

/// The payment with the provider and card that are about to be asked.
fn with_card(payment: Payment, attempt: &Attempt) -> Payment {
    match &attempt.instruction {
        Instruction::Authorize(terms) => Payment {
            provider: Some(attempt.provider.clone()),
            card_bin: Some(terms.bin.clone()),
            ..payment
        },
        Instruction::ConfirmThreeDs(_)
        | Instruction::Capture(_)
        | Instruction::Void(_)
        | Instruction::Refund(_) => payment,
    }
}

/// What the state machine's refusal means to the merchant.
pub(crate) fn refusal(rejected: Rejected, asked: Money) -> Error {
    match rejected {
        Rejected::Busy(_) | Rejected::NotPending => Error::OperationInProgress,
        Rejected::IllegalState { .. } => Error::IllegalState(rejected),
        Rejected::TooMuch { left } => {
            let message = format!("must not be more than the {left} that is left");
            InvalidField::new("amount", message, amount(asked)).into()
        }
        Rejected::Amount(error) => InvalidField::new("amount", error, amount(asked)).into(),
    }
}
