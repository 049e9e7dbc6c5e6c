//! The loops of a worker. Any number of workers may run at once, here and elsewhere.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use payment_usecases::{error::Error, inbox, ports::Ports, worker};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    deliveries::Deliveries, logging::causes, pause::Pause, settings::WorkerPace, wake::Nudge,
};

/// How often attempts in doubt are looked for.
const SETTLE_INTERVAL: Duration = Duration::from_secs(1);
/// How often old idempotency keys are looked for.
const FORGET_INTERVAL: Duration = Duration::from_mins(1);
/// How many events a recovery looks at in one write.
const RECOVERED_AT_ONCE: u64 = 200;

/// Works until `shutdown`, ends what it has begun and gives back what it has not.
///
/// What is under way at shutdown may take as long as its lease; then somebody else may have it.
pub async fn run(ports: Ports, pace: WorkerPace, nudge: Arc<Nudge>, shutdown: CancellationToken) {
    let id = ports.ids.uuid();
    let deliveries = Deliveries {
        owner: id,
        ports: ports.clone(),
        poll_interval: pace.poll_interval,
        nudge: Nudge::default(),
        shutdown: shutdown.clone(),
    };
    let worker = Worker { id, ports, pace, nudge, deliveries, shutdown };
    tracing::info!(worker = %id, "the worker begins");
    tokio::select! {
        () = worker.all_tasks() => {}
        () = worker.out_of_time() => tracing::warn!(worker = %id, "the worker gives up what it has not finished"),
    }
    if let Err(error) = worker::release(&worker.ports, id).await {
        tracing::error!(worker = %id, error = causes(&error), "the worker could not give back its claims; they end by themselves");
    }
    tracing::info!(worker = %id, "the worker has ended");
}

struct Worker {
    id: Uuid,
    ports: Ports,
    pace: WorkerPace,
    nudge: Arc<Nudge>,
    deliveries: Deliveries,
    shutdown: CancellationToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    FanOut,
    Recover,
    Settle,
    HeedNotices,
    ExpireSessions,
    ForgetRecords,
}

impl Worker {
    async fn all_tasks(&self) {
        tokio::join!(
            self.repeat(Task::FanOut),
            self.repeat(Task::Recover),
            self.deliveries.serve(),
            self.repeat(Task::Settle),
            self.repeat(Task::HeedNotices),
            self.repeat(Task::ExpireSessions),
            self.repeat(Task::ForgetRecords),
        );
    }

    async fn out_of_time(&self) {
        self.shutdown.cancelled().await;
        self.ports.clock.sleep(self.ports.policy.lease).await;
    }

    async fn repeat(&self, task: Task) {
        let mut pause = self.pause(task);
        while !self.shutdown.is_cancelled() {
            let is_more_likely = match self.attempt(task).await {
                Ok(found) => found,
                Err(cause) => {
                    tracing::error!(worker = %self.id, ?task, cause, "the worker failed; it will try again");
                    false
                }
            };
            if is_more_likely {
                pause.begin_anew();
            } else {
                self.rest(task, &mut pause).await;
            }
        }
    }

    /// A bug in one task must not end the others.
    async fn attempt(&self, task: Task) -> Result<bool, String> {
        // On the heap, so that the compiler need not see through all of a task at once.
        match AssertUnwindSafe(Box::pin(self.perform(task))).catch_unwind().await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(causes(&error)),
            Err(panic) => Err(message(panic.as_ref())),
        }
    }

    /// Answers whether there was something to do.
    async fn perform(&self, task: Task) -> Result<bool, Error> {
        let Self { id, ports, pace, .. } = self;
        let found = match task {
            Task::FanOut => worker::fan_out(ports, *id, pace.batch_size).await? > 0,
            Task::Recover => worker::recover(ports, RECOVERED_AT_ONCE).await? > 0,
            Task::Settle => worker::settle(ports, *id, pace.batch_size).await? > 0,
            Task::HeedNotices => inbox::process(ports, *id, pace.batch_size).await? > 0,
            Task::ExpireSessions => worker::expire_sessions(ports, pace.batch_size).await? > 0,
            Task::ForgetRecords => worker::forget_records(ports, pace.batch_size).await? > 0,
        };
        if found && matches!(task, Task::FanOut | Task::Recover) {
            self.deliveries.nudge();
        }
        Ok(found)
    }

    /// How long it waits to look for work unasked.
    fn pause(&self, task: Task) -> Pause {
        match task {
            Task::FanOut | Task::HeedNotices if !self.pace.is_woken => {
                Pause::polling(self.pace.poll_interval)
            }
            Task::FanOut | Task::Recover | Task::HeedNotices | Task::ExpireSessions => {
                Pause::always(self.pace.poll_interval)
            }
            Task::Settle => Pause::always(SETTLE_INTERVAL),
            Task::ForgetRecords => Pause::always(FORGET_INTERVAL),
        }
    }

    async fn rest(&self, task: Task, pause: &mut Pause) {
        let nudged = async {
            match task {
                Task::FanOut => self.nudge.nudged().await,
                Task::HeedNotices => self.nudge.notified().await,
                Task::Recover | Task::Settle | Task::ExpireSessions | Task::ForgetRecords => {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = self.shutdown.cancelled() => {}
            () = self.ports.clock.sleep(pause.next()) => {}
            () = nudged => pause.begin_anew(),
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("without a message"))
}
