//! Accounts and their credit.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use spool_domain::fault::Fault;
use spool_domain::ids::AccountId;
use spool_domain::ledger::top_up;
use spool_domain::money::MicroUsd;
use spool_domain::operator::AccountChange;
use spool_domain::order::Mode;
use spool_domain::store::AccountRow;

use super::{PAGE, Page, broken, created, id, missing, money, note, ok, read, route};
use crate::Api;
use crate::auth::Entry;
use crate::fields::{Fields, absent, wrong};
use crate::notation::iso;
use crate::routes::{Answering, Route};

/// The most that is credited at once: far above any invoice, far below what a balance can hold.
const CREDIT_MAX: MicroUsd = MicroUsd(1_000_000_000_000_000);

const NAME: &str = "a text of 1 to 100 characters";

pub(super) const ROUTES: &[Route] = &[
    route(Method::POST, "/admin/v1/accounts", |api, entry, request| {
        Box::pin(async move { create(&api, &entry, request).await })
    }),
    route(Method::GET, "/admin/v1/accounts", |api, _, request| {
        Box::pin(async move { list(&api, request).await })
    }),
    route(Method::GET, "/admin/v1/accounts/{id}", show),
    route(Method::PATCH, "/admin/v1/accounts/{id}", |api, entry, request| {
        Box::pin(async move { change(&api, &entry, request).await })
    }),
    route(Method::POST, "/admin/v1/accounts/{id}/credits", |api, entry, request| {
        Box::pin(async move { credit(&api, &entry, request).await })
    }),
];

/// An account with its balances.
#[derive(Serialize)]
struct Account {
    id: AccountId,
    name: String,
    email: Option<String>,
    created_at: String,
    /// Null where the server's usual number counts; 0: any number.
    open_jobs_max: Option<u32>,
    balances: Value,
}

async fn create(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (_, bytes) = read(request).await?;
    let mut body = Fields::body(&bytes, &["name", "email"])?;
    let name = body.text("name", 1..=100)?.ok_or_else(|| absent("name", NAME))?;
    let email = address(&mut body)?;
    let detail = json!({ "name": name, "email": email });
    let note = note(api, entry, "account.create", String::new(), detail);
    let row = api.engine.store().open_account(&name, email.as_deref(), note).await.map_err(broken)?;
    created(&whole(api, row).await?)
}

async fn list(api: &Api, request: Request) -> Result<Response, Fault> {
    let mut query = Fields::query(request.uri().query(), &["limit", "before"])?;
    let limit = query.limit(PAGE)?;
    let before = query.parsed("before", "the `next` of a page", |text| text.parse().ok().map(AccountId))?;
    let rows = api.engine.store().accounts_before(before, limit + 1).await.map_err(broken)?;
    let Page { items, next } = Page::of(rows, limit, |row| row.id.to_string(), |row| row);
    let mut shown = Vec::with_capacity(items.len());
    for row in items {
        shown.push(whole(api, row).await?);
    }
    ok(&Page { items: shown, next })
}

fn show(api: Arc<Api>, _: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let row = of(&api, id(&request.into_parts().0)).await?;
        ok(&whole(&api, row).await?)
    })
}

async fn change(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let row = of(api, id(&parts)).await?;
    let mut body = Fields::body(&bytes, &["name", "email"])?;
    let (named, addressed) = (body.has("name"), body.has("email"));
    let name = body.text("name", 1..=100)?;
    if named && name.is_none() {
        return Err(wrong("name", &Value::Null, NAME));
    }
    let email = address(&mut body)?;
    let mut detail = json!({});
    if let Some(name) = &name {
        detail["name"] = json!({ "from": row.name, "to": name });
    }
    if addressed {
        detail["email"] = json!({ "from": row.email, "to": email });
    }
    let change = AccountChange { name, email: addressed.then_some(email) };
    let row = if change == AccountChange::default() {
        row
    } else {
        let note = note(api, entry, "account.update", format!("account:{}", row.id), detail);
        let changed = api.engine.store().change_account(row.id, change, note).await.map_err(broken)?;
        changed.ok_or_else(|| missing("account", &row.id.to_string()))?
    };
    ok(&whole(api, row).await?)
}

async fn credit(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let row = of(api, id(&parts)).await?;
    let mut body = Fields::body(&bytes, &["mode", "usd", "reference"])?;
    let mode = body.mode()?.ok_or_else(|| absent("mode", "live or test"))?;
    let amount = body.usd(CREDIT_MAX)?;
    let reference = body.text("reference", 1..=200)?.ok_or_else(|| {
        absent(
            "reference",
            "what the credit is for, such as an invoice's number; one reference is booked once",
        )
    })?;
    let detail = json!({ "mode": mode, "usd": amount.to_string(), "reference": reference });
    let note = note(api, entry, "account.credit", format!("account:{}", row.id), detail);
    let entry = top_up(row.id, mode, &reference, amount, note.at);
    let booked = api.engine.store().credit(entry, note).await.map_err(broken)?;
    let answer = json!({ "booked": booked, "account": whole(api, row).await? });
    if booked { created(&answer) } else { ok(&answer) }
}

fn address(body: &mut Fields) -> Result<Option<String>, Fault> {
    body.parsed("email", "an address such as ops@example.com, or null", |text| {
        let fits = (3..=254).contains(&text.len()) && !text.contains(char::is_whitespace);
        (fits && text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty()))
            .then(|| text.to_owned())
    })
}

/// The account whose number stands in a path.
async fn of(api: &Api, text: &str) -> Result<AccountRow, Fault> {
    let none = || missing("account", text);
    let number = text.parse().map_err(|_| none())?;
    api.engine.store().account(AccountId(number)).await.map_err(broken)?.ok_or_else(none)
}

async fn whole(api: &Api, row: AccountRow) -> Result<Account, Fault> {
    let store = api.engine.store();
    let live = store.balance(row.id, Mode::Live).await.map_err(broken)?;
    let test = store.balance(row.id, Mode::Test).await.map_err(broken)?;
    Ok(Account {
        id: row.id,
        name: row.name,
        email: row.email,
        created_at: iso(row.created_at),
        open_jobs_max: row.open_jobs_max,
        balances: json!({ "live": money(live), "test": money(test) }),
    })
}
