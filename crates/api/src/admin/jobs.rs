//! Jobs of all accounts. What was asked for stays out of sight unless somebody asks for it by name, and then the log
//! tells of it.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, JobId, KeyId};
use spool_domain::job::{Attempt, Job, Outcome, Phase};
use spool_domain::operator::JobFilter;
use spool_domain::order::Mode;

use super::keys::fits;
use super::{PAGE, Page, broken, id, missing, note, ok, route};
use crate::Api;
use crate::auth::Entry;
use crate::days::between;
use crate::fields::{Fields, wrong};
use crate::notation::iso;
use crate::routes::Route;

/// Phases by the names that `Phase::name` gives.
pub(crate) const PHASES: [&str; 9] = [
    "queued",
    "submitting",
    "running",
    "storing",
    "reconciling",
    "needs_operator",
    "succeeded",
    "failed",
    "canceled",
];

pub(super) const ROUTES: &[Route] = &[
    route(Method::GET, "/admin/v1/jobs", |api, _, request| {
        Box::pin(async move { list(&api, request).await })
    }),
    route(Method::GET, "/admin/v1/jobs/{id}", |api, entry, request| {
        Box::pin(async move { show(&api, &entry, request).await })
    }),
];

/// A job in a list.
#[derive(Serialize)]
pub(super) struct Summary {
    id: JobId,
    account: AccountId,
    key: KeyId,
    mode: Mode,
    /// The dialect it came through.
    dialect: String,
    model: String,
    count: u32,
    phase: &'static str,
    /// How it failed, where it did.
    fault: Option<Value>,
    price_usd: String,
    charged_usd: Option<String>,
    provider: Option<String>,
    progress: Option<u8>,
    cancel_asked: bool,
    created_at: String,
    phase_since: String,
    due_at: Option<String>,
    ended_at: Option<String>,
    /// The job it is a part of.
    part_of: Option<JobId>,
}

pub(super) fn summary(job: &Job) -> Summary {
    let fault = match &job.phase {
        Phase::Done(Outcome::Failed(fault)) => {
            Some(json!({ "code": fault.kind.code(), "message": fault.kind.text() }))
        }
        _ => None,
    };
    Summary {
        id: job.id,
        account: job.account,
        key: job.key.clone(),
        mode: job.mode,
        dialect: job.label.clone(),
        model: job.model.clone(),
        count: job.count,
        phase: job.phase.name(),
        fault,
        price_usd: job.price.to_string(),
        charged_usd: job.charged.map(|charged| charged.to_string()),
        provider: job.attempt.as_ref().map(|attempt| attempt.provider.clone()),
        progress: job.progress,
        cancel_asked: job.cancel_asked,
        created_at: iso(job.created_at),
        phase_since: iso(job.phase_since),
        due_at: job.due.map(iso),
        ended_at: job.ended_at.map(iso),
        part_of: job.parent,
    }
}

/// A job with all that happened to it.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    summary: Summary,
    attempts: Vec<Value>,
    events: Vec<Value>,
    entries: Vec<Value>,
    parts: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Value>,
}

async fn list(api: &Api, request: Request) -> Result<Response, Fault> {
    let known = ["phase", "account", "mode", "model", "key", "provider", "from", "to", "limit", "before"];
    let mut query = Fields::query(request.uri().query(), &known)?;
    let phase =
        query.parsed("phase", &PHASES.join(", "), |word| PHASES.contains(&word).then(|| word.to_owned()))?;
    let (mut account, mut mode, limit) = (query.account()?, query.mode()?, query.limit(PAGE)?);
    let before = query.parsed("before", "the `next` of a page", read_id)?;
    let model = query.model()?.map(|name| api.engine.catalogue().id_of(name));
    let key = query.key()?;
    if let Some(key) = &key {
        // The jobs of its account are an order of their own: only those are looked through.
        let row = fits(api, key, account, mode).await?;
        (account, mode) = (Some(row.account), Some(row.mode));
    }
    let provider = query.text("provider", 1..=64)?;
    let (from, until) = between(&mut query)?;
    let filter = JobFilter { account, mode, phase, model, key, provider, from, until };
    let rows = api.engine.store().any_jobs(filter, before, limit + 1).await.map_err(broken)?;
    ok(&Page::of(rows, limit, |job| job.id.to_string(), |job| summary(&job)))
}

