//! The operator's calls: accounts, keys, credit, jobs of everybody, the log of what operators did, the books.
//!
//! One implementation for all ways in: over HTTP with a key that has the permission `admin`, over the running
//! server's socket, and in the process of a command while no server runs. The last two need no key, since whoever
//! may open the data folder may do all of it anyway.

mod accounts;
mod books;
mod bounds;
mod credentials;
mod decisions;
mod jobs;
mod keys;
mod limits;
mod log;
mod performance;
mod providers;
mod usage;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde_json::{Map, Value, json};
use spool_domain::fault::{Fault, Kind};
use spool_domain::operator::Note;
use spool_domain::scope::Scope;
use spool_domain::store;

pub(crate) use self::jobs::PHASES;
use crate::auth::Entry;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, body};

/// What all of these calls need.
const OPERATE: Need = Need::of(Scope::Admin);

/// A page has so many lines unless the caller says otherwise.
const PAGE: u32 = 50;

/// All of them.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    [
        accounts::ROUTES,
        keys::ROUTES,
        jobs::ROUTES,
        decisions::ROUTES,
        bounds::ROUTES,
        providers::ROUTES,
        credentials::ROUTES,
        log::ROUTES,
        books::ROUTES,
        usage::ROUTES,
        performance::ROUTES,
        limits::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// A line of a table of routes.
const fn route(
    method: http::Method,
    path: &'static str,
    call: fn(std::sync::Arc<Api>, Entry, Request) -> Answering,
) -> Route {
    Route { method, path, answer: Answer::Keyed(OPERATE, call), refuse: answer::refuse }
}

/// A page of a list, newest first.
#[derive(Serialize)]
struct Page<T> {
    items: Vec<T>,
    /// What to give as `before` for the page behind this one; null on the last.
    next: Option<String>,
}

impl<T> Page<T> {
    /// The page of as many rows as `limit` allows, out of rows that were asked for one more.
    fn of<R>(mut rows: Vec<R>, limit: u32, cursor: impl Fn(&R) -> String, show: impl Fn(R) -> T) -> Self {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { items: rows.into_iter().map(show).collect(), next }
    }
}

/// The part of the path behind the name of the collection: `/admin/v1/accounts/{id}/…`.
fn id(parts: &Parts) -> &str {
    parts.uri.path().split('/').nth(4).unwrap_or_default()
}

/// The head, and the whole body.
async fn read(request: Request<Body>) -> Result<(Parts, Bytes), Fault> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts, body).await?;
    Ok((parts, bytes))
}

/// A line for the log, by whoever asks.
fn note(api: &Api, entry: &Entry, action: &'static str, subject: String, detail: Value) -> Note {
    let detail = match detail {
        Value::Object(detail) => detail,
        _ => Map::new(),
    };
    Note { actor: entry.caller.key.0.clone(), action, subject, detail, at: api.engine.clock().now() }
}

fn ok(body: &impl Serialize) -> Result<Response, Fault> {
    Ok(answer::json(StatusCode::OK, body))
}

fn created(body: &impl Serialize) -> Result<Response, Fault> {
    Ok(answer::json(StatusCode::CREATED, body))
}

/// A failed database is our fault, and its text is for the log.
fn broken(error: store::Error) -> Fault {
    tracing::error!(error = %error, "the store failed: {error}");
    Kind::Internal.into()
}

fn missing(what: &str, id: &str) -> Fault {
    let shown: String = id.chars().take(40).collect();
    Fault::new(Kind::NotFound, format!("there is no {what} {shown}"))
}

/// What a list shows of a mode's balance.
fn money(balance: store::Balance) -> Value {
    json!({ "available_usd": balance.available.to_string(), "held_usd": balance.held.to_string() })
}
