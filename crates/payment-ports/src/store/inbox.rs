//! Notices of providers, on their way to the attempts that they are about.

use async_trait::async_trait;
use payment_core::{
    id::{AttemptId, ProviderId},
    time::Timestamp,
};
use uuid::Uuid;

use super::{Claim, StoreError};
use crate::notice::NoticePost;

/// Notices that were taken, and what they may be about.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Claims notices that are due, oldest first, by counting the try and moving the next one to
    /// the end of the lease.
    async fn claim_notices(&self, claim: &Claim) -> Result<Vec<StoredNotice>, StoreError>;

    /// The attempts that a provider has that name for, newest first, at most `limit`.
    async fn attempts_called(
        &self,
        provider: &ProviderId,
        reference: &str,
        limit: u64,
    ) -> Result<Vec<AttemptId>, StoreError>;
}

/// A verified notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotice {
    /// Its id, a UUIDv7.
    pub id: Uuid,
    /// Who sent it.
    pub provider: ProviderId,
    /// The provider's name for it, of which there is one row.
    pub event_id: String,
    /// The request; it is encrypted at rest.
    pub post: NoticePost,
    /// How far it has come.
    pub progress: NoticeProgress,
    /// How often it was claimed.
    pub tries: i32,
    /// When it arrived first.
    pub received_at: Timestamp,
}

/// How far a notice has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeProgress {
    /// It will be looked at.
    Received {
        /// From when on.
        next_try_at: Timestamp,
    },
    /// It was heeded.
    Processed {
        /// When.
        at: Timestamp,
    },
    /// Nobody knew what it is about, for too long.
    Unmatched {
        /// When it was given up.
        at: Timestamp,
    },
}

impl NoticeProgress {
    /// `RECEIVED`, `PROCESSED` or `UNMATCHED`.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Received { .. } => "RECEIVED",
            Self::Processed { .. } => "PROCESSED",
            Self::Unmatched { .. } => "UNMATCHED",
        }
    }

    /// When it is looked at next; `None` is never again.
    #[must_use]
    pub const fn next_try_at(self) -> Option<Timestamp> {
        match self {
            Self::Received { next_try_at } => Some(next_try_at),
            Self::Processed { .. } | Self::Unmatched { .. } => None,
        }
    }

    /// When it had its end.
    #[must_use]
    pub const fn finished_at(self) -> Option<Timestamp> {
        match self {
            Self::Received { .. } => None,
            Self::Processed { at } | Self::Unmatched { at } => Some(at),
        }
    }
}
