//! `GET /v1/ledger`: an account's money in one list, newest first. Each job is one line, at the moment of its hold;
//! its entries are in its statement. Why not every entry is a line is told in decision 15.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use spool_domain::fault::Fault;
use spool_domain::ids::{AccountId, JobId};
use spool_domain::ledger::Kind;
use spool_domain::order::Mode;
use spool_domain::statement::{Before, Line};
use spool_domain::time::Timestamp;

use super::{CURRENCY, broken, shown};
use crate::Api;
use crate::auth::Entry;
use crate::fields::Fields;
use crate::notation::iso;
use crate::routes::Answering;

const LIMIT_USUAL: u32 = 50;

/// What stands in a cursor for a list that has not begun.
const NOTHING: &str = "-";

#[derive(Serialize)]
struct Page {
    object: &'static str,
    mode: Mode,
    currency: &'static str,
    data: Vec<Item>,
    /// For `before` of the next page; none after the last line.
    next: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    Job {
        job: String,
        model: String,
        held_usd: String,
        /// None while the job is open.
        charged_usd: Option<String>,
        at: String,
        ended_at: Option<String>,
    },
    Topup {
        reference: String,
        amount_usd: String,
        at: String,
    },
    Refund {
        job: Option<String>,
        amount_usd: String,
        at: String,
    },
}

/// Answers it.
pub(super) fn show(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { Box::pin(page(&api, &entry, request.uri().query())).await })
}

async fn page(api: &Api, entry: &Entry, query: Option<&str>) -> Result<Response, Fault> {
    let mut given = Fields::query(query, &["limit", "before"])?;
    let limit = given.limit(LIMIT_USUAL)?;
    let before = given.parsed("before", "the `next` of the page before", parse)?.unwrap_or_default();
    let (account, mode) = (entry.caller.account, entry.caller.mode);
    let lines = api.engine.store().ledger(account, mode, before.clone(), limit).await.map_err(broken)?;
    let next = (lines.len() == limit as usize).then(|| cursor(&after(before, &lines)));
    let data = lines.into_iter().map(|line| item(account, line)).collect();
    Ok(shown(&Page { object: "ledger", mode, currency: CURRENCY, data, next }))
}

/// Where the next page begins.
fn after(mut before: Before, lines: &[Line]) -> Before {
    for line in lines {
        match line {
            Line::Job { id, .. } => before.job = Some(*id),
            Line::Credit { at, key, .. } => before.credit = Some((*at, key.clone())),
        }
    }
    before
}

fn cursor(before: &Before) -> String {
    let job = before.job.map_or(NOTHING.to_owned(), |job| job.to_string());
    let credit = before.credit.as_ref().map_or(NOTHING.to_owned(), |(at, key)| format!("{} {key}", at.0));
    BASE64URL_NOPAD.encode(format!("{job} {credit}").as_bytes())
}

fn parse(text: &str) -> Option<Before> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
    let (job, credit) = text.split_once(' ')?;
    let job = if job == NOTHING { None } else { Some(JobId::parse(job).ok()?) };
    let credit = if credit == NOTHING {
        None
    } else {
        let (at, key) = credit.split_once(' ')?;
        Some((Timestamp(at.parse().ok()?), key.to_owned()))
    };
    Some(Before { job, credit })
}

fn item(account: AccountId, line: Line) -> Item {
    match line {
        Line::Job { id, model, held, captured, at, ended_at } => Item::Job {
            job: format!("job_{id}"),
            model,
            held_usd: held.to_string(),
            charged_usd: ended_at.map(|_| captured.unwrap_or_default().to_string()),
            at: iso(at),
            ended_at: ended_at.map(iso),
        },
        Line::Credit { kind: Kind::Refund, job, amount, at, .. } => Item::Refund {
            job: job.map(|job| format!("job_{job}")),
            amount_usd: amount.to_string(),
            at: iso(at),
        },
        Line::Credit { key, kind, amount, at, .. } => {
            let named = key.strip_prefix(&format!("{}:{account}:", kind.as_str()));
            Item::Topup {
                reference: named.unwrap_or_default().to_owned(),
                amount_usd: amount.to_string(),
                at: iso(at),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let (job, credit) = (Some(JobId([7; 20])), Some((Timestamp(5), "topup:1:a b".to_owned())));
        for before in [
            Before::default(),
            Before { job, credit: None },
            Before { job: None, credit: credit.clone() },
            Before { job, credit },
        ] {
            assert_eq!(parse(&cursor(&before)), Some(before));
        }
        for text in
            ["", "x", "!", "LSA", &BASE64URL_NOPAD.encode(b"job 5 x"), &BASE64URL_NOPAD.encode(b"- five x")]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
