//! `spool jobs`.

use hyper::Method;
use serde_json::{Value, json};

use super::print::{self, Said};
use super::way::Way;
use super::{query, segment};
use crate::cli::Jobs;

pub(super) async fn act(way: &Way, command: Jobs) -> anyhow::Result<Said> {
    let at = |id: &str| format!("/admin/v1/jobs/{}", segment(id));
    let post = async |id: &str, what: &str, body: Value| {
        way.ask(Method::POST, &format!("{}/{what}", at(id)), Some(body)).await
    };
    Ok(match command {
        Jobs::List { needs_operator, phase, account, mode, model, limit, before } => {
            let phase = if needs_operator { Some("needs_operator".to_owned()) } else { phase };
            let (account, limit) = (account.map(|account| account.to_string()), limit.to_string());
            let query = query([
                ("phase", phase.as_deref()),
                ("account", account.as_deref()),
                ("mode", mode.as_deref()),
                ("model", model.as_deref()),
                ("limit", Some(limit.as_str())),
                ("before", before.as_deref()),
            ]);
            let page = way.ask(Method::GET, &format!("/admin/v1/jobs{query}"), None).await?;
            let beside = match &page["next"] {
                Value::String(next) => format!("There are more: --before {next}\n"),
                _ => String::new(),
            };
            Said { beside, ..Said::table(print::jobs(&page["items"]), page) }
        }
        Jobs::Show { id, params } => {
            let query = query([("params", params.then_some("true"))]);
            let job = way.ask(Method::GET, &format!("{}{query}", at(&id)), None).await?;
            Said::table(print::job(&job), job)
        }
        Jobs::Adopt { id, provider_job } => {
            let job = post(&id, "adopt", json!({ "provider_job": provider_job })).await?;
            Said::table(format!("Job {id} is followed at its provider from now on.\n"), job)
        }
        Jobs::WriteOff { id, reason } => {
            let job = post(&id, "write-off", json!({ "reason": reason })).await?;
            Said::table(format!("Job {id} is written off; its owner was charged nothing.\n"), job)
        }
        Jobs::Cancel { id } => {
            let job = post(&id, "cancel", json!({})).await?;
            Said::table(format!("Job {id} is asked to cancel; its provider's answer decides.\n"), job)
        }
        Jobs::Refund { id, usd, reason, reference } => {
            let body = json!({ "usd": usd, "reason": reason, "reference": reference });
            let refund = post(&id, "refunds", body).await?;
            let said = match refund["new"].as_bool() {
                Some(true) => format!("{usd} USD of job {id} are given back.\n"),
                _ => "This reference was booked before; nothing was given back.\n".to_owned(),
            };
            Said::table(said, refund)
        }
    })
}
