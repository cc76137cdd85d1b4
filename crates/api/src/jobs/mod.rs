//! The run dialect: run a model, by default with the connection held until the result is there, and jobs that
//! are read, watched and cancelled by their id. `docs/dialects/jobs.md` is its page for callers.

mod codes;
mod decode;
mod translate;
mod wanted;
mod watch;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::JobId;
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::order::{Caller, Manner};
use spool_domain::scope::Scope;

pub(crate) use self::codes::{refuse, refuse_as};
pub(crate) use self::translate::{LABEL, credits, whole_credits};
pub(crate) use self::wanted::Wanted;
use self::wire::{Cancelled, Wrapped};
use crate::auth::Entry;
use crate::extras::{dry_run, note_replay};
use crate::hold::{Admitted, Held, outlast, whole};
use crate::links::Links;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, body, hints, idempotency, target};

/// Running a model, as the contract writes it. Nothing can stand behind the router's catch-all, so its route is
/// the one of the models' detail, and what does not end in `/run` is sent away.
pub(crate) const RUN_PATH: &str = "/v1/models/{model}/run";

/// How long a run is kept waiting.
const WINDOW: Duration = Duration::from_secs(55);

/// How long a cancellation waits for its effect. Providers answer within a second or two, if they cancel at all.
const CANCEL_WAIT: Duration = Duration::from_secs(5);

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[
    route(Method::POST, "/v1/models/{*id}", Scope::ModelsRun, run),
    route(Method::GET, "/v1/jobs/{id}", Scope::JobsRead, fetch),
    // The name that an older version of the service had for it.
    route(Method::GET, "/v1/jobs/{id}/result", Scope::JobsRead, fetch),
    route(Method::GET, "/v1/jobs/{id}/events", Scope::JobsRead, watch::answer),
    route(Method::DELETE, "/v1/jobs/{id}", Scope::JobsWrite, cancel),
];

const fn route(
    method: Method,
    path: &'static str,
    scope: Scope,
    answer: fn(Arc<Api>, Entry, Request) -> Answering,
) -> Route {
    Route { method, path, answer: Answer::Keyed(Need::of(scope), answer), refuse }
}

/// `POST /v1/models/{model}/run`.
fn run(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let Some(model) = decode::model(request.uri().path()) else { return Ok(not_a_run()) };
        run_wanted(api, entry, Wanted::Model(model), request).await
    })
}

/// Runs a model, or a tool by one of its models: the same call behind two names.
pub(crate) fn run_wanted(api: Arc<Api>, entry: Entry, wanted: Wanted, request: Request) -> Answering {
    Box::pin(async move {
        let admitted = Box::pin(admit(&api, &entry, wanted, request)).await?;
        admitted.answer(&api, &entry.caller).await
    })
}

/// `GET /v1/jobs/{id}`, and the same with `/result` behind it.
fn fetch(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { look(&api, &entry, request).await })
}

/// `DELETE /v1/jobs/{id}`.
fn cancel(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { end(&api, &entry, request).await })
}

async fn admit(api: &Arc<Api>, entry: &Entry, wanted: Wanted, request: Request) -> Result<Admitted, Fault> {
    let _place = api.place()?;
    let (parts, body) = request.into_parts();
    let (bytes, _room) = body::read_order(api, &parts, body).await?;
    let dry_run = dry_run(&parts.headers)?;
    let body = body::parse(&bytes)?;
    drop(bytes);
    let (route, name) = wanted.named();
    let idempotency = idempotency::of(&parts.headers, &entry.caller, route, name, &body)?;
    let chosen = wanted.choose(&body)?;
    let asked = decode::decode(body)?;
    let links = Links::new(api, &parts.headers);

    let callback = target::callback(api, asked.webhook_url, decode::WEBHOOK_URL, Manner::Once)?;
    let told = callback.is_some();
    let known = api.engine.model(&chosen.model)?;
    let mut order = translate::order(chosen, asked.input, callback, idempotency);
    order.terms.providers = hints::of(api, entry.caller.mode, &known, &parts.headers)?;
    drop((parts, known));
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order).await?;
        return Ok(Admitted::Answer(answer::json(StatusCode::OK, &translate::dry_run(&order, &valid))));
    }
    let ticket = api.engine.submit(&entry.caller, order).await?;
    let (job, replayed) = (Arc::clone(&ticket.job), ticket.replayed);
    if !asked.sync {
        let mut response = answer::json(StatusCode::ACCEPTED, &translate::queued(&job));
        note_replay(response.headers_mut(), replayed);
        return Ok(Admitted::Answer(response));
    }
    if told {
        let mut response = answer::json(StatusCode::ACCEPTED, &translate::told_later(&job));
        note_replay(response.headers_mut(), replayed);
        return Ok(Admitted::Answer(response));
    }
    if job.phase.is_done() {
        return Ok(Admitted::Answer(ran(api, &job, &links, replayed)));
    }
    // A listener of our own while the ticket still has its: nothing is missed, and the wait holds no copy of the job.
    let listener = api.engine.listen(job.id);
    drop(ticket);
    Ok(Admitted::Held(Box::new(Held { job: job.id, listener, links, limit: WINDOW, replayed, show: ran })))
}

