//! What people did by hand.

use std::sync::Arc;

use chrono::TimeDelta;

use super::given::Given;
use crate::store::{ApplyError, AuditEntry, Change, Guard, Store};

pub async fn an_audit_entry_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let entry = entry(&given);
    given.apply([Change::InsertAuditEntry(entry.clone())]).await;
    assert_eq!(store.audit_entries(&entry.subject).await.unwrap(), [entry]);
}

pub async fn an_audit_entry_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let entry = entry(&given);
    let change = Change::InsertAuditEntry(entry.clone());
    given.apply([change.clone()]).await;
    assert_eq!(store.apply(&[change]).await, Err(ApplyError::Conflict(Guard::Audit)));
    assert_eq!(store.audit_entries(&entry.subject).await.unwrap().len(), 1);
}

pub async fn audit_entries_of_a_subject_are_read_oldest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let later = AuditEntry { at: given.samples.now() + TimeDelta::hours(1), ..entry(&given) };
    let earlier = AuditEntry { after: "REVERSED".to_owned(), ..entry(&given) };
    let other = AuditEntry { subject: "another".to_owned(), ..entry(&given) };
    given.apply([&later, &earlier, &other].map(|it| Change::InsertAuditEntry(it.clone()))).await;
    assert_eq!(store.audit_entries(&later.subject).await.unwrap(), [earlier, later]);
}

fn entry(given: &Given) -> AuditEntry {
    AuditEntry {
        id: given.samples.uuid(),
        actor: "Ayşe, on call".to_owned(),
        action: "attempt.settle".to_owned(),
        subject: "0192f0c1-2222-7000-8000-000000000001".to_owned(),
        before: "NEEDS_REVIEW".to_owned(),
        after: "SUCCEEDED".to_owned(),
        reason: "seen in the bank's panel ✓".to_owned(),
        at: given.samples.now(),
    }
}
