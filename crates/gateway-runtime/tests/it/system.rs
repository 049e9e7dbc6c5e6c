//! The real clock and the real source of ids.

use gateway_runtime::{clock::SystemClock, ids::SystemIds};
use payment_ports::{clock::Clock, ids::Ids};

#[test]
fn the_time_is_kept_to_the_microsecond_as_stores_keep_it() {
    let nanoseconds = (0..100).map(|_| SystemClock.now().timestamp_subsec_nanos());
    assert!(nanoseconds.into_iter().all(|nanoseconds| nanoseconds % 1000 == 0));
}

#[test]
fn ids_are_version_seven_and_sort_by_age() {
    let ids: Vec<_> = (0..1000).map(|_| SystemIds.uuid()).collect();
    assert!(ids.iter().all(|id| id.get_version_num() == 7));
    assert!(ids.is_sorted_by(|earlier, later| earlier < later));
}

#[test]
fn randomness_does_not_repeat() {
    assert_ne!(SystemIds.random(), SystemIds.random());
}
