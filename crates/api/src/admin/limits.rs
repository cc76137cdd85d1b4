//! `GET /admin/v1/limits`: which bounds callers are held to, as the server was set up.

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use spool_domain::rate::RateLimit;

use super::{ok, route};
use crate::bans::BanRule;
use crate::fields::Fields;
use crate::routes::Route;
use crate::{Api, gate};

pub(super) const ROUTES: &[Route] = &[route(Method::GET, "/admin/v1/limits", |api, _, request| {
    Box::pin(async move {
        Fields::query(request.uri().query(), &[])?;
        ok(&limits(&api))
    })
})];

#[derive(Serialize)]
struct Limits {
    object: &'static str,
    /// Of a key that has no limit of its own.
    rate: Option<RateLimit>,
    tasks_ban: Option<Value>,
    /// 0: any number.
    open_jobs_per_account: u32,
    workers: usize,
    workers_per_account: usize,
    requests_at_once: usize,
    large_bodies_at_once: usize,
    uploads_at_once: usize,
    body_bytes_max: u64,
    upload_bytes_max: u64,
    /// 0: as much as the disk holds.
    stored_upload_bytes_per_account: u64,
    input_bytes_max: u64,
    result_bytes_max: u64,
    queue_stay_max_s: u64,
    operator_from_usd: String,
}

fn limits(api: &Api) -> Limits {
    let settings = api.engine.settings();
    let ban = |BanRule { per_second, ban_s }| json!({ "per_second": per_second, "ban_s": ban_s });
    Limits {
        object: "limits",
        rate: api.limits.usual(),
        tasks_ban: api.bans.as_ref().map(|bans| ban(bans.rule())),
        open_jobs_per_account: settings.open_jobs_max,
        workers: settings.workers,
        workers_per_account: settings.share(),
        requests_at_once: gate::PLACES,
        large_bodies_at_once: gate::LARGE_PLACES,
        uploads_at_once: gate::UPLOAD_PLACES,
        body_bytes_max: settings.body_bytes_max,
        upload_bytes_max: settings.upload_bytes_max,
        stored_upload_bytes_per_account: settings.stored_upload_bytes_per_account,
        input_bytes_max: settings.input_bytes_max,
        result_bytes_max: settings.result_bytes_max,
        queue_stay_max_s: settings.queue_stay_max_ms / 1_000,
        operator_from_usd: settings.operator_from.to_string(),
    }
}
