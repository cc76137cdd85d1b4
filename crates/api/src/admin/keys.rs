//! API keys of all accounts. A key's secret is told once, in the answer that makes it.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde::Serialize;
use serde_json::json;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::operator::KeyChange;
use spool_domain::order::Mode;
use spool_domain::rate::RateLimit;
use spool_domain::scope::{Scope, Scopes};
use spool_domain::store::KeyRow;
use spool_domain::time::Timestamp;

use super::{PAGE, Page, broken, created, id, missing, note, ok, read, route};
use crate::Api;
use crate::auth::Entry;
use crate::fields::{Fields, absent, within, wrong};
use crate::keys::{self, NewKey};
use crate::notation::iso;
use crate::routes::{Answering, Route};

const DAY_MS: u64 = 86_400_000;

/// A century; who wants longer wants a key without an end.
const DAYS_MAX: u64 = 36_500;

/// How long a key goes on beside its successor, seconds: a day to hand the new one out, unless said otherwise, and a
/// month at most.
const OVERLAP_S: u64 = 86_400;
const OVERLAP_MAX_S: u64 = 30 * 86_400;

/// The fastest and largest allowance of one key.
const RATE_MAX: u64 = 1_000_000;

pub(super) const ROUTES: &[Route] = &[
    route(Method::POST, "/admin/v1/keys", |api, entry, request| {
        Box::pin(async move { create(&api, &entry, request).await })
    }),
    route(Method::GET, "/admin/v1/keys", |api, _, request| {
        Box::pin(async move { list(&api, request).await })
    }),
    route(Method::GET, "/admin/v1/keys/{id}", show),
    route(Method::PATCH, "/admin/v1/keys/{id}", |api, entry, request| {
        Box::pin(async move { change(&api, &entry, request).await })
    }),
    route(Method::DELETE, "/admin/v1/keys/{id}", |api, entry, request| {
        Box::pin(async move { revoke(&api, &entry, request).await })
    }),
    route(Method::POST, "/admin/v1/keys/{id}/rotate", |api, entry, request| {
        Box::pin(async move { rotate(&api, &entry, request).await })
    }),
];

/// A key as operators see it.
#[derive(Serialize)]
struct Key {
    id: KeyId,
    account: AccountId,
    mode: Mode,
    name: String,
    last4: String,
    scopes: Scopes,
    /// Its own limit; null where the server's setting counts.
    rate: Option<RateLimit>,
    state: &'static str,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

fn shown(row: KeyRow, now: Timestamp) -> Key {
    let KeyRow {
        id,
        account,
        mode,
        name,
        last4,
        created_at,
        expires_at,
        revoked_at,
        scopes,
        rate,
        sha256: _,
    } = row;
    let state = match (revoked_at, expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(at)) if at <= now => "expired",
        (None, _) => "active",
    };
    let (created_at, expires_at) = (iso(created_at), expires_at.map(iso));
    Key {
        id,
        account,
        mode,
        name,
        last4,
        scopes,
        rate,
        state,
        created_at,
        expires_at,
        revoked_at: revoked_at.map(iso),
    }
}

async fn create(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (_, bytes) = read(request).await?;
    let mut body = Fields::body(&bytes, &["account", "mode", "name", "scopes", "days", "rate"])?;
    let account = body.account()?.ok_or_else(|| absent("account", "an account's number"))?;
    let mode = body.mode()?.ok_or_else(|| absent("mode", "live or test"))?;
    let name = body.text("name", 0..=100)?.unwrap_or_default();
    let scopes = body.scopes()?.unwrap_or_else(Scopes::customer);
    let days = body.whole("days", 1..=DAYS_MAX)?;
    let rate = rate(&mut body)?.flatten();
    fitting(scopes, mode)?;
    let store = api.engine.store();
    if store.account(account).await.map_err(broken)?.is_none() {
        return Err(Fault::field("account", format!("there is no account {account}")));
    }
    let (new, now) = (fresh(api, mode), api.engine.clock().now());
    let expires_at = days.map(|days| now.after_ms(days * DAY_MS));
    let row = KeyRow { scopes, rate, ..new.row(account, &name, now, expires_at) };
    let detail = json!({
        "account": account, "mode": mode, "name": name, "scopes": scopes, "rate": rate, "days": days,
    });
    let note = note(api, entry, "key.create", format!("key:{}", row.id), detail);
    store.issue_key(row.clone(), note).await.map_err(broken)?;
    created(&json!({ "key": shown(row, now), "secret": new.into_text() }))
}

async fn list(api: &Api, request: Request) -> Result<Response, Fault> {
    let mut query = Fields::query(request.uri().query(), &["account", "limit", "before"])?;
    let (account, limit) = (query.account()?, query.limit(PAGE)?);
    let before = query.parsed("before", "the `next` of a page", |text| Some(KeyId(text.to_owned())))?;
    let store = api.engine.store();
    let rows = store.keys_before(account, before.as_ref(), limit + 1).await.map_err(broken)?;
    let now = api.engine.clock().now();
    ok(&Page::of(rows, limit, |row| row.id.to_string(), |row| shown(row, now)))
}

fn show(api: Arc<Api>, _: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let row = of(&api, id(&request.into_parts().0)).await?;
        ok(&shown(row, api.engine.clock().now()))
    })
}

