//! The inbox of a store that fails.

use async_trait::async_trait;
use payment_core::id::{AttemptId, ProviderId};
use payment_ports::store::{Change, Claim, Inbox, NoticeProgress, StoreError, StoredNotice};

use crate::store::SimStore;

#[async_trait]
impl Inbox for SimStore {
    async fn claim_notices(&self, claim: &Claim) -> Result<Vec<StoredNotice>, StoreError> {
        self.call(self.world.memory.claim_notices(claim)).await
    }

    async fn attempts_called(
        &self,
        provider: &ProviderId,
        reference: &str,
        limit: u64,
    ) -> Result<Vec<AttemptId>, StoreError> {
        self.call(self.world.memory.attempts_called(provider, reference, limit)).await
    }
}

/// Sabotage: whatever is heeded is written down as unmatched.
pub(crate) fn give_up_notices(changes: &mut [Change]) {
    for change in changes {
        if let Change::UpdateNotice { progress, .. } = change
            && let NoticeProgress::Processed { at } = *progress
        {
            *progress = NoticeProgress::Unmatched { at };
        }
    }
}
