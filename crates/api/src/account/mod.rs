//! What an account can read of its money: balance, usage, statements, ledger. `docs/money.md` is the page for callers.

mod csv;
mod ledger;
pub(crate) mod statement;
mod usage;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};
use serde::Serialize;
use spool_domain::budget::{BudgetState, Period};
use spool_domain::day::Day;
use spool_domain::fault::{Fault, Kind};
use spool_domain::order::{Caller, Mode};
use spool_domain::scope::Scope;
use spool_domain::store;

use crate::auth::Entry;
use crate::fields::Fields;
use crate::notation::iso;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, jobs};

/// What this part serves.
pub(crate) const ROUTES: &[Route] = &[
    route("/v1/balance", balance),
    route("/v1/usage", usage::show),
    route("/v1/jobs/{id}/statement", statement::show),
    route("/v1/ledger", ledger::show),
];

/// All amounts are in it.
const CURRENCY: &str = "USD";

const fn route(path: &'static str, show: fn(Arc<Api>, Entry, Request) -> Answering) -> Route {
    let answer = Answer::Keyed(Need::of(Scope::AccountRead), show);
    Route { method: Method::GET, path, answer, refuse: answer::refuse }
}

#[derive(Serialize)]
struct Balance {
    object: &'static str,
    mode: Mode,
    currency: &'static str,
    available_usd: String,
    held_usd: String,
    /// Whole credits that are available.
    credits: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<Budget>,
}

/// The bounds of the key that asks.
#[derive(Serialize)]
struct Budget {
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Bound>,
    /// For the key's open jobs; counts in every bound.
    held_usd: String,
}

#[derive(Serialize)]
struct Bound {
    max_usd: String,
    spent_usd: String,
    left_usd: String,
    renews_at: Option<String>,
}

/// `GET /v1/balance`.
fn balance(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        Fields::query(request.uri().query(), &[])?;
        let Caller { account, mode, key } = entry.caller.as_ref();
        let store = api.engine.store();
        let balance = store.balance(*account, *mode).await.map_err(broken)?;
        let budget = store.budget(key).await.map_err(broken)?;
        let today = Day::of(api.engine.clock().now());
        Ok(shown(&Balance {
            object: "balance",
            mode: *mode,
            currency: CURRENCY,
            available_usd: balance.available.to_string(),
            held_usd: balance.held.to_string(),
            credits: jobs::whole_credits(balance.available),
            budget: budget.map(|state| Budget::of(&state, today)),
        }))
    })
}

impl Budget {
    fn of(state: &BudgetState, today: Day) -> Self {
        let bound = |period: Period| {
            Some(Bound {
                max_usd: state.budget.of(period)?.to_string(),
                spent_usd: state.spent.of(period).to_string(),
                left_usd: state.left(period)?.to_string(),
                renews_at: period.renews(today).map(|day| iso(day.start())),
            })
        };
        Self {
            day: bound(Period::Day),
            month: bound(Period::Month),
            total: bound(Period::Total),
            held_usd: state.held.to_string(),
        }
    }
}

fn shown(body: &impl Serialize) -> Response {
    answer::json(StatusCode::OK, body)
}

/// A failed database is our fault, and its text is for the log.
fn broken(error: store::Error) -> Fault {
    tracing::error!(error = %error, "an account could not be read: {error}");
    Kind::Internal.into()
}