/// The answer to a run that waited.
fn ran(_: &Api, job: &Job, links: &Links, replayed: bool) -> Response {
    let shown = translate::run(job, links);
    let mut response = match &job.phase {
        Phase::Done(Outcome::Failed(fault)) => answer::refusal(fault, codes::code(fault.kind).1, &shown),
        Phase::Done(Outcome::Succeeded(_) | Outcome::Canceled) => answer::json(StatusCode::OK, &shown),
        _ => answer::json(StatusCode::ACCEPTED, &shown),
    };
    note_replay(response.headers_mut(), replayed);
    response
}

async fn look(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let id = decode::job(request.uri().path())?;
    let links = Links::new(api, request.headers());
    let job = kept(api, &entry.caller, id).await?;
    Ok(fetched(&job, &links))
}

/// The answer to a GET.
fn fetched(job: &Job, links: &Links) -> Response {
    answer::json(StatusCode::OK, &Wrapped { data: translate::job(job, links) })
}

/// The answer to a GET of a job now.
pub(crate) fn answer_of(api: &Api, job: &Job, links: Links) -> Response {
    still_kept(api, job).map_or_else(|fault| refuse(&fault), |()| fetched(job, &links))
}

async fn end(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let id = decode::job(request.uri().path())?;
    drop(request);
    // Registered before the look, so that no end is missed.
    let listener = api.engine.listen(id);
    let mut job = kept(api, &entry.caller, id).await?;
    if !job.phase.is_done() {
        job = api.engine.cancel(&entry.caller, id).await?;
    }
    if !job.phase.is_done() {
        job = outlast(api, &entry.caller, id, listener, CANCEL_WAIT).await?;
    }
    let word = match &job.phase {
        Phase::Done(Outcome::Canceled) => {
            let data = Cancelled { job_id: translate::id(&job), status: "cancelled", message: None };
            return Ok(answer::json(StatusCode::OK, &Wrapped { data }));
        }
        Phase::Done(Outcome::Succeeded(_)) => "succeeded",
        Phase::Done(Outcome::Failed(_)) => "failed",
        _ => {
            let message = "Asked to cancel. The provider has not confirmed it yet; poll the job for its end.";
            let status = translate::status(job.phase.name());
            let data = Cancelled { job_id: translate::id(&job), status, message: Some(message) };
            return Ok(answer::json(StatusCode::ACCEPTED, &Wrapped { data }));
        }
    };
    let message = format!("The job has {word}: only queued and processing jobs can be cancelled.");
    Err(Fault::new(Kind::InvalidInput, message))
}

/// A job as a webhook tells it.
pub(crate) fn hook(_: &Api, job: &Job, ended: bool, links: Links) -> serde_json::Result<Value> {
    serde_json::to_value(translate::hook(job, ended, &links))
}

/// A job that somebody ordered, unless it ended so long ago that this dialect no longer shows it.
async fn kept(api: &Api, caller: &Caller, id: JobId) -> Result<Arc<Job>, Fault> {
    let job = whole(api, caller, id).await?;
    still_kept(api, &job)?;
    Ok(job)
}

fn still_kept(api: &Api, job: &Job) -> Result<(), Fault> {
    let forgotten = api.dialects.jobs_forget(job, api.engine.clock().now());
    if forgotten { Err(Kind::NotFound.into()) } else { Ok(()) }
}

/// A POST to a model that is no run: the router would have said the same.
fn not_a_run() -> Response {
    let mut response = answer::refuse(&Kind::MethodNotAllowed.into());
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
    response
}
