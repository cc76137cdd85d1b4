#![doc = include_str!("../README.md")]

pub mod bans;
pub mod dialects;
pub mod keys;
pub mod limits;
pub mod serve;

mod account;
mod admin;
mod announce;
mod answer;
mod assets;
mod audio;
mod auth;
mod body;
mod callbacks;
mod days;
mod docs;
mod extras;
mod fields;
mod files;
mod gate;
mod generations;
mod health;
mod hints;
mod hold;
mod idempotency;
mod jobs;
mod library;
mod links;
mod models;
mod notation;
mod openapi;
mod range;
mod routes;
mod session;
mod submit;
mod target;
mod tasks;
mod tools;
mod webhooks;
mod window;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::response::Response;
use spool_domain::resident::Book;
use spool_engine::Engine;
use spool_engine::signature::{BadKey, Signer};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use self::serve::serve;

use self::auth::Rows;
use self::bans::{BanRule, Bans};
use self::dialects::Dialects;
use self::limits::{Limits, RateLimit};
use self::session::Sessions;

/// What all requests share.
pub struct Api {
    engine: Engine,
    signer: Signer,
    sessions: Sessions,
    limits: Limits,
    bans: Option<Bans>,
    dialects: Dialects,
    rows: Rows,
    places: Semaphore,
    large_places: Semaphore,
    upload_places: Semaphore,
    /// One report at a time: each reads much, and customers read through the same few connections.
    reports: Semaphore,
    stopping: CancellationToken,
    /// The address that this server listens at, as a URL without trailing slash.
    base: OnceLock<String>,
    book: OnceLock<Arc<dyn Book>>,
}

impl Api {
    /// The API over an engine. Without a rate limit, requests are not counted and `X-RateLimit-*` is left out; with
    /// one, the tasks dialect also bans as its contract says.
    ///
    /// Asset URLs are signed with a key derived from the server's own.
    pub fn new(engine: Engine, rate_limit: Option<RateLimit>) -> Result<Arc<Self>, BadKey> {
        Self::with_bans(engine, rate_limit, rate_limit.map(|_| BanRule::default()))
    }

    /// The same with a rule of one's own for the tasks dialect, or with none.
    pub fn with_bans(
        engine: Engine,
        rate_limit: Option<RateLimit>,
        ban_rule: Option<BanRule>,
    ) -> Result<Arc<Self>, BadKey> {
        Self::with(engine, rate_limit, ban_rule, Dialects::default())
    }

    /// The same with the dialects set up in one's own way.
    pub fn with(
        engine: Engine,
        rate_limit: Option<RateLimit>,
        ban_rule: Option<BanRule>,
        dialects: Dialects,
    ) -> Result<Arc<Self>, BadKey> {
        let signer = Signer::of_assets(engine.key())?;
        let sessions = Sessions::of(&engine);
        let (limits, bans) = (Limits::new(rate_limit), ban_rule.map(Bans::new));
        Ok(Arc::new(Self {
            engine,
            signer,
            sessions,
            limits,
            bans,
            dialects,
            rows: Rows::default(),
            places: Semaphore::new(gate::PLACES),
            large_places: Semaphore::new(gate::LARGE_PLACES),
            upload_places: Semaphore::new(gate::UPLOAD_PLACES),
            reports: Semaphore::new(1),
            stopping: CancellationToken::new(),
            base: OnceLock::new(),
            book: OnceLock::new(),
        }))
    }

    /// Hands in the sandbox's own book, so that the audit can hold its bill against our cost entries. Once; a second
    /// one is not taken.
    pub fn audits_against(&self, book: Arc<dyn Book>) {
        let _ = self.book.set(book);
    }

    /// Cancel this to stop: `/readyz` says no, waiting requests answer at once, and `serve` comes to its end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }
}

/// The operator's routes alone, for whoever may open the data folder: nobody is asked for a key, and the log names
/// `console`. To be served where only the operator can reach it.
pub fn console(api: &Arc<Api>) -> Router {
    routes::console(api)
}

/// What is answered where there is nothing, for what the gateway adds of its own.
pub fn nothing_here() -> Response {
    routes::nothing_here()
}

/// All routes. What the gateway adds of its own can be merged in.
pub fn router(api: &Arc<Api>) -> Router {
    routes::router(api)
}
