//! Changing webhook endpoints beside others who change them too.

use std::time::Duration;

use payment_core::id::EndpointId;
use payment_ports::{
    fakes::RecordingSender,
    store::{ApplyError, Change, Guard, Store as _},
    webhook::{Disabled, DisabledReason, Endpoint},
};
use payment_usecases::{
    endpoints::{self, EndpointUpdate, NewEndpoint},
    error::Error,
};
use secrecy::ExposeSecret as _;

use crate::support::{World, caller};

const URL: &str = "https://shop.example/hooks";

/// A new endpoint, and its secret.
async fn endpoint(world: &World) -> (EndpointId, String) {
    let wish = NewEndpoint { url: URL.to_owned(), ..NewEndpoint::default() };
    let made = endpoints::create(&world.ports, &caller(), wish).await.unwrap();
    (made.endpoint.id.parse().unwrap(), made.secret)
}

fn stored(world: &World, id: EndpointId) -> Endpoint {
    world.store.tables().endpoints[&id].clone()
}

fn enabled(enabled: bool) -> EndpointUpdate {
    EndpointUpdate { enabled: Some(enabled), ..EndpointUpdate::default() }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_comes_second_decides_again() {
    let world = World::new();
    let (id, _) = endpoint(&world).await;
    let conflict = || ApplyError::Conflict(Guard::Endpoint);
    world.store.fail_next_apply(conflict());
    world.store.fail_next_apply(conflict());
    let wish = EndpointUpdate { ordered: Some(true), ..EndpointUpdate::default() };
    let changed = endpoints::update(&world.ports, &caller(), id, wish.clone()).await.unwrap();
    assert!(changed.ordered && stored(&world, id).is_ordered);
    assert_eq!(stored(&world, id).version, 2);
    for _ in 0..10 {
        world.store.fail_next_apply(conflict());
    }
    let given_up = endpoints::update(&world.ports, &caller(), id, wish).await;
    assert_eq!(given_up.unwrap_err(), Error::Contended);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_names_nothing_writes_nothing() {
    let world = World::new();
    let (id, _) = endpoint(&world).await;
    let wish = EndpointUpdate::default();
    endpoints::update(&world.ports, &caller(), id, wish).await.unwrap();
    assert_eq!(stored(&world, id).version, 1);
}

#[tokio::test(start_paused = true)]
async fn enabling_forgets_failures_and_sends_what_waited() {
    let world = World::new();
    let (id, _) = endpoint(&world).await;
    world.receiver.script(URL, (0..10).map(|_: i32| Ok(RecordingSender::status(500))));
    for _ in 0..12 {
        world.created().await;
    }
    world.deliver_all().await;
    let queue = |world: &World| world.store.tables().queues[&id].state;
    assert_eq!(queue(&world).consecutive_failures, 10);

    let endpoint = stored(&world, id);
    let at = endpoint.created_at;
    let disabled = Some(Disabled { reason: DisabledReason::Failing, at });
    let endpoint = Endpoint { disabled, version: endpoint.version + 1, ..endpoint };
    world.store.apply(&[Change::UpdateEndpoint(endpoint)]).await.unwrap();
    // The merchant's word does not hide why it was disabled before.
    let still = endpoints::update(&world.ports, &caller(), id, enabled(false)).await.unwrap();
    assert_eq!(still.disabled_reason.as_deref(), Some("FAILING"));
    assert_eq!(queue(&world).consecutive_failures, 10);

    endpoints::update(&world.ports, &caller(), id, enabled(true)).await.unwrap();
    assert_eq!(queue(&world).consecutive_failures, 0);
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 12);
    tokio::time::sleep(Duration::from_mins(1)).await;
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 22);
}

#[tokio::test(start_paused = true)]
async fn another_address_is_tried_at_once() {
    let world = World::new();
    let (id, _) = endpoint(&world).await;
    world.receiver.script(URL, (0..10).map(|_: i32| Ok(RecordingSender::status(500))));
    for _ in 0..12 {
        world.created().await;
    }
    world.deliver_all().await;
    assert_eq!(world.receiver.sent().len(), 10);
    let other = "https://shop.example/other";
    let wish = EndpointUpdate { url: Some(other.to_owned()), ..EndpointUpdate::default() };
    endpoints::update(&world.ports, &caller(), id, wish).await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.receiver.sent_to(other).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_has_replaced_another_is_written_as_the_only_one() {
    let world = World::new();
    let (id, first) = endpoint(&world).await;
    let rotated = endpoints::rotate_secret(&world.ports, &caller(), id, Some(1)).await.unwrap();
    let secrets = stored(&world, id).secrets;
    assert_eq!(secrets.current.expose_secret(), first);
    assert_eq!(secrets.next.unwrap().secret.expose_secret(), rotated.secret);
    tokio::time::sleep(Duration::from_hours(1)).await;
    let promoted = endpoints::promote_secret(&world.ports, &caller(), id).await;
    assert!(matches!(promoted.unwrap_err(), Error::EndpointState(_)));

    endpoints::update(&world.ports, &caller(), id, enabled(false)).await.unwrap();
    let secrets = stored(&world, id).secrets;
    assert_eq!(secrets.current.expose_secret(), rotated.secret);
    assert!(secrets.next.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_promoted_secret_is_the_only_one() {
    let world = World::new();
    let (id, _) = endpoint(&world).await;
    let rotated = endpoints::rotate_secret(&world.ports, &caller(), id, None).await.unwrap();
    endpoints::promote_secret(&world.ports, &caller(), id).await.unwrap();
    let secrets = stored(&world, id).secrets;
    assert_eq!(secrets.current.expose_secret(), rotated.secret);
    assert!(secrets.next.is_none());
}
