//! What an operator can set about the engine. Defaults and reasons stand in `config.default.toml`.

use std::sync::Arc;

use spool_domain::catalogue::Routing;
use spool_domain::money::MicroUsd;
use spool_domain::webhook::LADDER_MS;

use crate::address::Allow;

/// What happens to a finished job's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assets {
    /// They are copied into our store before the job counts as succeeded.
    Store,
    /// The provider's URLs are recorded and handed on. In-process results and inline files are stored all the same.
    Pass,
}

/// The engine's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many jobs this node works on at once: calls on the wire and copies being made.
    pub workers: usize,
    /// The most of them that one account may keep busy; 0 leaves an eighth to others (O3).
    pub workers_per_account: usize,
    /// In which order the routes of a model are tried, where neither the model nor the caller says otherwise.
    pub routing: Routing,
    /// How long a lease lasts without a sign of life, milliseconds.
    pub lease_ms: u64,
    /// From this price on, an unknown outcome waits for an operator (U16).
    pub operator_from: MicroUsd,
    /// From this price on, a submit opens a connection of its own (U10).
    pub fresh_connection_from: MicroUsd,
    /// How many times in a row a provider may leave its answer longer than this, milliseconds: the longest wait
    /// of a queued job before it is given up (J4).
    pub queue_stay_max_ms: u64,
    /// The longest reconciliation before the outcome counts as unknown for good, milliseconds (J4).
    pub reconcile_stay_max_ms: u64,
    /// The quiet period's floor, milliseconds (U5).
    pub quiet_ms: u64,
    /// How many jobs an account may have open in one mode, where its row does not say otherwise (O2); 0: any
    /// number.
    pub open_jobs_max: u32,
    /// What happens to files.
    pub assets: Assets,
    /// The largest result file, bytes.
    pub result_bytes_max: u64,
    /// The largest file that a caller may upload or have fetched, bytes.
    pub upload_bytes_max: u64,
    /// How much an account's uploaded files may take together, bytes; 0 for as much as the disk holds.
    pub stored_upload_bytes_per_account: u64,
    /// The largest file that a parameter takes, where its model does not say, bytes.
    pub input_bytes_max: u64,
    /// The largest JSON body of a call that orders work, bytes: it may hold files as `data:` URIs.
    pub body_bytes_max: u64,
    /// Addresses that result URLs may point to although they are not public.
    pub allow: Arc<Allow>,
    /// Whether result URLs may be plain http. Addresses on the allow list may in any case.
    pub http_allowed: bool,
    /// Pauses before the tries at a registered webhook endpoint, milliseconds (W3).
    pub webhook_pauses_ms: Arc<[u64]>,
    /// This server's address as providers and clients see it, without trailing slash, if it has one.
    pub public_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: 1024,
            workers_per_account: 0,
            routing: Routing::Order,
            lease_ms: 30_000,
            operator_from: MicroUsd(1_000_000),
            fresh_connection_from: MicroUsd(250_000),
            queue_stay_max_ms: 3_600_000,
            reconcile_stay_max_ms: 900_000,
            quiet_ms: 60_000,
            open_jobs_max: 10_000,
            assets: Assets::Store,
            result_bytes_max: 2 << 30,
            upload_bytes_max: 256 << 20,
            stored_upload_bytes_per_account: 10 << 30,
            input_bytes_max: 100 << 20,
            body_bytes_max: 32 << 20,
            allow: Arc::new(Allow::default()),
            http_allowed: false,
            webhook_pauses_ms: Arc::new(LADDER_MS),
            public_url: None,
        }
    }
}

impl Settings {
    /// The most workers that one account may keep busy.
    pub fn share(&self) -> usize {
        match self.workers_per_account {
            0 => self.workers - self.workers / 8,
            share => share,
        }
    }
}
