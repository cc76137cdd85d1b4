//! What an operator does from the command line: each command is a call or two of `/admin/v1`, put to the running
//! server through its socket, or to the same routes in this process while no server runs.

mod accounts;
mod jobs;
mod keys;
mod print;
mod providers;
mod reports;
mod socket;
mod way;

use hyper::Method;
use serde_json::Value;

pub use self::print::Said;
pub use self::socket::Socket;
pub use self::way::{Way, server_url};
use crate::cli::Operator;

/// Does what the command says.
pub async fn act(way: &Way, command: Operator) -> anyhow::Result<Said> {
    Ok(match command {
        Operator::Keys { command, form } => keys::act(way, command).await?.or_json(form.json),
        Operator::Accounts { command, form } => accounts::act(way, command).await?.or_json(form.json),
        Operator::Jobs { command, form } => jobs::act(way, command).await?.or_json(form.json),
        Operator::Providers { command, form } => providers::act(way, command).await?.or_json(form.json),
        Operator::Usage { by, account, model, days, form } => {
            let account = account.map(|account| account.to_string());
            let query = query([
                ("group", Some(by.as_str())),
                ("account", account.as_deref()),
                ("model", model.as_deref()),
                ("from", days.from.as_deref()),
                ("to", days.to.as_deref()),
                ("mode", Some(days.mode.as_str())),
            ]);
            let report = way.ask(Method::GET, &format!("/admin/v1/usage{query}"), None).await?;
            Said::table(reports::usage(&report), report).or_json(form.json)
        }
        Operator::Performance { by, days, form } => {
            let query = query([
                ("group", Some(by.as_str())),
                ("from", days.from.as_deref()),
                ("to", days.to.as_deref()),
                ("mode", Some(days.mode.as_str())),
            ]);
            let report = way.ask(Method::GET, &format!("/admin/v1/performance{query}"), None).await?;
            Said::table(reports::performance(&report), report).or_json(form.json)
        }
        Operator::Log { limit, before, form } => {
            let limit = limit.to_string();
            let before = before.map(|before| before.to_string());
            let query = query([("limit", Some(limit.as_str())), ("before", before.as_deref())]);
            let page = way.ask(Method::GET, &format!("/admin/v1/log{query}"), None).await?;
            Said::table(print::log(&page), page).or_json(form.json)
        }
        Operator::Audit { form } => {
            let report = way.ask(Method::GET, "/admin/v1/audit", None).await?;
            let well = report["sound"] == true;
            Said { well, ..Said::table(print::audit(&report), report) }.or_json(form.json)
        }
    })
}

/// All pages of a list, oldest first: for lists that people read whole.
async fn all(way: &Way, path: &str, account: Option<String>) -> anyhow::Result<Value> {
    let mut items = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let query =
            query([("limit", Some("100")), ("account", account.as_deref()), ("before", before.as_deref())]);
        let mut page = way.ask(Method::GET, &format!("{path}{query}"), None).await?;
        if let Value::Array(more) = page["items"].take() {
            items.extend(more);
        }
        match page["next"].take() {
            Value::String(next) => before = Some(next),
            _ => break,
        }
    }
    items.reverse();
    Ok(Value::Array(items))
}

/// A query string out of what is given.
fn query<const N: usize>(pairs: [(&str, Option<&str>); N]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let text = query.finish();
    if text.is_empty() { text } else { format!("?{text}") }
}

/// A name as one part of a path.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
