//! The log of what operators did.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde::Serialize;
use serde_json::{Map, Value};
use spool_domain::fault::Fault;
use spool_domain::operator::{LogFilter, LogRow};

use super::{PAGE, Page, broken, ok, route};
use crate::Api;
use crate::days::between;
use crate::fields::Fields;
use crate::notation::iso;
use crate::routes::Route;

pub(super) const ROUTES: &[Route] = &[route(Method::GET, "/admin/v1/log", |api, _, request| {
    Box::pin(async move { list(&api, request).await })
})];

/// A line.
#[derive(Serialize)]
struct Line {
    n: i64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    detail: Map<String, Value>,
}

async fn list(api: &Api, request: Request) -> Result<Response, Fault> {
    let mut query = Fields::query(
        request.uri().query(),
        &["action", "subject", "actor", "from", "to", "limit", "before"],
    )?;
    let limit = query.limit(PAGE)?;
    let before = query.parsed("before", "the `next` of a page", |text| text.parse().ok())?;
    let mut word = |name| query.text(name, 1..=200);
    let (action, subject, actor) = (word("action")?, word("subject")?, word("actor")?);
    let (from, until) = between(&mut query)?;
    let filter = LogFilter { action, subject, actor, from, until };
    let rows = api.engine.store().log_before(filter, before, limit + 1).await.map_err(broken)?;
    let shown = |LogRow { n, at, actor, action, subject, detail }| Line {
        n,
        at: iso(at),
        actor,
        action,
        subject,
        detail,
    };
    ok(&Page::of(rows, limit, |row: &LogRow| row.n.to_string(), shown))
}
