//! The dialect `task/submit`: submit, poll, collect, with bare bodies and an `error` object of four texts.
//! `docs/dialects/task-submit.md` is its page for callers.

mod billing;
mod codes;
mod decode;
mod hints;
mod translate;
mod wire;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::{Method, StatusCode};
use spool_domain::fault::{Fault, Kind};

use self::codes::refuse;
use crate::auth::Entry;
use crate::extras::{dry_run, note_replay};
use crate::links::Links;
use crate::routes::Route;
use crate::{Api, answer, body, idempotency};

const SUBMIT: &str = "/v1/task/submit";
const CALL: &str = "POST /v1/task/submit";

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[
    Route { method: Method::POST, path: SUBMIT, answer: create, refuse },
    Route { method: Method::GET, path: "/v1/task/{task_id}", answer: fetch, refuse },
    Route {
        method: Method::GET,
        path: "/v1/dashboard/billing/subscription",
        answer: billing::subscription,
        refuse,
    },
    Route { method: Method::GET, path: "/v1/dashboard/billing/usage", answer: billing::usage, refuse },
];

/// `POST /v1/task/submit`.
fn create(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let entry = match api.enter(request.headers()).await {
            Ok(entry) => entry,
            Err(stranger) => return stranger.turn_away(refuse),
        };
        let response = Box::pin(admit(&api, &entry, request)).await;
        entry.stamp(response.unwrap_or_else(|fault| refuse(&fault)))
    })
}

/// `GET /v1/task/{task_id}`.
fn fetch(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let entry = match api.enter(request.headers()).await {
            Ok(entry) => entry,
            Err(stranger) => return stranger.turn_away(refuse),
        };
        let response = Box::pin(look(&api, &entry, request)).await;
        entry.stamp(response.unwrap_or_else(|fault| refuse(&fault)))
    })
}

async fn admit(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Response, Fault> {
    entry.within_limit()?;
    let (parts, content) = request.into_parts();
    let bytes = body::read(&parts, content).await?;
    let dry_run = dry_run(&parts.headers)?;
    let body = body::parse(&bytes)?;
    let idempotency = idempotency::of(&parts.headers, &entry.caller, CALL, "", &body)?;
    let asked = decode::decode(body)?;
    let model = api.engine.model(&asked.model)?;
    hints::check(api, entry.caller.mode, &model, &parts.headers)?;
    let order = translate::order(asked, idempotency);
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order)?;
        return Ok(answer::json(StatusCode::OK, &translate::dry_run(&order, &valid)));
    }
    let ticket = api.engine.submit(&entry.caller, order).await?;
    let mut response = answer::json(StatusCode::OK, &translate::admitted(&ticket.job));
    note_replay(response.headers_mut(), ticket.replayed);
    Ok(response)
}

async fn look(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Response, Fault> {
    entry.within_limit()?;
    let text = request.uri().path().rsplit('/').next().unwrap_or_default();
    let id = translate::id(text).ok_or(Kind::NotFound)?;
    let links = Links::new(api, request.headers()).good_for_s(translate::LINK_LIFE_S);
    let job = api.engine.job(&entry.caller, id).await?;
    if job.parent.is_some() {
        // A part of a fanned-out job is our own affair; nobody was given its id.
        return Err(Kind::NotFound.into());
    }
    let makes = api.engine.catalogue().find(&job.model).map(|model| model.makes);
    Ok(answer::json(StatusCode::OK, &translate::task(&job, makes, &links)))
}
