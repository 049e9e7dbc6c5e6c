//! Notices of providers.

use async_trait::async_trait;
use payment_core::{
    id::{AttemptId, ProviderId},
    time::Timestamp,
};
use uuid::Uuid;

use super::{MemoryStore, Tables, change::insert, work::first};
use crate::store::{Claim, Guard, Inbox, NoticeProgress, StoreError, StoredNotice};

#[async_trait]
impl Inbox for MemoryStore {
    async fn claim_notices(&self, claim: &Claim) -> Result<Vec<StoredNotice>, StoreError> {
        self.with(|tables| tables.claim_notices(claim)).await
    }

    async fn attempts_called(
        &self,
        provider: &ProviderId,
        reference: &str,
        limit: u64,
    ) -> Result<Vec<AttemptId>, StoreError> {
        self.with(|tables| {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let called = tables.attempts.values().filter(|it| {
                it.provider == *provider && it.provider_reference.as_deref() == Some(reference)
            });
            let mut called: Vec<_> = called.map(|it| (it.created_at, it.id)).collect();
            called.sort_unstable_by(|a, b| b.cmp(a));
            called.into_iter().take(limit).map(|(_, id)| id).collect()
        })
        .await
    }
}

impl Tables {
    pub(super) fn insert_notice(&mut self, notice: StoredNotice) -> Result<(), Guard> {
        let same = |row: &StoredNotice| {
            (&row.provider, &row.event_id) == (&notice.provider, &notice.event_id)
        };
        if self.inbox.values().any(same) {
            return Err(Guard::Notice);
        }
        insert(&mut self.inbox, notice.id, notice, Guard::Notice)
    }

    pub(super) fn update_notice(
        &mut self,
        notice: Uuid,
        tries: i32,
        progress: NoticeProgress,
    ) -> Result<(), Guard> {
        let row = self.inbox.get_mut(&notice).ok_or(Guard::Notice)?;
        let is_open = matches!(row.progress, NoticeProgress::Received { .. });
        if !is_open || row.tries != tries {
            return Err(Guard::Notice);
        }
        row.progress = progress;
        Ok(())
    }

    pub(super) fn waiting_notices(&self) -> impl Iterator<Item = (Timestamp, Uuid)> {
        let waiting = |row: &StoredNotice| Some((row.progress.next_try_at()?, row.id));
        self.inbox.values().filter_map(waiting)
    }

    pub(super) fn take_up_notices(&mut self, now: Timestamp) {
        for row in self.inbox.values_mut() {
            if let NoticeProgress::Received { next_try_at } = &mut row.progress {
                *next_try_at = (*next_try_at).min(now);
            }
        }
    }

    fn claim_notices(&mut self, claim: &Claim) -> Vec<StoredNotice> {
        let due = self.waiting_notices().filter(|(at, _)| *at <= claim.now);
        let ids = first(due.map(|(at, id)| ((at, id), id)), claim.limit);
        let claimed = ids.into_iter().filter_map(|id| {
            let row = self.inbox.get_mut(&id)?;
            row.tries += 1;
            row.progress = NoticeProgress::Received { next_try_at: claim.until };
            Some(row.clone())
        });
        claimed.collect()
    }
}
