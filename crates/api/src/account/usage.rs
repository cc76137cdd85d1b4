//! `GET /v1/usage`: what was made and charged, by day, key and model.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use spool_domain::day::Day;
use spool_domain::fault::Fault;
use spool_domain::ids::KeyId;
use spool_domain::order::Mode;
use spool_domain::usage::{self, Groups, Row, Sums};

use super::csv::{self, Cell};
use super::{CURRENCY, broken, shown};
use crate::Api;
use crate::auth::Entry;
use crate::days::Days;
use crate::fields::{Fields, wrong};
use crate::routes::Answering;

/// Days that are shown when none are named, the present one among them.
const DAYS_USUAL: i64 = 30;

/// The most days of one report: a leap year.
const DAYS_MAX: i64 = 366;

/// The most rows of one report. A megabyte or two; more is better asked for month by month.
const ROWS_MAX: usize = 10_000;

/// What is asked for.
struct Asked {
    query: usage::Query,
    csv: bool,
}

/// Names of the account's keys, by id.
type Names = HashMap<KeyId, String>;

#[derive(Serialize)]
struct Report<'a> {
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
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(flatten)]
    numbers: Numbers,
}

/// What providers cost is the operator's number and not shown.
#[derive(Serialize)]
struct Numbers {
    jobs: u64,
    succeeded: u64,
    failed: u64,
    canceled: u64,
    charged_usd: String,
}

impl From<&Sums> for Numbers {
    fn from(sums: &Sums) -> Self {
        let Sums { jobs, succeeded, failed, canceled, charged, cost: _ } = *sums;
        Self { jobs, succeeded, failed, canceled, charged_usd: charged.to_string() }
    }
}

/// Answers it.
pub(super) fn show(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { Box::pin(report(&api, &entry, request.uri().query())).await })
}

async fn report(api: &Api, entry: &Entry, query: Option<&str>) -> Result<Response, Fault> {
    let Asked { mut query, csv } = read(query, Day::of(api.engine.clock().now()))?;
    let (account, mode) = (entry.caller.account, entry.caller.mode);
    let mut names = Names::new();
    if query.groups.key || query.key.is_some() {
        let keys = api.engine.store().keys(Some(account)).await.map_err(broken)?;
        names.extend(keys.into_iter().filter(|key| key.mode == mode).map(|key| (key.id, key.name)));
    }
    if let Some(key) = query.key.as_ref().filter(|key| !names.contains_key(key)) {
        let allowed = format!("the id of a {} key of this account", mode.as_str());
        return Err(wrong("key", &Value::from(key.0.as_str()), &allowed));
    }
    query.model = query.model.map(|name| api.engine.catalogue().id_of(name));
    let rows = api.engine.store().usage(account, mode, query.clone()).await.map_err(broken)?;
    if rows.len() > ROWS_MAX {
        let message =
            format!("these groups make more than {ROWS_MAX} rows; ask for fewer days or fewer groups");
        return Err(Fault::field("group", message));
    }
    if csv { table(&query, &rows, &names) } else { Ok(listed(mode, &query, &rows, &names)) }
}

fn read(query: Option<&str>, today: Day) -> Result<Asked, Fault> {
    let mut given = Fields::query(query, &["from", "to", "group", "key", "model", "format"])?;
    let Days { from, to } = Days::read(&mut given, today, DAYS_USUAL, DAYS_MAX)?;
    let groups = given.parsed("group", "some of day, key, model, each once, separated by commas", groups)?;
    let key = given.key()?;
    let model = given.model()?;
    let csv = given.parsed("format", "json or csv", |format| match format {
        "json" => Some(false),
        "csv" => Some(true),
        _ => None,
    })?;
    let groups = groups.unwrap_or(Groups { day: true, ..Groups::default() });
    let query = usage::Query { from, to, key, model, groups, limit: ROWS_MAX };
    Ok(Asked { query, csv: csv.unwrap_or(false) })
}

fn groups(text: &str) -> Option<Groups> {
    let mut groups = Groups::default();
    for word in text.split(',') {
        let flag = match word {
            "day" => &mut groups.day,
            "key" => &mut groups.key,
            "model" => &mut groups.model,
            _ => return None,
        };
        if std::mem::replace(flag, true) {
            return None;
        }
    }
    Some(groups)
}

