//! The tasks dialect: one pair of calls to create and to poll, models named `vendor/name`, every body in an
//! envelope `{code, success, data}`. `docs/dialects/tasks.md` is its page for callers.

mod account;
mod codes;
mod decode;
mod output;
mod resources;
mod translate;
mod wire;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};
use spool_domain::catalogue::Model;
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::order::Caller;
use spool_domain::store::Page;

use self::codes::refuse;
use self::wire::Envelope;
use crate::auth::Entry;
use crate::bans::Side;
use crate::links::Links;
use crate::routes::Route;
use crate::{Api, answer, body, idempotency};

const COLLECTION: &str = "/v1/tasks";
const REPLAYED: &str = "idempotent-replayed";

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[
    Route { method: Method::POST, path: COLLECTION, answer: create, refuse },
    Route { method: Method::GET, path: COLLECTION, answer: list, refuse },
    Route { method: Method::GET, path: "/v1/tasks/{task_id}", answer: fetch, refuse },
    Route { method: Method::GET, path: "/account", answer: account::show, refuse },
    Route { method: Method::GET, path: resources::PATH, answer: resources::show, refuse },
];

/// `POST /v1/tasks`.
fn create(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let entry = match enter(&api, Side::Create, request.headers()).await {
            Ok(entry) => entry,
            Err(refused) => return *refused,
        };
        entry.stamp(admit(&api, &entry, request).await.unwrap_or_else(|fault| refuse(&fault)))
    })
}

/// `GET /v1/tasks/{task_id}`.
fn fetch(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let entry = match enter(&api, Side::Read, request.headers()).await {
            Ok(entry) => entry,
            Err(refused) => return *refused,
        };
        entry.stamp(look(&api, &entry, &request.into_parts().0).await.unwrap_or_else(|fault| refuse(&fault)))
    })
}

/// `GET /v1/tasks`.
fn list(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let entry = match enter(&api, Side::Read, request.headers()).await {
            Ok(entry) => entry,
            Err(refused) => return *refused,
        };
        entry
            .stamp(recent(&api, &entry, &request.into_parts().0).await.unwrap_or_else(|fault| refuse(&fault)))
    })
}

/// Lets a request in that has a key and is not one too many.
async fn enter(api: &Api, side: Side, headers: &HeaderMap) -> Result<Entry, Box<Response>> {
    let entry = match api.enter_or_ban(headers, side).await {
        Ok(entry) => entry,
        Err(stranger) => return Err(Box::new(stranger.turn_away(refuse))),
    };
    match entry.within_limit() {
        Ok(()) => Ok(entry),
        Err(fault) => Err(Box::new(entry.stamp(refuse(&fault)))),
    }
}

/// An answer that went well.
fn success(data: impl serde::Serialize) -> Response {
    answer::json(StatusCode::OK, &Envelope { code: 200, success: true, data })
}

async fn admit(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, content) = request.into_parts();
    let bytes = body::read(&parts, content).await?;
    let asked = body::parse(&bytes)?;
    drop(bytes);
    let idempotency = idempotency::of(&parts.headers, &entry.caller, "POST /v1/tasks", "", &asked)?;
    let asked = decode::decode(asked)?;

    let model = api.engine.model(&asked.model)?;
    check_speech(api, &entry.caller, &model, &asked.input).await?;
    let dry_run = asked.dry_run;
    let order = translate::order(asked, idempotency);
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order)?;
        return Ok(success(translate::dry_run(&order, &valid)));
    }
    let ticket = api.engine.submit(&entry.caller, order).await?;
    let mut response = success(translate::created(&ticket.job));
    if ticket.replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The one check across tasks: what is to be spoken must be a finished speech of this account.
async fn check_speech(
    api: &Api,
    caller: &Caller,
    model: &Model,
    input: &Map<String, Value>,
) -> Result<(), Fault> {
    let Some(text) = translate::speech_named(model, input) else { return Ok(()) };
    let wrong = |what: &str| Err(Fault::field("input.audio_task_id", format!("audio_task_id {what}")));
    let found = match translate::id(text) {
        Some(id) => api.engine.job(caller, id).await,
        None => Err(Kind::NotFound.into()),
    };
    match found {
        Ok(job) if job.model != translate::SPEECH || job.parent.is_some() => {
            wrong("must be the id of a higgsfield-ai/tts task")
        }
        Ok(job) if matches!(job.phase, Phase::Done(Outcome::Succeeded(_))) => Ok(()),
        Ok(_) => wrong("names a task that is not completed"),
        Err(fault) if fault.kind == Kind::NotFound => wrong("must be the id of a higgsfield-ai/tts task"),
        Err(fault) => Err(fault),
    }
}

async fn look(api: &Arc<Api>, entry: &Entry, request: &Parts) -> Result<Response, Fault> {
    let text = request.uri.path().rsplit('/').next().unwrap_or_default();
    let id = translate::id(text).ok_or(Kind::NotFound)?;
    let job = api.engine.job(&entry.caller, id).await?;
    if job.parent.is_some() {
        // A part of a fanned-out job is our own affair; nobody was given its id.
        return Err(Kind::NotFound.into());
    }
    Ok(success(translate::task(&job, &Links::new(api, &request.headers))))
}

async fn recent(api: &Arc<Api>, entry: &Entry, request: &Parts) -> Result<Response, Fault> {
    let page: Page = decode::page(request.uri.query().unwrap_or_default())?;
    let jobs: Vec<Job> = api.engine.jobs(&entry.caller, page).await?;
    let links = Links::new(api, &request.headers);
    Ok(success(translate::tasks(&jobs, page, &links)))
}
