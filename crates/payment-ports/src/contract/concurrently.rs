//! Races for one row.

use std::sync::Arc;

use tokio::{sync::Barrier, task::JoinSet};

use crate::store::{ApplyError, Change, Claim, Guard, Store};

/// Applies all changes at once, each by itself; one must win, the others fail at `guard`.
pub(super) async fn one_wins(
    store: &Arc<dyn Store>,
    changes: impl Iterator<Item = Change>,
    guard: Guard,
) -> Change {
    let results = apply_all(store, changes.map(|change| vec![change])).await;
    let (mut winners, losers): (Vec<_>, Vec<_>) =
        results.into_iter().partition(|(_, result)| result.is_ok());
    for (change, result) in losers {
        assert_eq!(result, Err(ApplyError::Conflict(guard)), "{change:?}");
    }
    assert_eq!(winners.len(), 1, "exactly one must win");
    winners.remove(0).0.remove(0)
}

/// What comes of applying all of these at once, each list by itself.
pub(super) async fn apply_all(
    store: &Arc<dyn Store>,
    lists: impl Iterator<Item = Vec<Change>>,
) -> Vec<(Vec<Change>, Result<(), ApplyError>)> {
    let apply = |changes: Vec<Change>| {
        let store = Arc::clone(store);
        async move {
            let result = store.apply(&changes).await;
            (changes, result)
        }
    };
    at_once(lists.map(apply).collect()).await
}

/// What these workers claim at once.
pub(super) async fn claim_all<T, F>(
    store: &Arc<dyn Store>,
    claims: &[Claim],
    claim: fn(Arc<dyn Store>, Claim) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = Vec<T>> + Send + 'static,
{
    let claims = claims.iter().map(|&one| claim(Arc::clone(store), one));
    at_once(claims.collect()).await.into_iter().flatten().collect()
}

/// Runs the tasks on all threads, none before all are ready.
async fn at_once<F>(tasks: Vec<F>) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let start = Arc::new(Barrier::new(tasks.len()));
    let mut running = JoinSet::new();
    for task in tasks {
        let start = Arc::clone(&start);
        running.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    running.join_all().await
}
