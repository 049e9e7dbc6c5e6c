//! Many merchants' programs at once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use fastrand::Rng;
use futures::{StreamExt, stream};
use tokio::task::JoinSet;

use super::{
    ask::Verdict,
    client::{Client, Persistence},
    story::{Shopping, Story},
};

/// How merchants' programs behave while everything breaks.
const HASTY: Persistence = Persistence { tries: 60, is_hasty: true };
/// How many unfinished stories are finished at once.
const FINISHERS: usize = 16;

/// Makes payments until `deadline`; answers all of their stories.
pub async fn pay(client: &Client, clients: u64, seed: u64, deadline: Instant) -> Vec<Story> {
    let stories = Arc::new(Mutex::new(Vec::new()));
    let mut crowd = JoinSet::new();
    for number in 0..clients {
        let (client, stories) = (client.clone(), Arc::clone(&stories));
        let mut rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number));
        crowd.spawn(async move {
            let goes_on = || Instant::now() < deadline;
            while goes_on() {
                let (story, how) = (Story::default(), HASTY);
                let shopping =
                    Shopping { client: &client, rng: &mut rng, story, how, goes_on: &goes_on };
                let story = shopping.any().await;
                stories.lock().unwrap_or_else(PoisonError::into_inner).push(story);
            }
        });
    }
    crowd.join_all().await;
    let mut stories = stories.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *stories)
}

/// Asks again whatever has no final answer, until it has one or `deadline` has come.
pub async fn finish(client: &Client, stories: &mut [Story], deadline: Instant) {
    let open = stories.iter_mut().filter_map(Story::unfinished);
    stream::iter(open)
        .for_each_concurrent(FINISHERS, |ask| async move {
            let mut rng = Rng::new();
            let patient = Persistence { tries: 1, is_hasty: false };
            while Instant::now() < deadline {
                if client.persist(ask, patient, &mut rng).await != Verdict::Open {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        })
        .await;
    for story in stories {
        story.payment = story.created();
    }
}
