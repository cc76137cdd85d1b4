//! `GET /admin/v1/performance`: how attempts ended and how long they took.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde::Serialize;
use spool_domain::day::Day;
use spool_domain::fault::{Fault, Kind};
use spool_domain::order::Mode;
use spool_domain::report::{By, Performance, PerformanceQuery};

use super::{broken, ok, route};
use crate::Api;
use crate::days::Days;
use crate::fields::Fields;
use crate::routes::Route;

/// Days that are shown when none are named, the present one among them; and the most.
const DAYS_USUAL: i64 = 7;
const DAYS_MAX: i64 = 31;

/// So many attempts are read at most, and so many jobs looked at for them: a second or two of one reader's time.
const ATTEMPTS_MAX: usize = 200_000;
const JOBS_MAX: usize = 1_000_000;

pub(super) const ROUTES: &[Route] = &[route(Method::GET, "/admin/v1/performance", |api, _, request| {
    Box::pin(async move { report(&api, request).await })
})];

#[derive(Serialize)]
struct Shown {
    object: &'static str,
    mode: Mode,
    from: String,
    to: String,
    group: &'static str,
    data: Vec<Item>,
    /// Whether there are more attempts than were read.
    sample: bool,
    attempts_max: usize,
}

#[derive(Serialize)]
struct Item {
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    attempts: u64,
    succeeded: u64,
    failed: u64,
    refused: u64,
    canceled: u64,
    success_rate: Option<f64>,
    latency_ms: Option<Latency>,
}

#[derive(Serialize)]
struct Latency {
    p50: u64,
    p90: u64,
    p99: u64,
}

impl Item {
    fn of(by: By, name: String, found: &Performance) -> Self {
        let (provider, model) = match by {
            By::Provider => (Some(name), None),
            By::Model => (None, Some(name)),
        };
        let percentile = |percent| found.percentile_ms(percent);
        let latency = || Some(Latency { p50: percentile(50)?, p90: percentile(90)?, p99: percentile(99)? });
        let Performance { succeeded, failed, refused, canceled, took_ms: _ } = *found;
        Self {
            provider,
            model,
            attempts: found.attempts(),
            succeeded,
            failed,
            refused,
            canceled,
            success_rate: rate(succeeded, failed),
            latency_ms: latency(),
        }
    }
}

/// What of both the first is, to four digits; nothing of nothing.
pub(super) fn rate(well: u64, not: u64) -> Option<f64> {
    let all = well + not;
    // Counts are far below where a float would lose digits.
    (all > 0).then(|| (well as f64 / all as f64 * 10_000.0).round() / 10_000.0)
}

async fn report(api: &Api, request: Request) -> Result<Response, Fault> {
    let mut given = Fields::query(request.uri().query(), &["from", "to", "mode", "group"])?;
    let by = given.parsed("group", "provider or model", |word| match word {
        "provider" => Some(By::Provider),
        "model" => Some(By::Model),
        _ => None,
    })?;
    let today = Day::of(api.engine.clock().now());
    let Days { from, to } = Days::read(&mut given, today, DAYS_USUAL, DAYS_MAX)?;
    let (by, mode) = (by.unwrap_or(By::Provider), given.mode()?.unwrap_or(Mode::Live));
    let query = PerformanceQuery { mode, from, to, by, attempts_max: ATTEMPTS_MAX, jobs_max: JOBS_MAX };
    let turn = api.reports.acquire().await.map_err(|_| Fault::of(Kind::Internal))?;
    let found = api.engine.store().performance(query).await.map_err(broken)?;
    drop(turn);
    ok(&Shown {
        object: "performance",
        mode,
        from: from.to_string(),
        to: to.to_string(),
        group: match by {
            By::Provider => "provider",
            By::Model => "model",
        },
        data: found.rows.into_iter().map(|(name, row)| Item::of(by, name, &row)).collect(),
        sample: found.sample,
        attempts_max: ATTEMPTS_MAX,
    })
}
