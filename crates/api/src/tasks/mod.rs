//! The tasks dialect: one pair of calls to create and to poll, models named `vendor/name`, every body in an
//! envelope `{code, success, data}`. `docs/dialects/tasks.md` is its page for callers.

mod account;
mod codes;
mod decode;
mod output;
mod resources;
mod translate;
mod upload;
mod wire;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::Value;
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::Job;
use spool_domain::order::Manner;
use spool_domain::scope::Scope;
use spool_domain::store::Page;

use self::codes::refuse;
pub(crate) use self::output::transcript;
pub(crate) use self::translate::LABEL;
use self::wire::Envelope;
use crate::auth::Entry;
use crate::extras::{dry_run, note_replay};
use crate::hold::whole;
use crate::links::Links;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, body, hints, idempotency, target};

pub(crate) const COLLECTION: &str = "/v1/tasks";

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[
    route(Method::POST, COLLECTION, Scope::ModelsRun, create),
    route(Method::GET, COLLECTION, Scope::JobsRead, list),
    route(Method::GET, "/v1/tasks/{task_id}", Scope::JobsRead, fetch),
    route(Method::GET, "/account", Scope::AccountRead, account::show),
    route(Method::GET, resources::PATH, Scope::ModelsRead, resources::show),
    // Not counted towards the ban: the service that the contract comes from has its files on a host of their own.
    Route {
        method: Method::PUT,
        path: "/upload",
        answer: Answer::Keyed(Need::of(Scope::FilesWrite), upload::put),
        refuse: upload::refuse,
    },
];

const fn route(
    method: Method,
    path: &'static str,
    scope: Scope,
    answer: fn(Arc<Api>, Entry, Request) -> Answering,
) -> Route {
    Route { method, path, answer: Answer::Keyed(Need::of(scope).bans(), answer), refuse }
}

/// `POST /v1/tasks`.
fn create(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { admit(&api, &entry, request).await })
}

/// `GET /v1/tasks/{task_id}`.
fn fetch(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { look(&api, &entry, &request.into_parts().0).await })
}

/// `GET /v1/tasks`.
fn list(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { recent(&api, &entry, &request.into_parts().0).await })
}

/// An answer that went well.
fn success(data: impl serde::Serialize) -> Response {
    answer::json(StatusCode::OK, &Envelope { code: 200, success: true, data })
}

async fn admit(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let _place = api.place()?;
    let (parts, content) = request.into_parts();
    let (bytes, _room) = body::read_order(api, &parts, content).await?;
    let asked = body::parse(&bytes)?;
    drop(bytes);
    let idempotency = idempotency::of(&parts.headers, &entry.caller, "POST /v1/tasks", "", &asked)?;
    let asked = decode::decode(asked)?;

    let model = api.engine.model(&asked.model)?;
    // The header that the other dialects have is taken too: whoever sends it must not be made to pay.
    let dry_run = dry_run(&parts.headers)? || asked.dry_run;
    let callback = target::callback(api, asked.callback_url.clone(), decode::CALLBACK_URL, Manner::End)?;
    let mut order = translate::order(asked, callback, idempotency);
    order.terms.providers = hints::of(api, entry.caller.mode, &model, &parts.headers)?;
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order).await?;
        return Ok(success(translate::dry_run(&order, &valid)));
    }
    let ticket = api.engine.submit(&entry.caller, order).await?;
    let mut response = success(translate::created(&ticket.job));
    note_replay(response.headers_mut(), ticket.replayed);
    Ok(response)
}

/// A task as a callback tells it.
pub(crate) fn hook(_: &Api, job: &Job, ended: bool, links: Links) -> serde_json::Result<Value> {
    serde_json::to_value(translate::hook(job, ended, &links))
}

async fn look(api: &Arc<Api>, entry: &Entry, request: &Parts) -> Result<Response, Fault> {
    let text = request.uri.path().rsplit('/').next().unwrap_or_default();
    let id = translate::id(text).ok_or(Kind::NotFound)?;
    let job = whole(api, &entry.caller, id).await?;
    Ok(answer_of(api, &job, Links::new(api, &request.headers)))
}

/// The answer to a GET of a job now.
pub(crate) fn answer_of(_: &Api, job: &Job, links: Links) -> Response {
    success(translate::task(job, &links))
}

async fn recent(api: &Arc<Api>, entry: &Entry, request: &Parts) -> Result<Response, Fault> {
    let page: Page = decode::page(request.uri.query().unwrap_or_default())?;
    let jobs: Vec<Job> = api.engine.jobs(&entry.caller, page).await?;
    let links = Links::new(api, &request.headers);
    Ok(success(translate::tasks(&jobs, page, &links)))
}
