//! `spool keys`.

use hyper::Method;
use serde_json::{Value, json};
use spool_domain::scope::{Scope, Scopes};

use super::print::{self, Said};
use super::way::Way;
use super::{all, segment};
use crate::cli::{Keys, May};

pub(super) async fn act(way: &Way, command: Keys) -> anyhow::Result<Said> {
    let at = |id: &str| format!("/admin/v1/keys/{}", segment(id));
    Ok(match command {
        Keys::Create { account, name, live, days, admin, may } => {
            let mode = if live || admin { "live" } else { "test" };
            let scopes =
                if admin { Some([Scope::Admin].into_iter().collect::<Scopes>()) } else { may.scopes };
            let rate = may.rate.map(shown);
            let mut body = json!({ "account": account, "mode": mode, "name": name });
            for (field, value) in [("days", json!(days)), ("scopes", json!(scopes)), ("rate", json!(rate))] {
                if !value.is_null() {
                    body[field] = value;
                }
            }
            new_key(way.ask(Method::POST, "/admin/v1/keys", Some(body)).await?)
        }
        Keys::List { account } => {
            let keys = all(way, "/admin/v1/keys", account.map(|account| account.to_string())).await?;
            Said::table(print::keys(&keys), json!({ "items": keys }))
        }
        Keys::Show { id } => one(way.ask(Method::GET, &at(&id), None).await?),
        Keys::Update { id, name, may: May { scopes, rate }, no_rate } => {
            let mut body = json!({});
            for (field, value) in
                [("name", json!(name)), ("scopes", json!(scopes)), ("rate", json!(rate.map(shown)))]
            {
                if !value.is_null() {
                    body[field] = value;
                }
            }
            if no_rate {
                body["rate"] = Value::Null;
            }
            one(way.ask(Method::PATCH, &at(&id), Some(body)).await?)
        }
        Keys::Rotate { id, overlap } => {
            let body = overlap.map_or_else(|| json!({}), |overlap| json!({ "overlap_s": overlap }));
            let made = way.ask(Method::POST, &format!("{}/rotate", at(&id)), Some(body)).await?;
            let until = print::moment(&made["old"]["expires_at"]);
            let said = new_key(made);
            Said { beside: format!("{}Key {id} works until {until} UTC.\n", said.beside), ..said }
        }
        Keys::Revoke { id } => {
            let key = way.ask(Method::DELETE, &at(&id), None).await?;
            Said::table(format!("Key {id} is revoked; it stops working within a second.\n"), key)
        }
    })
}

fn shown((per_second, burst): (u32, u32)) -> Value {
    json!({ "per_second": per_second, "burst": burst })
}

/// The key stands alone on its line of standard output, so that scripts can take it.
fn new_key(made: Value) -> Said {
    let (id, secret) = (print::text(&made["key"]["id"]), print::text(&made["secret"]));
    let beside = format!("Key {id} is made. It is shown this once; keep it now.\n");
    Said { beside, ..Said::table(format!("{secret}\n"), made) }
}

fn one(key: Value) -> Said {
    Said::table(print::key(&key), key)
}
