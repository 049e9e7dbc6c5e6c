//! The store itself, and what can be made to go wrong with it.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::Tables;
use crate::store::{ApplyError, Change, Store, StoreError};

/// A whole store in memory, which fails when a test wants it to.
///
/// Every call lets other tasks run first, so that concurrent use-cases meet between any two calls.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tables: Tables,
    is_down: bool,
    faults: VecDeque<Fault>,
}

/// What happens to one apply.
#[derive(Debug)]
enum Fault {
    None,
    Refused(ApplyError),
    AnswerLost,
    AnsweredAfter(Duration),
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next apply that has no fault planned yet goes well.
    pub fn pass_next_apply(&self) {
        self.plan(Fault::None);
    }

    /// The next apply that has no fault planned yet writes nothing and fails with `error`.
    pub fn fail_next_apply(&self, error: ApplyError) {
        self.plan(Fault::Refused(error));
    }

    /// The next apply that has no fault planned yet is written, and its answer lost.
    pub fn lose_next_commit_answer(&self) {
        self.plan(Fault::AnswerLost);
    }

    /// The next apply that has no fault planned yet is not written, and its answer lost.
    pub fn lose_next_commit(&self) {
        self.plan(Fault::Refused(commit_unknown()));
    }

    /// The next apply that has no fault planned yet is written, and answered so much later, as if
    /// the caller's process had slept.
    pub fn sleep_after_next_apply(&self, pause: Duration) {
        self.plan(Fault::AnsweredAfter(pause));
    }

    /// While it is down, every call is answered with [`StoreError::Unavailable`].
    pub fn set_down(&self, is_down: bool) {
        self.lock().is_down = is_down;
    }

    /// A copy of everything in it, whether it is down or not.
    #[must_use]
    pub fn tables(&self) -> Tables {
        self.lock().tables.clone()
    }

    /// Looks at everything in it without copying it, whether it is down or not.
    pub fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&self.lock().tables)
    }

    /// Reads, or claims, in one step.
    pub(super) async fn with<T>(
        &self,
        step: impl FnOnce(&mut Tables) -> T + Send,
    ) -> Result<T, StoreError> {
        tokio::task::yield_now().await;
        let mut state = self.lock();
        state.available()?;
        Ok(step(&mut state.tables))
    }

    fn plan(&self, fault: Fault) {
        self.lock().faults.push_back(fault);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn available(&self) -> Result<(), StoreError> {
        let down = || StoreError::Unavailable("the test took it down".to_owned());
        if self.is_down { Err(down()) } else { Ok(()) }
    }

    /// Writes as the next fault has it; answers how long the answer takes.
    fn apply(&mut self, changes: &[Change]) -> Result<Duration, ApplyError> {
        self.available()?;
        match self.faults.pop_front() {
            None | Some(Fault::None) => self.write(changes).map(|()| Duration::ZERO),
            Some(Fault::Refused(error)) => Err(error),
            Some(Fault::AnswerLost) => {
                self.write(changes)?;
                Err(commit_unknown())
            }
            Some(Fault::AnsweredAfter(pause)) => self.write(changes).map(|()| pause),
        }
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), ApplyError> {
        let mut tables = self.tables.clone();
        for change in changes {
            tables.write(change).map_err(ApplyError::Conflict)?;
        }
        self.tables = tables;
        Ok(())
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn apply(&self, changes: &[Change]) -> Result<(), ApplyError> {
        tokio::task::yield_now().await;
        let pause = self.lock().apply(changes)?;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }
}

fn commit_unknown() -> ApplyError {
    ApplyError::CommitUnknown("the test lost the answer".to_owned())
}
