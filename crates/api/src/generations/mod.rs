//! The generations dialect: one resource for every model, with the server keeping the request open until the
//! job is over or the wait runs out. `docs/dialects/generations.md` is its page for callers.

mod codes;
mod decode;
mod translate;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use spool_domain::catalogue::{Makes, Model};
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::order::{Caller, Order};
use spool_domain::scope::Scope;

pub(crate) use self::codes::refuse;
use self::decode::{Vocabulary, Wait};
pub(crate) use self::translate::{LABEL, dry_run as priced, id_of};
use crate::auth::Entry;
use crate::extras::{dry_run, note_replay};
use crate::hold::{Admitted, Held, whole};
use crate::links::Links;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, body, hints, idempotency};

pub(crate) const COLLECTION: &str = "/v1/generations";
pub(crate) const VOCABULARY: &str = "spool-vocabulary";

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::POST,
        path: COLLECTION,
        answer: Answer::Keyed(Need::of(Scope::ModelsRun).judged_late(), create),
        refuse,
    },
    Route {
        method: Method::GET,
        path: "/v1/generations/{id}",
        answer: Answer::Keyed(Need::of(Scope::JobsRead).judged_late(), fetch),
        refuse,
    },
];

/// `POST /v1/generations`.
fn create(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let admitted = Box::pin(admit(&api, &entry, request)).await?;
        admitted.answer(&api, &entry.caller).await
    })
}

/// `GET /v1/generations/{id}`.
fn fetch(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let admitted = Box::pin(look(&api, &entry, request)).await?;
        admitted.answer(&api, &entry.caller).await
    })
}

/// In the contract's order: JSON and schema, model, access, balance, rate.
async fn admit(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Admitted, Fault> {
    let _place = api.place()?;
    let (parts, body) = request.into_parts();
    let (bytes, _room) = body::read_order(api, &parts, body).await?;
    let vocabulary = vocabulary(&parts.headers)?;
    let dry_run = dry_run(&parts.headers)?;
    let body = decode::parse(&bytes)?;
    drop(bytes);
    let manner = if vocabulary == Vocabulary::Model { "model" } else { "" };
    let idempotency = idempotency::of(&parts.headers, &entry.caller, "POST /v1/generations", manner, &body)?;
    let asked = decode::decode(body, vocabulary)?;
    let links = Links::new(api, &parts.headers);

    let model = api.engine.model(&asked.model)?;
    let (wait, aliased) = (asked.wait, asked.aliased);
    let mut order = translate::order(asked, vocabulary, &model, idempotency);
    order.terms.providers = hints::of(api, entry.caller.mode, &model, &parts.headers)?;
    drop(parts);
    let worded = |fault| translate::in_callers_words(fault, aliased);
    if let Err(too_many) = entry.within_limit() {
        affordable(api, entry, &order).await.map_err(worded)?;
        return Err(too_many);
    }
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order).await.map_err(worded)?;
        return Ok(Admitted::Answer(answer::json(StatusCode::OK, &translate::dry_run(&order, &valid))));
    }
    let ticket = api.engine.submit(&entry.caller, order).await.map_err(worded)?;
    let (job, replayed) = (Arc::clone(&ticket.job), ticket.replayed);
    let limit_s = translate::wait_s(wait, Some(model.makes));
    if limit_s == 0 {
        return Ok(Admitted::Answer(at_once(&job, &model, replayed)));
    }
    if job.phase.is_done() {
        return Ok(Admitted::Answer(created(api, &job, &links, replayed)));
    }
    // A listener of our own while the ticket still has its: nothing is missed, and the wait holds no copy of the job.
    let listener = api.engine.listen(job.id);
    drop(ticket);
    let limit = Duration::from_secs(limit_s);
    Ok(Admitted::Held(Box::new(Held { job: job.id, listener, links, limit, replayed, show: created })))
}

