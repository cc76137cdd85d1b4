//! `GET /admin/v1/usage`: what all accounts made, what they were charged, and what it cost.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde::Serialize;
use spool_domain::day::Day;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::order::Mode;
use spool_domain::report::{Groups, Report, UsageQuery, UsageRow};
use spool_domain::usage::Sums;

use super::keys::fits;
use super::{broken, ok, route};
use crate::Api;
use crate::days::Days;
use crate::fields::Fields;
use crate::routes::Route;

/// Days that are shown when none are named, the present one among them.
const DAYS_USUAL: i64 = 30;

/// The most days of one report: a leap year, or a quarter where single jobs have to be read.
const DAYS_MAX: i64 = 366;
const DAYS_MAX_BY_PROVIDER: i64 = 92;

/// The most rows of one report. A megabyte or two; more is better asked for month by month.
const ROWS_MAX: usize = 10_000;

/// The most that is read for one report: rows of usage, or jobs with their attempts and costs. A few seconds of one
/// reader's time.
const READ_MAX: usize = 500_000;

pub(super) const ROUTES: &[Route] = &[route(Method::GET, "/admin/v1/usage", |api, _, request| {
    Box::pin(async move { report(&api, request).await })
})];

#[derive(Serialize)]
struct Shown<'a> {
    object: &'static str,
    mode: Mode,
    currency: &'static str,
    from: String,
    to: String,
    group: Vec<&'static str>,
    data: Vec<Item<'a>>,
    totals: Numbers,
}

#[derive(Serialize)]
struct Item<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    /// The inner none is written as null: these jobs were at no provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Option<&'a str>>,
    #[serde(flatten)]
    numbers: Numbers,
}

impl<'a> From<&'a UsageRow> for Item<'a> {
    fn from(row: &'a UsageRow) -> Self {
        Self {
            day: row.day.map(|day| day.to_string()),
            account: row.account.as_ref().map(|(account, _)| *account),
            account_name: row.account.as_ref().map(|(_, name)| name.as_str()),
            key: row.key.as_ref().map(|(key, _)| key),
            key_name: row.key.as_ref().map(|(_, name)| name.as_str()),
            model: row.model.as_deref(),
            provider: row.provider.as_ref().map(Option::as_deref),
            numbers: Numbers::from(&row.sums),
        }
    }
}

#[derive(Serialize)]
struct Numbers {
    jobs: u64,
    succeeded: u64,
    failed: u64,
    canceled: u64,
    charged_usd: String,
    cost_usd: String,
}

impl From<&Sums> for Numbers {
    fn from(sums: &Sums) -> Self {
        let Sums { jobs, succeeded, failed, canceled, charged, cost } = *sums;
        let (charged_usd, cost_usd) = (charged.to_string(), cost.to_string());
        Self { jobs, succeeded, failed, canceled, charged_usd, cost_usd }
    }
}

async fn report(api: &Api, request: Request) -> Result<Response, Fault> {
    let today = Day::of(api.engine.clock().now());
    let mut query = read(request.uri().query(), today)?;
    if let Some(key) = &query.key {
        query.account = Some(fits(api, key, query.account, Some(query.mode)).await?.account);
    }
    query.model = query.model.map(|name| api.engine.catalogue().id_of(name));
    let turn = api.reports.acquire().await.map_err(|_| Fault::of(Kind::Internal))?;
    let found = api.engine.store().all_usage(query.clone()).await.map_err(broken)?;
    drop(turn);
    match found {
        Report::Whole(rows) => shown(&query, &rows),
        Report::TooLong => {
            let message = format!(
                "these groups make more than {ROWS_MAX} rows; ask for fewer days, fewer groups or one account"
            );
            Err(Fault::field("group", message))
        }
        Report::TooMuch => {
            let what = if query.groups.provider { "jobs" } else { "rows of usage" };
            let message = format!(
                "more than {READ_MAX} {what} lie in these days; ask for fewer days, or for one account"
            );
            Err(Fault::field("from", message))
        }
    }
}

fn read(query: Option<&str>, today: Day) -> Result<UsageQuery, Fault> {
    let mut given = Fields::query(query, &["from", "to", "mode", "account", "key", "model", "group"])?;
    let groups = given.parsed(
        "group",
        "some of day, account, key, model, provider, each once, separated by commas",
        groups,
    )?;
    let groups = groups.unwrap_or(Groups { day: true, ..Groups::default() });
    let most = if groups.provider { DAYS_MAX_BY_PROVIDER } else { DAYS_MAX };
    let Days { from, to } = Days::read(&mut given, today, DAYS_USUAL, most)?;
    Ok(UsageQuery {
        mode: given.mode()?.unwrap_or(Mode::Live),
        from,
        to,
        account: given.account()?,
        key: given.key()?,
        model: given.model()?,
        groups,
        rows_max: ROWS_MAX,
        read_max: READ_MAX,
    })
}

fn groups(text: &str) -> Option<Groups> {
    let mut groups = Groups::default();
    for word in text.split(',') {
        let flag = match word {
            "day" => &mut groups.day,
            "account" => &mut groups.account,
            "key" => &mut groups.key,
            "model" => &mut groups.model,
            "provider" => &mut groups.provider,
            _ => return None,
        };
        if std::mem::replace(flag, true) {
            return None;
        }
    }
    Some(groups)
}

fn shown(query: &UsageQuery, rows: &[UsageRow]) -> Result<Response, Fault> {
    let Groups { day, account, key, model, provider } = query.groups;
    let group = [(day, "day"), (account, "account"), (key, "key"), (model, "model"), (provider, "provider")];
    let mut totals = Sums::default();
    rows.iter().for_each(|row| totals.add(&row.sums));
    ok(&Shown {
        object: "usage",
        mode: query.mode,
        currency: "USD",
        from: query.from.to_string(),
        to: query.to.to_string(),
        group: group.into_iter().filter_map(|(told_apart, word)| told_apart.then_some(word)).collect(),
        data: rows.iter().map(Item::from).collect(),
        totals: Numbers::from(&totals),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_by_provider_has_fewer_days_than_others() {
        let today = Day::parse("2026-11-21").unwrap();
        let read = |query| read(Some(query), today);
        let query = read("").unwrap();
        assert_eq!(
            (query.from.to_string().as_str(), query.to, query.mode),
            ("2026-10-23", today, Mode::Live)
        );
        assert_eq!(query.groups, Groups { day: true, ..Groups::default() });
        assert!(read("from=2025-11-21&group=account,key").is_ok());
        let fault = read("from=2025-11-21&group=account,provider").unwrap_err();
        assert_eq!(fault.param.as_deref(), Some("from"));
        assert!(fault.message.contains("at most 92 days"), "{}", fault.message);
        for bad in ["group=", "group=day,day", "group=week", "mode=both", "account=0", "key=", "days=1"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
