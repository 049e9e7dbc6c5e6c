//! The store of a calm world keeps the contract of every store.

use std::sync::Arc;

use payment_ports::{store::Store, store_contract};

async fn in_a_calm_world(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    test(&worlds::play::calm_store()).await;
}

store_contract!(in_a_calm_world);
