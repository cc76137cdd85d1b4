//! What keys may spend, how many jobs accounts may have open, and what is given back.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde_json::{Value, json};
use spool_domain::budget::{Budget, BudgetState, Period};
use spool_domain::fault::Fault;
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::money::MicroUsd;

use super::jobs::{in_path, said};
use super::{broken, created, id, missing, note, ok, read, route};
use crate::Api;
use crate::auth::Entry;
use crate::fields::{Fields, absent};
use crate::routes::Route;

/// The largest bound and refund: far above any invoice.
const USD_MAX: MicroUsd = MicroUsd(1_000_000_000_000_000);

pub(super) const ROUTES: &[Route] = &[
    route(Method::GET, "/admin/v1/keys/{id}/budget", |api, _, request| {
        Box::pin(async move { budget(&api, request).await })
    }),
    route(Method::PUT, "/admin/v1/keys/{id}/budget", |api, entry, request| {
        Box::pin(async move { set_budget(&api, &entry, request).await })
    }),
    route(Method::PUT, "/admin/v1/accounts/{id}/open-jobs", |api, entry, request| {
        Box::pin(async move { set_open_jobs(&api, &entry, request).await })
    }),
    route(Method::POST, "/admin/v1/jobs/{id}/refunds", |api, entry, request| {
        Box::pin(async move { refund(&api, &entry, request).await })
    }),
];

/// How a key's budget stands.
async fn budget(api: &Api, request: Request) -> Result<Response, Fault> {
    let key = key(api, id(&request.into_parts().0)).await?;
    ok(&shown(&key, api.engine.store().budget(&key).await.map_err(broken)?))
}

/// Replaces a key's bounds; without any, the key has no budget.
async fn set_budget(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let key = key(api, id(&parts)).await?;
    let mut body = Fields::body(&bytes, &["day_usd", "month_usd", "total_usd"])?;
    let mut bound = |name| {
        body.parsed(name, "a text with US dollars, such as \"25.00\", or null", |text| {
            MicroUsd::parse(text).ok().filter(|usd| (MicroUsd::ZERO..=USD_MAX).contains(usd))
        })
    };
    let budget = Budget { day: bound("day_usd")?, month: bound("month_usd")?, total: bound("total_usd")? };
    let store = api.engine.store();
    store.set_budget(&key, budget).await.map_err(broken)?;
    let note = note(api, entry, "key.budget", format!("key:{key}"), bounds(&budget));
    store.note(note).await.map_err(broken)?;
    ok(&shown(&key, store.budget(&key).await.map_err(broken)?))
}

/// How many jobs an account may have open in one mode.
async fn set_open_jobs(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let text = id(&parts);
    let account = AccountId(text.parse().map_err(|_| missing("account", text))?);
    let mut body = Fields::body(&bytes, &["max"])?;
    let allowed = "a whole number (0: as many as one likes), or null for the server's usual number";
    if !body.has("max") {
        return Err(absent("max", allowed));
    }
    let max = body.whole("max", 0..=u64::from(u32::MAX))?.and_then(|max| u32::try_from(max).ok());
    let store = api.engine.store();
    if !store.set_open_jobs_max(account, max).await.map_err(broken)? {
        return Err(missing("account", text));
    }
    let answer = json!({ "account": account, "max": max });
    let note = note(api, entry, "account.open_jobs", format!("account:{account}"), json!({ "max": max }));
    store.note(note).await.map_err(broken)?;
    ok(&answer)
}

/// Gives back part of what a job was charged (M6).
async fn refund(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let id = in_path(id(&parts))?;
    let mut body = Fields::body(&bytes, &["usd", "reason", "reference"])?;
    let amount = body.usd(USD_MAX)?;
    let given = body.text("reason", 1..=500)?;
    let reason = said("reason", given.ok_or_else(|| absent("reason", "why it is given back"))?)?;
    let reference = body.text("reference", 1..=200)?;
    let job = api.engine.any_job(id).await?;
    let booked =
        api.engine.refund(job.account, job.mode, job.id, amount, &reason, reference.as_deref()).await;
    // The engine speaks of the amount by the name that its own callers use.
    let booked = booked.map_err(|fault| match fault.param.as_deref() {
        Some("amount_usd") => Fault { param: Some("usd".to_owned()), ..fault },
        _ => fault,
    })?;
    let answer =
        json!({ "job": job.id.to_string(), "no": booked.no, "usd": amount.to_string(), "new": booked.new });
    if !booked.new {
        return ok(&answer);
    }
    let detail = json!({ "usd": amount.to_string(), "reason": reason, "no": booked.no });
    let note = note(api, entry, "job.refund", format!("job:{}", job.id), detail);
    api.engine.store().note(note).await.map_err(broken)?;
    created(&answer)
}

/// The key whose id stands in a path.
async fn key(api: &Api, text: &str) -> Result<KeyId, Fault> {
    let key = KeyId(text.to_owned());
    let row = api.engine.store().key(&key).await.map_err(broken)?;
    row.map(|_| key).ok_or_else(|| missing("key", text))
}

fn bounds(budget: &Budget) -> Value {
    let usd = |period| budget.of(period).map(|usd: MicroUsd| usd.to_string());
    json!({ "day_usd": usd(Period::Day), "month_usd": usd(Period::Month), "total_usd": usd(Period::Total) })
}

fn shown(key: &KeyId, state: Option<BudgetState>) -> Value {
    let budget = state.as_ref().map(|state| state.budget).unwrap_or_default();
    let spent = state.as_ref().map(|state| {
        let spent = &state.spent;
        json!({
            "day_usd": spent.day.to_string(),
            "month_usd": spent.month.to_string(),
            "total_usd": spent.total.to_string(),
        })
    });
    json!({
        "key": key,
        "budget": bounds(&budget),
        "spent": spent,
        "held_usd": state.map(|state| state.held.to_string()),
    })
}
