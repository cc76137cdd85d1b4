//! An account's jobs for whoever looks through them, whatever dialect made them: a list with filters, one job with all
//! that is known of it, and the keys to filter by. `docs/library.md` is its page for callers.

mod ask;
mod given;
mod item;
mod request;
mod whole;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Serialize;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AssetId, JobId, KeyId};
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::library::Found;
use spool_domain::scope::Scope;
use spool_domain::store::{self, KeyRow};

use self::item::{Item, Sight};
use crate::auth::Entry;
use crate::fields::Fields;
use crate::links::Links;
use crate::notation::iso;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer};

/// The most keys that are listed: more than a filter is chosen from.
const KEYS_MAX: u32 = 1_000;

/// What this part serves.
pub(crate) const ROUTES: &[Route] = &[
    route("/v1/library", Scope::JobsRead, |api, entry, request| {
        Box::pin(async move { Box::pin(list(&api, &entry, &request.into_parts().0)).await })
    }),
    route("/v1/library/{id}", Scope::JobsRead, |api, entry, request| {
        Box::pin(async move { Box::pin(whole::show(&api, &entry, &request.into_parts().0)).await })
    }),
    route("/v1/keys", Scope::AccountRead, |api, entry, request| {
        Box::pin(async move { keys(&api, &entry, &request.into_parts().0).await })
    }),
];

const fn route(path: &'static str, scope: Scope, show: fn(Arc<Api>, Entry, Request) -> Answering) -> Route {
    let answer = Answer::Keyed(Need::of(scope), show);
    Route { method: Method::GET, path, answer, refuse: answer::refuse }
}

/// A list; `next` is for `before` of the next page, and none on the last.
#[derive(Serialize)]
struct Page<T> {
    object: &'static str,
    data: Vec<T>,
    next: Option<JobId>,
}

#[derive(Serialize)]
struct Keys {
    object: &'static str,
    data: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    id: KeyId,
    name: String,
    last4: String,
    created_at: String,
    revoked_at: Option<String>,
}

async fn list(api: &Arc<Api>, entry: &Entry, request: &Parts) -> Result<Response, Fault> {
    let asked = ask::read(request.uri.query(), &api.engine.catalogue())?;
    let (account, mode) = (entry.caller.account, entry.caller.mode);
    let store = api.engine.store();
    let found =
        store.library(account, mode, asked.filter, asked.before, asked.limit).await.map_err(broken)?;
    let Found { jobs, next } = found;
    let names = names(api, &jobs).await?;
    let gone = gone(api, &jobs).await?;
    let links = Links::new(api, &request.headers);
    let sight = Sight { catalogue: &api.engine.catalogue(), names: &names, gone: &gone, links: &links };
    let data: Vec<Item> = jobs.iter().map(|job| sight.item(job)).collect();
    Ok(answer::json(StatusCode::OK, &Page { object: "list", data, next }))
}

async fn keys(api: &Api, entry: &Entry, request: &Parts) -> Result<Response, Fault> {
    Fields::query(request.uri.query(), &[])?;
    let (account, mode) = (entry.caller.account, entry.caller.mode);
    let rows = api.engine.store().keys_of_mode(account, mode, KEYS_MAX).await.map_err(broken)?;
    let key = |row: KeyRow| Key {
        id: row.id,
        name: row.name,
        last4: row.last4,
        created_at: iso(row.created_at),
        revoked_at: row.revoked_at.map(iso),
    };
    let data = rows.into_iter().map(key).collect();
    Ok(answer::json(StatusCode::OK, &Keys { object: "list", data }))
}

/// The names of the keys that jobs were ordered with. A page has few different ones.
async fn names(api: &Api, jobs: &[Job]) -> Result<HashMap<KeyId, String>, Fault> {
    let mut names = HashMap::new();
    for job in jobs {
        if !names.contains_key(&job.key)
            && let Some(row) = api.engine.store().key(&job.key).await.map_err(broken)?
        {
            names.insert(row.id, row.name);
        }
    }
    Ok(names)
}

/// The results among those of some jobs whose files are not there any more.
async fn gone(api: &Api, jobs: &[Job]) -> Result<HashSet<AssetId>, Fault> {
    let assets: Vec<AssetId> = jobs.iter().flat_map(results).filter_map(|one| one.asset).collect();
    if assets.is_empty() {
        return Ok(HashSet::new());
    }
    let gone = api.engine.store().assets_gone(assets).await.map_err(broken)?;
    Ok(gone.into_iter().collect())
}

/// What a job made.
fn results(job: &Job) -> &[Stored] {
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => stored,
        _ => &[],
    }
}

/// A failed database is our fault, and its text is for the log.
fn broken(error: store::Error) -> Fault {
    tracing::error!(error = %error, "a library could not be read: {error}");
    Kind::Internal.into()
}
