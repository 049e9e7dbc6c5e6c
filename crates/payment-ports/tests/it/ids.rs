use std::{collections::BTreeSet, thread};

use payment_ports::{fakes::CountingIds, ids::Ids as _};
use uuid::{Uuid, Variant};

#[test]
fn ids_are_ascending_uuids_of_version_seven() {
    let ids = CountingIds::new();
    let made: Vec<Uuid> = (0..1_000).map(|_| ids.uuid()).collect();
    assert!(made.is_sorted());
    for id in made {
        assert_eq!((id.get_version_num(), id.get_variant()), (7, Variant::RFC4122));
    }
}

#[test]
fn every_run_makes_the_same_ids_and_bytes() {
    let (one, other) = (CountingIds::new(), CountingIds::new());
    for _ in 0..10 {
        assert_eq!((one.uuid(), one.random()), (other.uuid(), other.random()));
    }
}

#[test]
fn no_id_and_no_half_of_the_bytes_is_made_twice() {
    let ids = CountingIds::new();
    let thousand = || {
        let made = (0..1_000).map(|_| (ids.uuid(), ids.random_128_bits()));
        made.collect::<Vec<_>>()
    };
    let made: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(thousand)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let (uuids, halves): (BTreeSet<_>, BTreeSet<_>) = made.into_iter().unzip();
    assert_eq!((uuids.len(), halves.len()), (4_000, 4_000));
}
