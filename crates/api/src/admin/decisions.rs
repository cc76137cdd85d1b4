//! What an operator decides about single jobs.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde_json::json;
use spool_domain::fault::{Fault, Kind};
use spool_engine::Decision;

use super::jobs::{in_path, said, summary};
use super::{id, note, ok, read, route};
use crate::Api;
use crate::auth::Entry;
use crate::fields::{Fields, absent};
use crate::routes::Route;

pub(super) const ROUTES: &[Route] = &[
    route(Method::POST, "/admin/v1/jobs/{id}/adopt", |api, entry, request| {
        Box::pin(async move { adopt(&api, &entry, request).await })
    }),
    route(Method::POST, "/admin/v1/jobs/{id}/write-off", |api, entry, request| {
        Box::pin(async move { write_off(&api, &entry, request).await })
    }),
    route(Method::POST, "/admin/v1/jobs/{id}/cancel", |api, entry, request| {
        Box::pin(async move { cancel(&api, &entry, request).await })
    }),
];

/// The job is at the provider: it is followed there from now on.
async fn adopt(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let job = in_path(id(&parts))?;
    let mut body = Fields::body(&bytes, &["provider_job"])?;
    let given = body.text("provider_job", 1..=500)?;
    let provider_job = given.ok_or_else(|| absent("provider_job", "the provider's id of the job"))?;
    let provider_job = said("provider_job", provider_job)?.trim().to_owned();
    let detail = json!({ "provider_job": provider_job.split('?').next() });
    let note = note(api, entry, "job.adopt", format!("job:{job}"), detail);
    let job = api.engine.decide(job, Decision::Adopt { provider_job }, note).await?;
    ok(&summary(&job))
}

/// Nobody will ever know: the customer pays nothing, and what it may have cost goes to suspense (M13, U16).
async fn write_off(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let job = in_path(id(&parts))?;
    let mut body = Fields::body(&bytes, &["reason"])?;
    let given = body.text("reason", 1..=500)?;
    let reason = said("reason", given.ok_or_else(|| absent("reason", "why the job is given up"))?)?;
    let note = note(api, entry, "job.write_off", format!("job:{job}"), json!({ "reason": reason }));
    let job = api.engine.decide(job, Decision::WriteOff, note).await?;
    ok(&summary(&job))
}

/// A request, as a customer's own would be: the provider's answer decides (J7).
async fn cancel(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let job = in_path(id(&parts))?;
    Fields::body(&bytes, &[])?;
    let before = api.engine.any_job(job).await?;
    if before.phase.is_done() {
        let message = format!("job {job} is {} already", before.phase.name());
        return Err(Fault::new(Kind::Conflict, message));
    }
    let note = note(api, entry, "job.cancel", format!("job:{job}"), json!({}));
    let job = api.engine.cancel_any(job, note).await?;
    ok(&summary(&job))
}
