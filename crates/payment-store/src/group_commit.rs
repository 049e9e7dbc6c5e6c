//! SQLite: calls that come together share one commit.
//!
//! A file has one writer, and a commit costs one `fdatasync` however much it brings. So calls line
//! up, and whoever finds nobody writing starts to write: in groups, first come first served, until
//! the line is empty. What comes during a commit is the next group. A call is answered after the
//! commit that it shares, so that what it was told is on the disk.
//!
//! There is no thread that must stay alive. The turn to write is a lock that is held by a task; if
//! that ends early, the lock is free, those in its group are told that the outcome is unknown, and
//! the next in line goes on. The task belongs to no caller, so a caller that goes away takes nobody
//! with it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use payment_ports::store::{ApplyError, Change};
use tokio::sync::{Mutex as Lock, OwnedMutexGuard, oneshot};

use crate::applier::Applier;

/// A line of calls before the one writer of a file.
#[derive(Clone)]
pub(crate) struct GroupCommit {
    applier: Applier,
    limit: usize,
    line: Arc<Mutex<VecDeque<Call>>>,
    turn: Arc<Lock<()>>,
}

struct Call {
    changes: Vec<Change>,
    answer: oneshot::Sender<Result<(), ApplyError>>,
}

impl GroupCommit {
    /// At most `limit` calls share a commit.
    pub(crate) fn new(applier: Applier, limit: usize) -> Self {
        Self { applier, limit: limit.max(1), line: Arc::default(), turn: Arc::default() }
    }

    /// Applies the changes together with those of other calls, and answers after the commit.
    pub(crate) async fn apply(&self, changes: &[Change]) -> Result<(), ApplyError> {
        let (answer, mut answered) = oneshot::channel();
        self.stand_in_line(Call { changes: changes.to_vec(), answer });
        let turn = Arc::clone(&self.turn);
        let answer = tokio::select! {
            biased;
            answer = &mut answered => answer.ok(),
            turn = turn.lock_owned() => {
                #[expect(clippy::disallowed_methods, reason = "it ends when the line is empty")]
                let writing = tokio::spawn(self.clone().write_all(turn));
                tokio::select! {
                    biased;
                    answer = &mut answered => answer.ok(),
                    _ended = writing => answered.try_recv().ok(),
                }
            }
        };
        let lost = "the task that writes ended before it answered";
        answer.unwrap_or_else(|| Err(ApplyError::CommitUnknown(lost.to_owned())))
    }

    /// Writes groups until nobody waits.
    async fn write_all(self, turn: OwnedMutexGuard<()>) {
        loop {
            let group = self.next_group();
            if group.is_empty() {
                break;
            }
            self.write(group).await;
            // Those who were answered may have more to write, which belongs to the next group.
            tokio::task::yield_now().await;
        }
        drop(turn);
    }

    async fn write(&self, group: Vec<Call>) {
        let (lists, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|call| (call.changes, call.answer)).unzip();
        let results = match lists.as_slice() {
            [changes] => vec![self.applier.apply(changes).await],
            lists => self.applier.apply_together(lists).await,
        };
        for (answer, result) in answers.into_iter().zip(results) {
            // Who is gone needs no answer.
            drop(answer.send(result));
        }
    }

    fn stand_in_line(&self, call: Call) {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).push_back(call);
    }

    /// The first in line, without those who have gone away.
    fn next_group(&self) -> Vec<Call> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.retain(|call| !call.answer.is_closed());
        let length = line.len().min(self.limit);
        line.drain(..length).collect()
    }
}
