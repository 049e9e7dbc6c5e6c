//! What merchants look up about webhooks in a store that fails.

use async_trait::async_trait;
use payment_core::id::{DeliveryId, EndpointId};
use payment_ports::{
    store::{DeliveryFilter, EventFilter, StoreError, WebhookReads},
    webhook::{Delivery, DeliveryAttempt, OutboxEvent, Recoverable, Recovery},
};

use crate::store::SimStore;

#[async_trait]
impl WebhookReads for SimStore {
    async fn merchant_events(&self, filter: &EventFilter) -> Result<Vec<OutboxEvent>, StoreError> {
        self.call(self.world.memory.merchant_events(filter)).await
    }

    async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        self.call(self.world.memory.deliveries(filter)).await
    }

    async fn delivery_attempts(
        &self,
        deliveries: &[DeliveryId],
    ) -> Result<Vec<DeliveryAttempt>, StoreError> {
        self.call(self.world.memory.delivery_attempts(deliveries)).await
    }

    async fn recoveries(&self, endpoint: EndpointId) -> Result<Vec<Recovery>, StoreError> {
        self.call(self.world.memory.recoveries(endpoint)).await
    }

    async fn open_recoveries(&self, limit: u64) -> Result<Vec<Recovery>, StoreError> {
        self.call(self.world.memory.open_recoveries(limit)).await
    }

    async fn recoverable(
        &self,
        recovery: &Recovery,
        limit: u64,
    ) -> Result<Vec<Recoverable>, StoreError> {
        self.call(self.world.memory.recoverable(recovery, limit)).await
    }
}
