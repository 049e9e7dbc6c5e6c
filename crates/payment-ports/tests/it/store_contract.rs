//! The store in memory keeps the contract of every store.

use std::sync::Arc;

use payment_ports::{fakes::MemoryStore, store::Store, store_contract};

async fn in_memory(test: impl AsyncFnOnce(&Arc<dyn Store>)) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    test(&store).await;
}

store_contract!(in_memory);
