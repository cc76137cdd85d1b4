//! `GET /v1/library/{id}`: one job with all that is known of it.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde_json::Value;
use spool_domain::catalogue::Params;
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::{Event, Job};
use spool_domain::scope::Scope;

use super::given::{self, Given};
use super::item::{Item, Sight};
use super::request::{self, Rebuilt};
use super::{broken, gone, names};
use crate::account::statement::{self, Line, Price, Try};
use crate::auth::Entry;
use crate::fields::Fields;
use crate::hold::whole;
use crate::links::Links;
use crate::notation::iso_ms;
use crate::{Api, answer, generations, jobs, submit, tasks};

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    item: Item<'a>,
    /// The parameters by the model's own names, as they were admitted.
    input: &'a Params,
    /// The files among them.
    files: Vec<Given>,
    events: Vec<Told>,
    attempts: Vec<Try>,
    price: Price,
    entries: Vec<Line>,
    refunded_usd: String,
    request: Rebuilt<'a>,
    /// What a GET of the job's dialect says now: usually 200, but one dialect forgets.
    answer_status: u16,
    answer: Value,
}

/// A line of the job's history.
#[derive(Serialize)]
struct Told {
    no: u32,
    kind: String,
    at: String,
    detail: String,
}

/// Answers it.
pub(super) async fn show(api: &Arc<Api>, entry: &Entry, request: &Parts) -> Result<Response, Fault> {
    Fields::query(request.uri.query(), &[])?;
    let text = request.uri.path().rsplit('/').next().unwrap_or_default();
    let job = whole(api, &entry.caller, statement::id(text).ok_or(Kind::NotFound)?).await?;
    let links = || Links::new(api, &request.headers);
    let (answer_status, answer) = told_now(api, &job, links()).await?;
    let (one, links) = (std::slice::from_ref(job.as_ref()), links());
    let (names, gone) = (names(api, one).await?, gone(api, one).await?);
    let catalogue = api.engine.catalogue();
    let sight = Sight { catalogue: &catalogue, names: &names, gone: &gone, links: &links };
    let model = catalogue.find(&job.model);
    let events = api.engine.store().events(job.id, 0).await.map_err(broken)?;
    let books = statement::books(api, &job).await?;
    Ok(answer::json(
        StatusCode::OK,
        &Whole {
            item: sight.whole(&job),
            input: &job.params,
            files: given::files(api, &entry.caller, &job, model.as_deref(), &links).await?,
            events: events.into_iter().map(told).collect(),
            attempts: statement::attempts(api, &job).await?,
            price: statement::price(&job),
            entries: books.entries,
            refunded_usd: books.refunded.to_string(),
            request: request::rebuilt(&job, model.as_deref(), entry.may(Scope::WebhooksManage).is_ok()),
            answer_status,
            answer,
        },
    ))
}

/// What a caller would read who fetched the job now, in the dialect that it came through: the very answer.
async fn told_now(api: &Arc<Api>, job: &Job, links: Links) -> Result<(u16, Value), Fault> {
    let response = match job.label.as_str() {
        jobs::LABEL => jobs::answer_of(api, job, links),
        submit::LABEL => submit::answer_of(api, job, links),
        tasks::LABEL => tasks::answer_of(api, job, links),
        _ => generations::answer_of(api, job, links),
    };
    let status = response.status().as_u16();
    // These answers are in memory already, so there is nothing to bound.
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    let read = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
    read.map(|answer| (status, answer)).ok_or_else(|| {
        tracing::error!(job.id = %job.id, "the answer about job {} could not be read back", job.id);
        Kind::Internal.into()
    })
}

/// A detail is the name of a provider or of what happened, sometimes with a provider's code behind it.
fn told(event: Event) -> Told {
    let Event { no, kind, detail, at } = event;
    let detail = match detail.split_once(": ") {
        Some((name, code)) => format!("{name}: {}", statement::word(code)),
        None => detail,
    };
    Told { no, kind, at: iso_ms(at), detail }
}
