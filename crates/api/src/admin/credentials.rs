//! Providers' credentials: kept sealed, checked, removed. A secret comes in and is never shown, neither in an answer nor
//! in what a refusal quotes.

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use serde_json::{Value, json};
use spool_domain::fault::Fault;
use spool_engine::credential::{Change, Source, State, Told, WEIGHT_MAX};
use spool_engine::secret::Secret;

use super::{id, note, ok, read, route};
use crate::Api;
use crate::auth::Entry;
use crate::fields::Fields;
use crate::notation::iso;
use crate::routes::Route;

/// The longest secret, characters: the JSON key of a service account has some two thousand.
const SECRET_CHARS_MAX: usize = 64 << 10;

pub(super) const ROUTES: &[Route] = &[
    route(Method::PUT, "/admin/v1/providers/{id}/credentials/{name}", |api, entry, request| {
        Box::pin(async move { put(&api, &entry, request).await })
    }),
    route(Method::DELETE, "/admin/v1/providers/{id}/credentials/{name}", |api, entry, request| {
        Box::pin(async move { remove(&api, &entry, request).await })
    }),
    route(Method::POST, "/admin/v1/providers/{id}/check", |api, _, request| {
        Box::pin(async move { check(&api, request).await })
    }),
];

/// A credential as operators see it.
pub(super) fn shown(api: &Api, provider: &str, told: &Told) -> Value {
    let (source, place, version) = match &told.source {
        Source::Settings(place) => ("settings", Some(place), None),
        Source::Sealed(version) => ("sealed", None, Some(version)),
    };
    json!({
        "name": told.name,
        "source": source,
        "place": place,
        "version": version,
        "weight": told.weight,
        "accounts": told.accounts,
        "callback_secret": told.callback_secret,
        "state": told.state.as_str(),
        "last_check": last_check(api, provider, told),
    })
}

/// What the last check found. One was of the secret that counts.
fn last_check(api: &Api, provider: &str, told: &Told) -> Option<Value> {
    let (checked, at) = api.engine.last_check(provider, &told.name).filter(|_| told.state == State::Used)?;
    Some(json!({
        "result": checked.verdict.as_str(),
        "message": checked.verdict.says(),
        "code": checked.code,
        "at": iso(at),
    }))
}

/// Makes a credential, or changes the one of this name: what is left out stays as it was.
async fn put(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let (provider, name) = (id(&parts), name(parts.uri.path()));
    let mut body = Fields::body(&bytes, &["secret", "weight", "accounts", "callback_secret"])?;
    let secret = |text: Option<String>| text.map(|text| Secret::new(text.trim()));
    let weight = body.whole("weight", 0..=u64::from(WEIGHT_MAX))?;
    let change = Change {
        secret: secret(body.secret("secret", SECRET_CHARS_MAX)?.flatten()),
        weight: weight.and_then(|weight| u32::try_from(weight).ok()),
        accounts: body.accounts()?,
        callback_secret: body.secret("callback_secret", SECRET_CHARS_MAX)?.map(secret),
    };
    let subject = format!("provider:{provider}/{name}");
    let note = note(api, entry, "credential.put", subject, json!({}));
    let told = api.engine.seal_credential(provider, name, change, note).await?;
    ok(&shown(api, provider, &told))
}

async fn remove(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let (parts, _) = read(request).await?;
    let (provider, name) = (id(&parts), name(parts.uri.path()));
    let mut query = Fields::query(parts.uri.query(), &["force"])?;
    let force = query.parsed("force", "true or false", |word| word.parse().ok())?.unwrap_or(false);
    let subject = format!("provider:{provider}/{name}");
    let note = note(api, entry, "credential.remove", subject, json!({ "forced": force }));
    let waiting = api.engine.remove_credential(provider, name, force, note).await?;
    ok(&json!({ "removed": name, "waiting_jobs": waiting }))
}

/// Makes the provider's free call.
async fn check(api: &Api, request: Request) -> Result<Response, Fault> {
    let (parts, bytes) = read(request).await?;
    let mut body = Fields::body(&bytes, &["credential"])?;
    let credential = body.text("credential", 1..=64)?;
    let checked = api.engine.check_provider(id(&parts), credential.as_deref()).await?;
    let items: Vec<Value> = checked
        .into_iter()
        .map(|one| {
            json!({
                "credential": one.credential,
                "result": one.verdict.as_str(),
                "message": one.verdict.says(),
                "code": one.code,
            })
        })
        .collect();
    ok(&json!({ "items": items }))
}

/// The last part of `/admin/v1/providers/{id}/credentials/{name}`. Names have no character that a path would escape, so
/// one that is escaped is refused for its name.
fn name(path: &str) -> &str {
    path.split('/').nth(6).unwrap_or_default()
}