async fn show(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, _) = request.into_parts();
    let job = in_path(id(&parts))?;
    let mut query = Fields::query(parts.uri.query(), &["params"])?;
    let with_params = query.parsed("params", "true or false", |word| match word {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })?;
    let job = api.engine.any_job(job).await?;
    let params = if with_params == Some(true) {
        let note = note(api, entry, "job.read_params", format!("job:{}", job.id), json!({}));
        api.engine.store().note(note).await.map_err(broken)?;
        Some(serde_json::to_value(&job.params).map_err(|_| Fault::of(Kind::Internal))?)
    } else {
        None
    };
    let store = api.engine.store();
    let attempts = store.attempts(job.id).await.map_err(broken)?;
    let events = store.events(job.id, 0).await.map_err(broken)?;
    let entries = store.bookings(job.id).await.map_err(broken)?;
    let children = store.parts(job.id).await.map_err(broken)?;
    let mut costs: Vec<(String, String)> = Vec::new();
    for entry in &entries {
        if entry.kind == "cost" || entry.kind == "suspend" {
            let no = entry.key.rsplit(':').next().unwrap_or_default().to_owned();
            costs.push((no, entry.amount.to_string()));
        }
    }
    let cost = |no: u32| costs.iter().find(|(of, _)| *of == no.to_string()).map(|(_, usd)| usd.as_str());
    ok(&Whole {
        summary: summary(&job),
        attempts: attempts.iter().map(|attempt| shown(attempt, cost(attempt.no.0))).collect(),
        events: events
            .into_iter()
            .map(|event| {
                json!({ "no": event.no, "kind": event.kind, "detail": event.detail, "at": iso(event.at) })
            })
            .collect(),
        entries: entries
            .into_iter()
            .map(|entry| {
                json!({
                    "key": entry.key, "kind": entry.kind, "from": entry.from, "to": entry.to,
                    "usd": entry.amount.to_string(), "at": iso(entry.at),
                })
            })
            .collect(),
        parts: children
            .iter()
            .map(|part| json!({ "id": part.id, "phase": part.phase.name(), "count": part.count }))
            .collect(),
        params,
    })
}

/// An attempt; its token is the name that the job has at the provider, and no secret.
fn shown(attempt: &Attempt, cost_usd: Option<&str>) -> Value {
    json!({
        "no": attempt.no.0,
        "provider": attempt.provider,
        "credential": attempt.credential,
        "token": attempt.token.0,
        "outcome": attempt.result.map(|result| result.as_str()),
        "provider_job": attempt.provider_job,
        "trouble": attempt.trouble,
        "cost_usd": cost_usd,
        "started_at": iso(attempt.started_at),
        "ended_at": attempt.ended_at.map(iso),
    })
}

/// The job of a path.
pub(super) fn in_path(text: &str) -> Result<JobId, Fault> {
    read_id(text).ok_or_else(|| missing("job", text))
}

/// A job's id, also with the word that a dialect puts before it: that is how customers quote it.
fn read_id(text: &str) -> Option<JobId> {
    let bare = text.rsplit_once('_').map_or(text, |(_, bare)| bare);
    JobId::parse(bare).ok()
}

/// Refuses a body field whose text is only blanks.
pub(super) fn said(name: &str, text: String) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(wrong(name, &Value::from(text), "a text that says something"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_customers_quote_it() {
        let id = JobId([3; 20]);
        for text in [id.to_string(), format!("gen_{id}"), format!("job_{id}")] {
            assert_eq!(read_id(&text), Some(id), "{text}");
        }
        assert_eq!(read_id("gen_x"), None);
    }

    #[test]
    fn the_phases_are_those_of_jobs() {
        for phase in [Phase::Queued, Phase::Submitting, Phase::NeedsOperator, Phase::Done(Outcome::Canceled)]
        {
            assert!(PHASES.contains(&phase.name()), "{}", phase.name());
        }
    }
}
