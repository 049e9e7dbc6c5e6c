//! The bank: its books in memory, and its ledger on the disk.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    answer::{Answer, Refusal, Status},
    books::Books,
    card::{Card, News},
    clock::now_ms,
    entry::Entry,
    journal::{Journal, Written},
    judge::Judged,
    order::{Operation, Order},
    profile::Profile,
};

/// A bank that says nothing before it is on the disk.
#[derive(Debug)]
pub(crate) struct Bank {
    profile: Profile,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) books: Books,
    journal: Journal,
    /// How often each operation was asked for under each reference, since the start.
    pub(crate) asked: BTreeMap<(String, Operation), u64>,
    /// How many orders will take effect although their senders are gone.
    pub(crate) under_way: u64,
}

/// An order as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) operation: Operation,
    /// The `Idempotency-Key`.
    pub(crate) key: Option<String>,
    pub(crate) order: Order,
}

/// What the bank says to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// It was taken, and the answer travels like that.
    Taken(Answer, News),
    /// It was known before.
    Known(Answer),
    /// It was not taken.
    Refused(Refusal),
}

impl Bank {
    pub(crate) fn open(ledger: &Path, profile: Profile) -> io::Result<Self> {
        let (journal, entries) = Journal::open(ledger)?;
        let mut books = Books::default();
        for entry in entries {
            books.book(entry);
        }
        let inner = Inner { books, journal, asked: BTreeMap::new(), under_way: 0 };
        Ok(Self { profile, inner: Mutex::new(inner) })
    }

    /// Counts that somebody asked for it.
    pub(crate) fn count(&self, operation: Operation, reference: &str) {
        let mut inner = self.inner();
        *inner.asked.entry((reference.to_owned(), operation)).or_default() += 1;
    }

    /// Puts an order off; it is to be landed.
    pub(crate) fn put_off(&self) {
        self.inner().under_way += 1;
    }

    /// Does what it was asked when it was put off.
    pub(crate) async fn land(&self, arrival: Arrival) -> io::Result<Said> {
        let said = self.operate(arrival, true).await;
        self.inner().under_way -= 1;
        said
    }

    /// Does what it is asked, at most once or not, as its profile says.
    pub(crate) async fn operate(&self, arrival: Arrival, is_late: bool) -> io::Result<Said> {
        let (said, written) = self.decide(arrival, is_late)?;
        on_disk(written).await?;
        Ok(said)
    }

    /// What became of an order.
    pub(crate) async fn find(&self, reference: &str) -> io::Result<Option<Answer>> {
        self.read(|inner| inner.books.found(reference)).await
    }

    /// Something that the bank knows, once it is on the disk.
    pub(crate) async fn read<T>(&self, look: impl FnOnce(&Inner) -> T) -> io::Result<T> {
        let (seen, written) = {
            let inner = self.inner();
            (look(&inner), inner.journal.flushed()?)
        };
        on_disk(written).await?;
        Ok(seen)
    }

    fn decide(&self, arrival: Arrival, is_late: bool) -> io::Result<(Said, Written)> {
        let Arrival { operation, key, order } = arrival;
        let mut inner = self.inner();
        let answer = match inner.books.judge(self.profile, operation, key.as_deref(), &order) {
            Judged::Refused(refusal) => {
                return Ok((Said::Refused(refusal), inner.journal.flushed()?));
            }
            Judged::Known(answer) => return Ok((Said::Known(answer), inner.journal.flushed()?)),
            Judged::New(answer) => answer,
        };
        let news = news(&inner.books, operation, &order, &answer);
        let entry = Entry { at: now_ms(), operation, key, order, answer: answer.clone(), is_late };
        let written = inner.journal.append(&entry)?;
        inner.books.book(entry);
        Ok((Said::Taken(answer, news), written))
    }

    /// Nothing panics while it is held, and if it did, the books are changed in one step.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn on_disk(written: Written) -> io::Result<()> {
    written.await.or(Err(io::Error::other("the ledger could not be written")))
}

/// How the answer to an order travels, as its card wants it.
fn news(books: &Books, operation: Operation, order: &Order, answer: &Answer) -> News {
    let is_hold = matches!(operation, Operation::Authorize | Operation::Confirm);
    if is_hold && answer.status != Status::Challenge {
        return order.card_token.as_deref().map_or(News::AtOnce, |token| Card::of(token).news);
    }
    let hold = order.authorization.as_deref().and_then(|name| books.holds().get(name));
    match hold.and_then(|hold| hold.later) {
        Some(later) if later.operation == operation && !later.is_declined => News::Lost,
        Some(_) | None => News::AtOnce,
    }
}
