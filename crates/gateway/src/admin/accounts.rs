//! `spool accounts`.

use hyper::Method;
use serde_json::{Value, json};
use spool_domain::ids::Entropy;

use super::all;
use super::print::{self, Said};
use super::way::Way;
use crate::cli::Accounts;
use crate::clock::SystemEntropy;

pub(super) async fn act(way: &Way, command: Accounts) -> anyhow::Result<Said> {
    Ok(match command {
        Accounts::Create { name, email } => {
            let body = json!({ "name": name, "email": email });
            one(way.ask(Method::POST, "/admin/v1/accounts", Some(body)).await?)
        }
        Accounts::List => {
            let accounts = all(way, "/admin/v1/accounts", None).await?;
            Said::table(print::accounts(&accounts), json!({ "items": accounts }))
        }
        Accounts::Show { id } => one(way.ask(Method::GET, &format!("/admin/v1/accounts/{id}"), None).await?),
        Accounts::Credit { id, usd, live, reference } => {
            let reference = reference.unwrap_or_else(|| {
                let mut random = [0; 8];
                SystemEntropy.fill(&mut random);
                format!("cli-{:016x}", u64::from_be_bytes(random))
            });
            let mode = if live { "live" } else { "test" };
            let body = json!({ "mode": mode, "usd": usd.to_string(), "reference": reference });
            let path = format!("/admin/v1/accounts/{id}/credits");
            let done = way.ask(Method::POST, &path, Some(body)).await?;
            let table = print::accounts(&json!([done["account"]]));
            let beside = match done["booked"] == true {
                true => String::new(),
                false => "This reference was booked before; nothing was added.\n".to_owned(),
            };
            Said { beside, ..Said::table(table, done) }
        }
    })
}

fn one(account: Value) -> Said {
    Said::table(print::accounts(&json!([account])), account)
}
