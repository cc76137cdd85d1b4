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
use spool_domain::fault::{Fault, Kind};
use spool_domain::scope::Scope;

use self::codes::refuse;
use crate::auth::Entry;
use crate::extras::{dry_run, note_replay};
use crate::hold::whole;
use crate::links::Links;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, body, hints, idempotency};

const SUBMIT: &str = "/v1/task/submit";
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
    let bytes = body::read(&parts, content).await?;
    let dry_run = dry_run(&parts.headers)?;
    let body = body::parse(&bytes)?;
    let idempotency = idempotency::of(&parts.headers, &entry.caller, CALL, "", &body)?;
    let asked = decode::decode(body)?;
    let model = api.engine.model(&asked.model)?;
    let mut order = translate::order(asked, idempotency);
    order.terms.providers = hints::of(api, entry.caller.mode, &model, &parts.headers)?;
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
    let text = request.uri().path().rsplit('/').next().unwrap_or_default();
    let id = translate::id(text).ok_or(Kind::NotFound)?;
    let links = Links::new(api, request.headers()).good_for_s(translate::LINK_LIFE_S);
    let job = whole(api, &entry.caller, id).await?;
    let makes = api.engine.catalogue().find(&job.model).map(|model| model.makes);
    Ok(answer::json(StatusCode::OK, &translate::task(&job, makes, &links)))
}
