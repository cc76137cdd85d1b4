#![doc = include_str!("../README.md")]

pub mod bans;
pub mod dialects;
pub mod keys;
pub mod limits;
pub mod serve;

mod answer;
mod assets;
mod audio;
mod auth;
mod body;
mod callbacks;
mod extras;
mod gate;
mod generations;
mod health;
mod hints;
mod hold;
mod idempotency;
mod jobs;
mod links;
mod models;
mod notation;
mod openapi;
mod range;
mod routes;
mod submit;
mod tasks;

use std::sync::Arc;

use axum::Router;
use spool_engine::Engine;
use spool_engine::signature::{BadKey, Key, Signer};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use self::serve::serve;

use self::auth::Rows;
use self::bans::{BanRule, Bans};
use self::dialects::Dialects;
use self::limits::{Limits, RateLimit};

/// What all requests share.
pub struct Api {
    engine: Engine,
    signer: Signer,
    limits: Option<Limits>,
    bans: Option<Bans>,
    dialects: Dialects,
    rows: Rows,
    places: Semaphore,
    stopping: CancellationToken,
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
        let signer = Signer::new(Key::new("1", &engine.key().derive("asset-url"))?, None)?;
        let (limits, bans) = (rate_limit.map(Limits::new), ban_rule.map(Bans::new));
        let (rows, places, stopping) =
            (Rows::default(), Semaphore::new(gate::PLACES), CancellationToken::new());
        Ok(Arc::new(Self { engine, signer, limits, bans, dialects, rows, places, stopping }))
    }

    /// Cancel this to stop: `/readyz` says no, waiting requests answer at once, and `serve` comes to its end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }
}

/// All routes. What the gateway adds of its own can be merged in.
pub fn router(api: &Arc<Api>) -> Router {
    routes::router(api)
}