async fn change(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let row = unrevoked(api, id(&parts)).await?;
    let mut body = Fields::body(&bytes, &["name", "scopes", "rate"])?;
    let change =
        KeyChange { name: body.text("name", 0..=100)?, scopes: body.scopes()?, rate: rate(&mut body)? };
    if let Some(scopes) = change.scopes {
        fitting(scopes, row.mode)?;
    }
    let mut detail = json!({});
    if let Some(name) = &change.name {
        detail["name"] = json!({ "from": row.name, "to": name });
    }
    if let Some(scopes) = change.scopes {
        detail["scopes"] = json!({ "from": row.scopes, "to": scopes });
    }
    if let Some(rate) = change.rate {
        detail["rate"] = json!({ "from": row.rate, "to": rate });
    }
    let row = if change == KeyChange::default() {
        row
    } else {
        let note = note(api, entry, "key.update", format!("key:{}", row.id), detail);
        let changed = api.engine.store().change_key(&row.id, change, note).await.map_err(broken)?;
        changed.ok_or_else(|| missing("key", &row.id.0))?
    };
    ok(&shown(row, api.engine.clock().now()))
}

/// Revoking twice is as good as once.
async fn revoke(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let row = of(api, id(&request.into_parts().0)).await?;
    let note = note(api, entry, "key.revoke", format!("key:{}", row.id), json!({ "account": row.account }));
    let now = note.at;
    let store = api.engine.store();
    store.end_key(&row.id, now, note).await.map_err(broken)?;
    let row = store.key(&row.id).await.map_err(broken)?.ok_or_else(|| missing("key", &row.id.0))?;
    ok(&shown(row, now))
}

/// The successor may do what the old key may, and ends when the old one would have ended.
async fn rotate(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let old = unrevoked(api, id(&parts)).await?;
    let mut body = Fields::body(&bytes, &["overlap_s"])?;
    let overlap_s = body.whole("overlap_s", 0..=OVERLAP_MAX_S)?.unwrap_or(OVERLAP_S);
    let now = api.engine.clock().now();
    if old.expires_at.is_some_and(|at| at <= now) {
        return Err(Fault::new(Kind::Conflict, format!("key {} has expired; make a new one", old.id)));
    }
    let new = fresh(api, old.mode);
    let base = new.row(old.account, &old.name, now, old.expires_at);
    let row = KeyRow { scopes: old.scopes, rate: old.rate, ..base };
    let detail = json!({ "successor": row.id, "overlap_s": overlap_s });
    let note = note(api, entry, "key.rotate", format!("key:{}", old.id), detail);
    let until = now.after_ms(overlap_s * 1_000);
    let store = api.engine.store();
    if !store.replace_key(&old.id, until, row.clone(), note).await.map_err(broken)? {
        return Err(revoked(&old.id));
    }
    let old = store.key(&old.id).await.map_err(broken)?.ok_or_else(|| missing("key", &old.id.0))?;
    created(&json!({ "key": shown(row, now), "secret": new.into_text(), "old": shown(old, now) }))
}

fn fresh(api: &Api, mode: Mode) -> NewKey {
    keys::generate(api.engine.entropy().as_ref(), mode)
}

/// The operator's permission is about real money, whatever the mode; a key that says `test` would mislead.
fn fitting(scopes: Scopes, mode: Mode) -> Result<(), Fault> {
    if scopes.has(Scope::Admin) && mode == Mode::Test {
        let message = "`scopes` has admin, which a test key cannot have; allowed is admin with the mode live";
        return Err(Fault::field("scopes", message));
    }
    Ok(())
}

/// The limit of a key's own; the inner none is null, which leaves it to the server's setting.
fn rate(body: &mut Fields) -> Result<Option<Option<RateLimit>>, Fault> {
    let Some(inner) = body.object("rate", &["per_second", "burst"])? else { return Ok(None) };
    let Some(mut inner) = inner else { return Ok(Some(None)) };
    let mut number = |name| {
        let number = inner.whole(name, 1..=RATE_MAX).map_err(|fault| within("rate", fault))?;
        let number = number.and_then(|number| NonZeroU32::new(u32::try_from(number).ok()?));
        number.ok_or_else(|| within("rate", absent(name, "a whole number from 1 to 1000000")))
    };
    Ok(Some(Some(RateLimit { per_second: number("per_second")?, burst: number("burst")? })))
}

async fn of(api: &Api, text: &str) -> Result<KeyRow, Fault> {
    let row = api.engine.store().key(&KeyId(text.to_owned())).await.map_err(broken)?;
    row.ok_or_else(|| missing("key", text))
}

/// The key that a filter names. It has one account and one mode: naming others with it asks for nothing.
pub(super) async fn fits(
    api: &Api,
    key: &KeyId,
    account: Option<AccountId>,
    mode: Option<Mode>,
) -> Result<KeyRow, Fault> {
    let row = api.engine.store().key(key).await.map_err(broken)?;
    let row = row
        .filter(|row| account.is_none_or(|one| one == row.account) && mode.is_none_or(|one| one == row.mode));
    row.ok_or_else(|| {
        let kind = mode.map_or_else(String::new, |mode| format!("{} ", mode.as_str()));
        let of = account.map_or_else(String::new, |account| format!(" of account {account}"));
        wrong("key", &json!(key), &format!("the id of a {kind}key{of}"))
    })
}

async fn unrevoked(api: &Api, text: &str) -> Result<KeyRow, Fault> {
    let row = of(api, text).await?;
    if row.revoked_at.is_some() { Err(revoked(&row.id)) } else { Ok(row) }
}

fn revoked(id: &KeyId) -> Fault {
    Fault::new(Kind::Conflict, format!("key {id} is revoked; make a new one"))
}
