//! The outbox: receivers, messages, and how they went. Written with the steps they tell about (W1).

mod announce;
mod claim;
mod deliveries;
mod endpoints;

use async_trait::async_trait;
use spool_domain::ids::{AccountId, DeliveryId, EndpointId};
use spool_domain::order::Mode;
use spool_domain::outbox::{
    Delivery, DeliveryFilter, Endpoint, EndpointPatch, Outbox, SecretVersion, Sendings, Try,
};
use spool_domain::store::Error;
use spool_domain::time::Timestamp;
use spool_domain::webhook::Verdict;

pub(super) use self::announce::announce;
pub(super) use self::claim::take_over;
use super::Sqlite;

#[async_trait]
impl Outbox for Sqlite {
    async fn create_endpoint(&self, endpoint: Endpoint) -> Result<bool, Error> {
        self.write(move |db| endpoints::create(db, &endpoint)).await
    }

    async fn endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, Error> {
        self.read(move |db| endpoints::one(db, account, mode, id)).await
    }

    async fn endpoints(&self, account: AccountId, mode: Mode) -> Result<Vec<Endpoint>, Error> {
        self.read(move |db| endpoints::list(db, account, mode, None)).await
    }

    async fn has_endpoints(&self) -> Result<bool, Error> {
        self.read(endpoints::any).await
    }

    async fn update_endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
        patch: EndpointPatch,
    ) -> Result<Option<Endpoint>, Error> {
        let now = self.now();
        self.write(move |db| endpoints::update(db, now, account, mode, id, &patch)).await
    }

    async fn remove_endpoint(&self, account: AccountId, mode: Mode, id: EndpointId) -> Result<bool, Error> {
        let now = self.now();
        self.write(move |db| endpoints::remove(db, now, account, mode, id)).await
    }

    async fn rotate_endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, Error> {
        let now = self.now();
        self.write(move |db| endpoints::rotate(db, now, account, mode, id)).await
    }

    async fn callback_secret(&self, account: AccountId, mode: Mode) -> Result<Option<SecretVersion>, Error> {
        self.read(move |db| endpoints::callback_secret(db, account, mode)).await
    }

    async fn next_callback_secret(&self, account: AccountId, mode: Mode) -> Result<SecretVersion, Error> {
        let now = self.now();
        self.write(move |db| endpoints::next_callback_secret(db, now, account, mode)).await
    }

    async fn drop_callback_secret(&self, account: AccountId, mode: Mode) -> Result<bool, Error> {
        self.write(move |db| endpoints::drop_callback_secret(db, account, mode)).await
    }

    async fn test_endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
        message: String,
    ) -> Result<Option<DeliveryId>, Error> {
        let now = self.now();
        self.write(move |db| announce::test(db, now, account, mode, id, &message)).await
    }

    async fn deliveries(
        &self,
        account: AccountId,
        mode: Mode,
        filter: DeliveryFilter,
        limit: u32,
        before: Option<DeliveryId>,
    ) -> Result<Vec<Delivery>, Error> {
        self.read(move |db| deliveries::list(db, account, mode, &filter, limit, before)).await
    }

    async fn delivery(
        &self,
        account: AccountId,
        mode: Mode,
        id: DeliveryId,
    ) -> Result<Option<(Delivery, Vec<Try>)>, Error> {
        self.read(move |db| deliveries::one(db, account, mode, id)).await
    }

    async fn replay(
        &self,
        account: AccountId,
        mode: Mode,
        only: Option<DeliveryId>,
        filter: DeliveryFilter,
    ) -> Result<u32, Error> {
        let now = self.now();
        self.write(move |db| deliveries::replay(db, now, account, mode, only, &filter)).await
    }

    async fn claim_deliveries(
        &self,
        limit: u32,
        per_receiver: u32,
        lease_ms: u64,
    ) -> Result<Sendings, Error> {
        let now = self.now();
        self.write(move |db| claim::claim(db, now, limit, per_receiver, lease_ms)).await
    }

    async fn tried(&self, delivery: DeliveryId, tried: Try, verdict: Verdict) -> Result<(), Error> {
        let now = self.now();
        self.write(move |db| deliveries::tried(db, now, delivery, &tried, &verdict)).await
    }

    async fn prune_deliveries(&self, before: Timestamp) -> Result<u32, Error> {
        self.write(move |db| deliveries::prune(db, before)).await
    }
}
