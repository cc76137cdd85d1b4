//! The port to the outbox: endpoints, messages waiting to be delivered, and what became of them. A part of `Store`,
//! because a message is written in the transaction of the step that it tells about (W1).

use async_trait::async_trait;

use crate::ids::{AccountId, DeliveryId, EndpointId, JobId};
use crate::job::Job;
use crate::order::{Callback, Manner, Mode};
use crate::store::Error;
use crate::time::Timestamp;
use crate::webhook::{Health, News, Verdict};

/// News of a job, written with the step that makes it. The store adds one delivery for each registered endpoint that
/// hears it, and one for the job's own callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// What is told.
    pub news: News,
    /// The job's own callback, if it hears this: scheme, host and port of its address, and its manner.
    pub callback: Option<(String, Manner)>,
}

/// One version of a secret. Secrets are derived from the server's own key, so none is ever stored (W2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretVersion {
    /// 1, 2, 3 …
    pub version: u32,
    /// Since when it signs; the one before it signs along for a day more.
    pub since: Timestamp,
}

/// A registered endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose.
    pub account: AccountId,
    /// Which world's news it hears.
    pub mode: Mode,
    /// Where it is.
    pub url: String,
    /// What it hears.
    pub events: Vec<News>,
    /// What its owner calls it.
    pub description: String,
    /// Its secret.
    pub secret: SecretVersion,
    /// When it was made.
    pub created_at: Timestamp,
    /// When and why it was switched off, if it is.
    pub disabled: Option<(Timestamp, String)>,
    /// How it has been doing.
    pub health: Health,
    /// Until when nothing is sent to it, if its breaker is open.
    pub paused_until: Option<Timestamp>,
}

/// What may be changed of an endpoint; none leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointPatch {
    /// Another address.
    pub url: Option<String>,
    /// Other news.
    pub events: Option<Vec<News>>,
    /// Another name.
    pub description: Option<String>,
    /// Switched on (with a clean record) or off by its owner.
    pub enabled: Option<bool>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It will be tried.
    Pending,
    /// It arrived.
    Delivered,
    /// It was given up.
    Failed,
    /// A newer state of the same job made it stale before it was sent.
    Dropped,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Dropped];

    /// The word in requests, answers and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// One message to one receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id in lists.
    pub id: DeliveryId,
    /// The id of the message, the same at every try and for every receiver (W2).
    pub message: String,
    /// The registered endpoint; none for a job's own callback.
    pub endpoint: Option<EndpointId>,
    /// The job it tells about; none for a test.
    pub job: Option<JobId>,
    /// What it tells.
    pub news: News,
    /// The number of the job's event that it tells about (W5); 0 for a test.
    pub sequence: u32,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried next.
    pub due: Option<Timestamp>,
    /// How often it was tried since it was made or replayed.
    pub tries: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was delivered, given up or dropped.
    pub ended_at: Option<Timestamp>,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// How long it took, milliseconds.
    pub took_ms: u32,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// A short word for why there was none.
    pub trouble: Option<String>,
    /// The first kilobyte of the answer.
    pub answer: String,
}

/// A delivery that this node is to try now.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The delivery; `tries` does not count the coming one.
    pub delivery: Delivery,
    /// Whose.
    pub account: AccountId,
    /// Which world.
    pub mode: Mode,
    /// The job as it stands, if the message is about one.
    pub job: Option<Box<Job>>,
    /// Where to.
    pub target: Target,
    /// How the receiver has been doing.
    pub health: Health,
}

/// Where a delivery goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A registered endpoint.
    Endpoint {
        /// Its address.
        url: String,
        /// Its secret.
        secret: SecretVersion,
    },
    /// A job's own callback.
    Callback {
        /// Its address and manner.
        callback: Callback,
        /// The account's secret for callbacks, if it has one.
        secret: Option<SecretVersion>,
    },
}

/// What a claim of deliveries found.
#[derive(Debug, Default)]
pub struct Sendings {
    /// Due ones, now this node's until the lease lapses.
    pub due: Vec<Sending>,
    /// When the next one is due, if any.
    pub next_due: Option<Timestamp>,
}

