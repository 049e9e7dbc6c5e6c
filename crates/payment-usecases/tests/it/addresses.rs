//! Addresses that merchants name.

use std::sync::Arc;

use payment_core::id::Mode;
use payment_ports::fakes::ScriptedAddresses;
use payment_usecases::{
    authorize::{Authorize, authorize},
    caller::Caller,
    endpoints::{self, NewEndpoint},
    error::{Error, InvalidField},
};

use crate::support::{World, caller, card};

const INSIDE: &str = "https://inside.example/";

/// A world where that address may not be named in that mode.
fn world(mode: Mode) -> World {
    let mut world = World::new();
    world.ports.addresses = Arc::new(ScriptedAddresses::new().refusing(INSIDE, mode, "is ours"));
    world
}

fn endpoint() -> NewEndpoint {
    NewEndpoint { url: INSIDE.to_owned(), ..NewEndpoint::default() }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_at_an_address_that_the_check_refuses_is_refused_with_its_reason() {
    let world = world(Mode::Live);
    let live = Caller { mode: Mode::Live, ..caller() };
    let refused = endpoints::create(&world.ports, &live, endpoint()).await.unwrap_err();
    assert_eq!(refused, InvalidField::new("url", "is ours", INSIDE).into());
    assert!(world.store.tables().endpoints.is_empty());
    endpoints::create(&world.ports, &caller(), endpoint()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_return_url_that_the_check_refuses_is_refused_with_its_reason() {
    let world = world(Mode::Test);
    let payment = world.created().await;
    for url in [INSIDE, "https://inside.example/#/thanks"] {
        let wish = Authorize { return_url: Some(url.to_owned()), ..card(payment) };
        let refused = authorize(&world.ports, &caller(), wish).await.unwrap_err();
        assert_eq!(refused, Error::from(InvalidField::new("returnUrl", "is ours", url)));
    }
    assert_eq!(world.provider.journal().len(), 0);
}
