//! One hold on a card, and what was done with it.

use crate::{
    card::Later,
    code::{self, Code},
    order::Operation,
};

/// One hold on a card; amounts are in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hold {
    pub(crate) payment: String,
    pub(crate) currency: String,
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    /// Whether a capture gave up what it left.
    pub(crate) is_closed: bool,
    pub(crate) is_voided: bool,
    pub(crate) later: Option<Later>,
}

impl Hold {
    /// What may still be taken.
    pub(crate) const fn left(&self) -> i64 {
        let is_over = self.is_closed || self.is_voided;
        if is_over { 0 } else { self.authorized.saturating_sub(self.captured) }
    }

    /// The hold after an operation on it.
    pub(crate) fn after(
        &self,
        operation: Operation,
        amount: i64,
        is_final: bool,
    ) -> Result<Self, Code> {
        let hold = self.clone();
        match operation {
            Operation::Capture | Operation::Void if self.left() == 0 => Err(code::TOO_LATE),
            Operation::Capture if amount > self.left() => Err(code::WRONG_AMOUNT),
            Operation::Capture => {
                let captured = self.captured.saturating_add(amount);
                Ok(Self { captured, is_closed: is_final, ..hold })
            }
            Operation::Void if amount != self.left() => Err(code::WRONG_AMOUNT),
            Operation::Void => Ok(Self { is_voided: true, ..hold }),
            Operation::Refund if amount > self.captured.saturating_sub(self.refunded) => {
                Err(code::WRONG_AMOUNT)
            }
            Operation::Refund => {
                Ok(Self { refunded: self.refunded.saturating_add(amount), ..hold })
            }
            Operation::Authorize | Operation::Confirm | Operation::Cancel => Ok(hold),
        }
    }

    /// The hold as if that operation had never been; `None` if too much came after it.
    pub(crate) fn without(&self, operation: Operation, amount: i64) -> Option<Self> {
        let hold = self.clone();
        match operation {
            Operation::Authorize | Operation::Confirm => {
                (self.captured == 0).then_some(Self { authorized: 0, ..hold })
            }
            Operation::Capture => {
                let captured = self.captured.saturating_sub(amount);
                (captured >= self.refunded).then_some(Self { captured, is_closed: false, ..hold })
            }
            Operation::Void => Some(Self { is_voided: false, ..hold }),
            Operation::Refund => {
                Some(Self { refunded: self.refunded.saturating_sub(amount), ..hold })
            }
            Operation::Cancel => Some(hold),
        }
    }
}
