//! Attempts that only a person can settle.

use payment_core::{
    attempt::{Attempt, AttemptState},
    id::AttemptId,
    payment::Operation,
};
use payment_ports::{
    provider::Approval,
    store::{ApplyError, AuditEntry, Change},
};

use crate::{
    engine::{
        Finding, Folded, Open, carry_out, commit, context, fold, load_open, reversed_attempt,
    },
    error::{Error, InvalidField},
    fields,
    pacing::{MAX_TRIES, step_aside},
    ports::Ports,
};

/// What a person found out about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The provider did it.
    Succeeded,
    /// The provider did not do it, and will not.
    Failed,
    /// The provider did it after it had been given up, and it was taken back there by hand.
    Reversed,
}

/// How an attempt is settled by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Which attempt.
    pub attempt: AttemptId,
    /// What was found out.
    pub verdict: Verdict,
    /// The provider's name for what it did; needed where an authorization succeeded, which is
    /// captured, voided and refunded under that name.
    pub provider_reference: Option<String>,
    /// Who found out; kept in the audit log.
    pub actor: String,
    /// How, in their words; kept in the audit log.
    pub reason: String,
}

/// The attempts that wait for a person, oldest first, at most `limit`.
///
/// # Errors
///
/// [`Error::Store`].
pub async fn waiting(ports: &Ports, limit: u64) -> Result<Vec<Attempt>, Error> {
    Ok(ports.store.attempts_for_review(limit).await?)
}

/// Settles an attempt by hand, as if the provider had said so, and writes who did it and why into
/// the audit log; answers the attempt as it is then.
///
/// # Errors
///
/// [`Error::Invalid`] if the attempt does not wait for a person or the verdict does not fit it,
/// [`Error::NotFound`], [`Error::Contended`] or [`Error::Store`]; nothing is changed then.
pub async fn settle(ports: &Ports, settlement: &Settlement) -> Result<Attempt, Error> {
    fields::text("actor", &settlement.actor, 200)?;
    fields::text("reason", &settlement.reason, 1000)?;
    for _ in 0..MAX_TRIES {
        let open = waiting_attempt(ports, settlement.attempt).await?;
        let Folded { mut changes, settled, next } = folded(ports, &open, settlement)?;
        let entry = entry(ports, settlement, &settled.attempt);
        changes.push(Change::InsertAuditEntry(entry.clone()));
        match commit(ports, &changes).await {
            Ok(()) => {}
            Err(ApplyError::Conflict(_)) => {
                step_aside(ports).await;
                continue;
            }
            Err(ApplyError::CommitUnknown(_)) if is_written(ports, &entry).await? => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(next) = next {
            // What follows by itself has an end of its own, whoever settles it.
            if let Err(error) = Box::pin(carry_out(ports, next)).await {
                tracing::warn!(attempt = %settlement.attempt, %error, "what follows is left to a worker");
            }
        }
        return Ok(settled.attempt);
    }
    Err(Error::Contended)
}

async fn waiting_attempt(ports: &Ports, attempt: AttemptId) -> Result<Open, Error> {
    let not_found = || Error::NotFound(format!("attempt {attempt}"));
    let (open, _) = load_open(ports, attempt).await?.ok_or_else(not_found)?;
    let state = open.attempt.state;
    if state != AttemptState::NeedsReview {
        let message = format!("is {state} and does not wait for a person");
        return Err(InvalidField::new("attempt", message, attempt.to_string()).into());
    }
    Ok(open)
}

fn folded(ports: &Ports, open: &Open, settlement: &Settlement) -> Result<Folded, Error> {
    let operation = open.attempt.instruction.operation();
    let holds_or_takes = matches!(operation, Operation::Authorize | Operation::Capture);
    let was_given_up = !open.is_pending() && open.reversed.is_none();
    let context = context(ports);
    let finding = match settlement.verdict {
        Verdict::Succeeded if was_given_up && holds_or_takes => {
            return Err(unfit(
                "the merchant was told that it failed: take the money back at the \
                              provider, then settle it as reversed",
            ));
        }
        Verdict::Succeeded => Finding::Approved(Approval {
            reference: reference(open, settlement, operation)?,
            card_last4: None,
        }),
        Verdict::Failed => Finding::GivenUp(format!("settled by hand: {}", settlement.reason)),
        Verdict::Reversed if was_given_up && holds_or_takes => {
            return Ok(reversed_attempt(open, &context));
        }
        Verdict::Reversed => {
            return Err(unfit(
                "only an authorization or a capture that had been given up is \
                              reversed; settle this one as succeeded or failed",
            ));
        }
    };
    fold(open, &finding, &context).map_err(Error::IllegalState)
}

fn reference(
    open: &Open,
    settlement: &Settlement,
    operation: Operation,
) -> Result<String, InvalidField> {
    let known = open.attempt.provider_reference.as_deref();
    let given =
        fields::optional_text("provider reference", settlement.provider_reference.as_deref(), 255)?;
    match given.or_else(|| known.map(ToOwned::to_owned)) {
        Some(reference) => Ok(reference),
        None if operation == Operation::Authorize => Err(InvalidField::new(
            "provider reference",
            "is needed to capture, void or refund the payment later",
            serde_json::Value::Null,
        )),
        None => Ok(String::new()),
    }
}

fn unfit(message: &str) -> Error {
    InvalidField::new("verdict", format!("does not fit: {message}"), serde_json::Value::Null).into()
}

fn entry(ports: &Ports, settlement: &Settlement, settled: &Attempt) -> AuditEntry {
    AuditEntry {
        id: ports.ids.uuid(),
        actor: settlement.actor.clone(),
        action: "attempt.settle".to_owned(),
        subject: settlement.attempt.to_string(),
        before: AttemptState::NeedsReview.to_string(),
        after: settled.state.to_string(),
        reason: settlement.reason.clone(),
        at: ports.clock.now(),
    }
}

async fn is_written(ports: &Ports, entry: &AuditEntry) -> Result<bool, Error> {
    let entries = ports.store.audit_entries(&entry.subject).await?;
    Ok(entries.iter().any(|written| written.id == entry.id))
}
