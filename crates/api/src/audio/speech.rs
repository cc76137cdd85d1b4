//! `POST /v1/tts/synthesize`: the sound itself, once it is there.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::{Job, Stored};

use super::wait::{Admitted, results, set, stamped};
use super::{SPEECH, decode, translate};
use crate::auth::Entry;
use crate::extras::dry_run;
use crate::generations;
use crate::routes::Answering;
use crate::{Api, answer, body, hints, idempotency};

/// Answers the call.
pub(super) fn create(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let admitted = Box::pin(admit(&api, &entry, request)).await?;
        let (job, replayed) = match admitted.ended(&api, &entry.caller).await? {
            Ok(ended) => ended,
            Err(response) => return Ok(response),
        };
        let response = Box::pin(sound(&api, &job)).await;
        Ok(stamped(response, &job, replayed))
    })
}

async fn admit(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Admitted, Fault> {
    let _place = api.place()?;
    let (parts, content) = request.into_parts();
    let bytes = body::read(&parts, content).await?;
    let dry_run = dry_run(&parts.headers)?;
    let body = body::parse(&bytes)?;
    drop(bytes);
    let route = format!("POST {SPEECH}");
    let idempotency = idempotency::of(&parts.headers, &entry.caller, &route, "", &body)?;
    let asked = decode::decode(body)?;
    let named = |fault: Fault| match fault.param.as_deref() {
        Some("model") => Fault { param: Some("model_id".to_owned()), ..fault },
        _ => fault,
    };
    let model = api.engine.model(&asked.model).map_err(named)?;
    let mut order = translate::order(asked, &model, idempotency)?;
    order.terms.providers = hints::of(api, entry.caller.mode, &model, &parts.headers)?;
    drop(parts);
    let worded = |fault| translate::in_callers_words(fault, &model);
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order).await.map_err(worded)?;
        let priced = answer::json(StatusCode::OK, &generations::priced(&order, &valid));
        return Ok(Admitted::Answer(priced));
    }
    let ticket = api.engine.submit(&entry.caller, order).await.map_err(worded)?;
    Ok(Admitted::of(api, &ticket))
}

/// The sound of a job, or what came instead of it.
async fn sound(api: &Api, job: &Job) -> Response {
    let stored = match results(job) {
        Ok(stored) => stored.iter().find(|one| one.kind == "audio"),
        Err(response) => return *response,
    };
    match stored {
        Some(stored) => file(api, job, stored).await,
        None => {
            tracing::error!(job.id = %job.id, "job {} spoke and left no sound", job.id);
            generations::refuse(&Kind::AssetLost.into())
        }
    }
}

async fn file(api: &Api, job: &Job, stored: &Stored) -> Response {
    let Some(asset) = stored.asset else {
        // Results that are passed through lie at the provider's.
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        set(response.headers_mut(), header::LOCATION, stored.url.as_deref().unwrap_or_default());
        return response;
    };
    let pieces = match api.engine.blobs().get(asset, 0..stored.size_bytes).await {
        Ok(pieces) => pieces,
        Err(error) => {
            tracing::error!(job.id = %job.id, asset.id = %asset, "asset {asset} cannot be served: {error}");
            return generations::refuse(&Kind::Internal.into());
        }
    };
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    // The contract's word for Opus names what is inside; ours elsewhere names the file around it.
    let kind = if stored.format == "opus" { "audio/opus" } else { &stored.content_type };
    set(headers, header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(stored.size_bytes));
    headers.insert(header::CACHE_CONTROL, answer::NO_STORE);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