/// Which deliveries are asked for.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// Only of this endpoint.
    pub endpoint: Option<EndpointId>,
    /// Only about this job.
    pub job: Option<JobId>,
    /// Only in this state.
    pub state: Option<DeliveryState>,
    /// Only made at or after this moment.
    pub from: Option<Timestamp>,
    /// Only made before this moment.
    pub to: Option<Timestamp>,
}

/// The most endpoints of one account in one mode.
pub const ENDPOINTS_MAX: usize = 20;

/// The outbox. Whatever belongs to another account or mode is not there (S9).
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Keeps a new endpoint; false if the account has `ENDPOINTS_MAX` in this mode.
    async fn create_endpoint(&self, endpoint: Endpoint) -> Result<bool, Error>;

    /// One endpoint.
    async fn endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, Error>;

    /// All endpoints of an account, oldest first.
    async fn endpoints(&self, account: AccountId, mode: Mode) -> Result<Vec<Endpoint>, Error>;

    /// Whether there is any endpoint at all.
    async fn has_endpoints(&self) -> Result<bool, Error>;

    /// Changes an endpoint; the changed one, if it is there.
    async fn update_endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
        patch: EndpointPatch,
    ) -> Result<Option<Endpoint>, Error>;

    /// Removes an endpoint and gives up what it has not heard; whether it was there. Its deliveries stay listed.
    async fn remove_endpoint(&self, account: AccountId, mode: Mode, id: EndpointId) -> Result<bool, Error>;

    /// Gives an endpoint a new secret; the changed one, if it is there.
    async fn rotate_endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, Error>;

    /// The account's secret for callbacks, if it has one.
    async fn callback_secret(&self, account: AccountId, mode: Mode) -> Result<Option<SecretVersion>, Error>;

    /// Gives the account its next secret for callbacks: the first, or one that replaces the present.
    async fn next_callback_secret(&self, account: AccountId, mode: Mode) -> Result<SecretVersion, Error>;

    /// Takes the secret away: callbacks are not signed any more. Versions go on counting.
    async fn drop_callback_secret(&self, account: AccountId, mode: Mode) -> Result<bool, Error>;

    /// Queues a test message for an endpoint; none if it is not there.
    async fn test_endpoint(
        &self,
        account: AccountId,
        mode: Mode,
        id: EndpointId,
        message: String,
    ) -> Result<Option<DeliveryId>, Error>;

    /// Deliveries, newest first, at most `limit` (stores cap it at 100), those before `before`.
    async fn deliveries(
        &self,
        account: AccountId,
        mode: Mode,
        filter: DeliveryFilter,
        limit: u32,
        before: Option<DeliveryId>,
    ) -> Result<Vec<Delivery>, Error>;

    /// One delivery and its tries, oldest first.
    async fn delivery(
        &self,
        account: AccountId,
        mode: Mode,
        id: DeliveryId,
    ) -> Result<Option<(Delivery, Vec<Try>)>, Error>;

    /// Makes deliveries that are over pending again, under their message's id (W4), oldest first, at most 1,000 in
    /// one go; how many. Those to removed endpoints are left alone.
    async fn replay(
        &self,
        account: AccountId,
        mode: Mode,
        only: Option<DeliveryId>,
        filter: DeliveryFilter,
    ) -> Result<u32, Error>;

    /// Leases due deliveries to this node: at most `limit`, and at most `per_receiver` under way at one receiver;
    /// none to one whose breaker is open (W6). Stale ones of a callback that hears everything are dropped, and two of
    /// the same job are never under way at once.
    async fn claim_deliveries(&self, limit: u32, per_receiver: u32, lease_ms: u64)
    -> Result<Sendings, Error>;

    /// Writes a try and what follows from it, for the delivery and for its receiver.
    async fn tried(&self, delivery: DeliveryId, tried: Try, verdict: Verdict) -> Result<(), Error>;

    /// Forgets deliveries that ended before a moment, at most some hundreds; how many.
    async fn prune_deliveries(&self, before: Timestamp) -> Result<u32, Error>;
}