/// What comes before the rate in the contract's order. Only asked when the rate is exceeded: `submit` does it itself.
async fn affordable(api: &Api, entry: &Entry, order: &Order) -> Result<(), Fault> {
    let valid = api.engine.validate(&entry.caller, order).await?;
    let Caller { account, mode, .. } = *entry.caller;
    let balance = api.engine.store().balance(account, mode).await.map_err(|error| {
        tracing::error!(error = %error, "a balance could not be read: {error}");
        Fault::of(Kind::Internal)
    })?;
    if balance.available < valid.price { Err(Kind::InsufficientCredit.into()) } else { Ok(()) }
}

async fn look(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Admitted, Fault> {
    let wait = decode::query_wait(request.uri().query())?;
    entry.within_limit()?;
    let text = request.uri().path().rsplit('/').next().unwrap_or_default();
    let id = translate::id(text).ok_or(Kind::NotFound)?;
    let links = Links::new(api, request.headers());
    drop(request);
    // Registered before the look, so that no end is missed.
    let listener = (wait != Wait::Seconds(0)).then(|| api.engine.listen(id));
    let job = whole(api, &entry.caller, id).await?;
    let limit = Duration::from_secs(translate::wait_s(wait, makes(api, &job)));
    match listener.filter(|_| !job.phase.is_done()) {
        Some(listener) => Ok(Admitted::Held(Box::new(Held {
            job: id,
            listener,
            links,
            limit,
            replayed: false,
            show: fetched,
        }))),
        None => Ok(Admitted::Answer(fetched(api, &job, &links, false))),
    }
}

/// The answer to a GET of a job now.
pub(crate) fn answer_of(api: &Api, job: &Job, links: Links) -> Response {
    fetched(api, job, &links, false)
}

/// A generation as a registered endpoint hears of it: the answer to a GET. The dialect itself has no callbacks.
pub(crate) fn hook(_: &Api, job: &Job, ended: bool, links: Links) -> serde_json::Result<Value> {
    serde_json::to_value(if ended { translate::generation(job, &links) } else { translate::begun(job) })
}

fn vocabulary(headers: &HeaderMap) -> Result<Vocabulary, Fault> {
    match headers.get(VOCABULARY).map(HeaderValue::as_bytes) {
        None | Some(b"common") => Ok(Vocabulary::Common),
        Some(b"model") => Ok(Vocabulary::Model),
        Some(_) => {
            Err(Fault::field("Spool-Vocabulary", "the header Spool-Vocabulary must be common or model"))
        }
    }
}

/// What the job's model makes; nothing if the model is no longer in the catalogue.
fn makes(api: &Api, job: &Job) -> Option<Makes> {
    api.engine.catalogue().find(&job.model).map(|model| model.makes)
}

/// The answer to a POST that does not wait: always `queued`, so that a replay is the same to the byte (K2).
fn at_once(job: &Job, model: &Model, replayed: bool) -> Response {
    let mut response = answer::json(StatusCode::ACCEPTED, &translate::admitted(job));
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(translate::retry_after_s(Some(model.makes))));
    note_replay(headers, replayed);
    response
}

/// The answer to a POST that waited.
fn created(api: &Api, job: &Job, links: &Links, replayed: bool) -> Response {
    let status = match &job.phase {
        Phase::Done(Outcome::Failed(fault)) => {
            StatusCode::from_u16(codes::code(fault.kind).1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Phase::Done(Outcome::Succeeded(_) | Outcome::Canceled) => StatusCode::OK,
        _ => StatusCode::ACCEPTED,
    };
    let mut response = answer::json(status, &translate::generation(job, links));
    let headers = response.headers_mut();
    if status == StatusCode::ACCEPTED {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(translate::retry_after_s(makes(api, job))));
    }
    note_replay(headers, replayed);
    response
}

/// The answer to a GET.
fn fetched(api: &Api, job: &Job, links: &Links, _replayed: bool) -> Response {
    let mut response = answer::json(StatusCode::OK, &translate::generation(job, links));
    let headers = response.headers_mut();
    if job.phase.is_done() {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
    } else {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(translate::retry_after_s(makes(api, job))));
    }
    response
}