fn listed(mode: Mode, query: &usage::Query, rows: &[Row], names: &Names) -> Response {
    let Groups { day, key, model } = query.groups;
    let group = [(day, "day"), (key, "key"), (model, "model")];
    let mut totals = Sums::default();
    rows.iter().for_each(|row| totals.add(&row.sums));
    shown(&Report {
        object: "usage",
        mode,
        currency: CURRENCY,
        from: query.from.to_string(),
        to: query.to.to_string(),
        group: group.into_iter().filter_map(|(told_apart, word)| told_apart.then_some(word)).collect(),
        data: rows
            .iter()
            .map(|row| Item {
                day: row.day.map(|day| day.to_string()),
                key: row.key.as_ref().map(|key| key.0.as_str()),
                key_name: row.key.as_ref().and_then(|key| names.get(key)).map(String::as_str),
                model: row.model.as_deref(),
                numbers: Numbers::from(&row.sums),
            })
            .collect(),
        totals: Numbers::from(&totals),
    })
}

fn table(query: &usage::Query, rows: &[Row], names: &Names) -> Result<Response, Fault> {
    let Groups { day, key, model } = query.groups;
    let mut head = Vec::new();
    head.extend(day.then_some("day"));
    head.extend(key.then_some(["key", "key_name"]).into_iter().flatten());
    head.extend(model.then_some("model"));
    head.extend(["jobs", "succeeded", "failed", "canceled", "charged_usd"]);
    let cells = |row: &Row| {
        let mut cells = Vec::with_capacity(head.len());
        cells.extend(row.day.map(|day| Cell::Plain(day.to_string())));
        if let Some(key) = &row.key {
            cells.push(Cell::Name(key.0.clone()));
            cells.push(Cell::Name(names.get(key).cloned().unwrap_or_default()));
        }
        cells.extend(row.model.clone().map(Cell::Name));
        let Sums { jobs, succeeded, failed, canceled, charged, cost: _ } = row.sums;
        cells.extend([jobs, succeeded, failed, canceled].map(|count| Cell::Plain(count.to_string())));
        cells.push(Cell::Plain(charged.to_string()));
        cells
    };
    csv::file(&format!("usage-{}-{}.csv", query.from, query.to), &head, rows.iter().map(cells))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        Day::parse("2026-11-21").unwrap()
    }

    #[test]
    fn without_parameters_it_is_the_last_thirty_days_by_day() {
        for query in [None, Some("")] {
            let asked = read(query, today()).ok().unwrap();
            assert_eq!((asked.query.from.to_string().as_str(), asked.query.to), ("2026-10-23", today()));
            assert_eq!(asked.query.groups, Groups { day: true, ..Groups::default() });
            assert!(!asked.csv && asked.query.key.is_none() && asked.query.model.is_none());
        }
        let asked = read(Some("to=2026-01-31"), today()).ok().unwrap();
        assert_eq!(asked.query.from.to_string(), "2026-01-02");
        let asked = read(Some("from=2026-11-01&group=model,day&format=csv"), today()).ok().unwrap();
        assert_eq!((asked.query.to, asked.csv), (today(), true));
        assert_eq!(asked.query.groups, Groups { day: true, key: false, model: true });
    }

    #[test]
    fn what_is_wrong_is_named_with_what_was_given_and_what_is_allowed() {
        for (query, field, given, allowed) in [
            ("from=2025-11-20&to=2026-11-21", "from", "2025-11-20", "2025-11-21 or later"),
            ("group=week", "group", "week", "day, key, model"),
            ("group=", "group", "\"\"", "day, key, model"),
            ("group=day,day", "group", "day,day", "each once"),
            ("format=xml", "format", "xml", "json or csv"),
            ("key=", "key", "\"\"", "1 to 64"),
            ("model=", "model", "\"\"", "1 to 200"),
            ("days=3", "days", "days", "from, to, group, key, model, format"),
            ("format=csv&format=csv", "format", "format", "given twice"),
        ] {
            let fault = read(Some(query), today()).err().unwrap();
            assert_eq!(fault.param.as_deref(), Some(field), "{query}");
            assert!(fault.message.contains(given) && fault.message.contains(allowed), "{}", fault.message);
        }
    }
}
