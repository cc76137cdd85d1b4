//! The dialect `task/submit`: submit, poll, collect, with bare bodies and an `error` object of four texts.
//! `docs/dialects/task-submit.md` is its page for callers.

mod billing;
mod codes;
mod decode;
mod translate;
mod wire;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::Value;
use spool_domain::catalogue::Makes;
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::Job;
use spool_domain::order::Manner;
use spool_domain::scope::Scope;

use self::codes::refuse;
pub(crate) use self::translate::LABEL;
use crate::auth::Entry;
use crate::extras::{dry_run, note_replay};
use crate::hold::whole;
use crate::links::Links;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, body, hints, idempotency, target};

pub(crate) const SUBMIT: &str = "/v1/task/submit";
const CALL: &str = "POST /v1/task/submit";

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[
    route(Method::POST, SUBMIT, Scope::ModelsRun, create),
    route(Method::GET, "/v1/task/{task_id}", Scope::JobsRead, fetch),
    route(Method::GET, "/v1/dashboard/billing/subscription", Scope::AccountRead, billing::subscription),
    route(Method::GET, "/v1/dashboard/billing/usage", Scope::AccountRead, billing::usage),
];

const fn route(
    method: Method,
    path: &'static str,
    scope: Scope,
    answer: fn(Arc<Api>, Entry, Request) -> Answering,
) -> Route {
    Route { method, path, answer: Answer::Keyed(Need::of(scope), answer), refuse }
}

/// `POST /v1/task/submit`.
fn create(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { admit(&api, &entry, request).await })
}

/// `GET /v1/task/{task_id}`.
fn fetch(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { look(&api, &entry, request).await })
}

async fn admit(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let _place = api.place()?;
    let (parts, content) = request.into_parts();
    let (bytes, _room) = body::read_order(api, &parts, content).await?;
    let dry_run = dry_run(&parts.headers)?;
    let body = body::parse(&bytes)?;
    drop(bytes);
    let idempotency = idempotency::of(&parts.headers, &entry.caller, CALL, "", &body)?;
    let asked = decode::decode(body)?;
    let model = api.engine.model(&asked.model)?;
    let callback = target::callback(api, asked.callback_url.clone(), decode::CALLBACK_URL, Manner::Every)?;
    let mut order = translate::order(asked, callback, idempotency);
    order.terms.providers = hints::of(api, entry.caller.mode, &model, &parts.headers)?;
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order).await?;
        return Ok(answer::json(StatusCode::OK, &translate::dry_run(&order, &valid)));
    }
    let ticket = api.engine.submit(&entry.caller, order).await?;
    let mut response = answer::json(StatusCode::OK, &translate::admitted(&ticket.job));
    note_replay(response.headers_mut(), ticket.replayed);
    Ok(response)
}

/// A task as a callback tells it: the answer to a query, at its end or while it goes on.
pub(crate) fn hook(api: &Api, job: &Job, ended: bool, links: Links) -> serde_json::Result<Value> {
    if !ended {
        return serde_json::to_value(translate::begun(job));
    }
    serde_json::to_value(translate::task(job, makes(api, job), &links.good_for_s(translate::LINK_LIFE_S)))
}

/// What the task's model makes; nothing if it is no longer in the catalogue.
fn makes(api: &Api, job: &Job) -> Option<Makes> {
    api.engine.catalogue().find(&job.model).map(|model| model.makes)
}

async fn look(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let text = request.uri().path().rsplit('/').next().unwrap_or_default();
    let id = translate::id(text).ok_or(Kind::NotFound)?;
    let links = Links::new(api, request.headers());
    let job = whole(api, &entry.caller, id).await?;
    Ok(answer_of(api, &job, links))
}

/// The answer to a GET of a job now.
pub(crate) fn answer_of(api: &Api, job: &Job, links: Links) -> Response {
    let links = links.good_for_s(translate::LINK_LIFE_S);
    answer::json(StatusCode::OK, &translate::task(job, makes(api, job), &links))
}
