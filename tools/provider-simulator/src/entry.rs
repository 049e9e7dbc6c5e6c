//! One line of the ledger.

use serde::{Deserialize, Serialize};

use crate::{
    answer::{Answer, Status},
    order::{Operation, Order},
};

/// One line of the ledger: an order, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// In milliseconds since 1970.
    pub(crate) at: u64,
    pub(crate) operation: Operation,
    /// The `Idempotency-Key`.
    pub(crate) key: Option<String>,
    pub(crate) order: Order,
    pub(crate) answer: Answer,
    /// Whether the sender was gone when it took effect.
    pub(crate) is_late: bool,
}

impl Entry {
    /// Whether the bank did what was asked.
    pub(crate) fn is_done(&self) -> bool {
        self.answer.status == Status::Approved
    }

    /// The bank's name for the hold that it made or changed.
    pub(crate) fn hold(&self) -> Option<&str> {
        match self.operation {
            Operation::Authorize | Operation::Confirm => self.answer.bank_reference.as_deref(),
            Operation::Capture | Operation::Void | Operation::Refund | Operation::Cancel => {
                self.order.authorization.as_deref()
            }
        }
    }
}
