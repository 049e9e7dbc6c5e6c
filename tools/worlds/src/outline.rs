//! What was written, in a few words for the trace.

use payment_ports::store::Change;

/// The changes in a few words.
pub(crate) fn outline(changes: &[Change]) -> String {
    let words: Vec<_> = changes.iter().map(word).collect();
    words.join(", ")
}

fn word(change: &Change) -> String {
    match change {
        Change::InsertPayment(it) => format!("payment {} {}", it.id, it.status),
        Change::UpdatePayment(it) => {
            let pending = it.pending.map(|pending| pending.operation);
            format!(
                "payment v{} {} captured {} refunded {} pending {pending:?}",
                it.version,
                it.status,
                it.captured.minor(),
                it.refunded.minor()
            )
        }
        Change::InsertAttempt(it) => {
            let operation = it.instruction.operation();
            let reverses = it.reverses.map(|id| format!(" reverses {id}")).unwrap_or_default();
            format!(
                "new attempt {} {operation} {} {}{reverses}",
                it.id,
                it.amount.minor(),
                it.state
            )
        }
        Change::UpdateAttempt { attempt: it, from } => {
            let why = it.error.as_deref().unwrap_or("-");
            let from = (from.state, from.checks);
            format!("attempt {} {from:?} -> {} {} ({why})", it.id, it.state, it.checks)
        }
        Change::InsertEvent(it) => format!("event {} {}", it.sequence, it.kind),
        Change::InsertTransaction(it) => format!("transaction {} {}", it.kind, it.amount.minor()),
        Change::InsertSession(it) | Change::UpdateSession(it) => format!("session {}", it.status),
        Change::CompleteRecord { answer, .. } => format!("answer {}", answer.status),
        Change::InsertRecord(it) => format!("key {}", it.key),
        Change::DeleteRecord(_) => "key released".to_owned(),
        Change::TakeOverRecord { .. } => "key taken over".to_owned(),
        Change::FinishEvent { .. } => "event done".to_owned(),
        Change::InsertDelivery(it) => format!("delivery of {}", it.event.sequence),
        Change::UpdateDelivery { delivery: it, .. }
        | Change::ReopenDelivery { delivery: it, .. } => {
            format!("delivery of {} {}", it.event.sequence, it.status.as_str())
        }
        Change::InsertAuditEntry(it) => format!("audit {}", it.action),
        Change::InsertDeliveryAttempt(_) => "a try".to_owned(),
        Change::InsertNotice(it) => format!("notice {}", it.event_id),
        Change::UpdateNotice { progress, .. } => format!("notice {}", progress.status()),
        Change::InsertRecovery(it) | Change::UpdateRecovery(it) => {
            format!("recovery {} queued {}", it.examined, it.queued)
        }
        Change::ReleaseQueue { queue, .. } => format!("queue {:?}", queue.state),
        Change::InsertEndpoint(_)
        | Change::UpdateEndpoint(_)
        | Change::ResumeQueue { .. }
        | Change::DeleteEndpoint { .. }
        | Change::InsertMerchant(_)
        | Change::InsertApiKey(_) => "something of the directory".to_owned(),
    }
}
