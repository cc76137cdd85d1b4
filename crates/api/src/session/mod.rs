//! `/v1/session`: how a person in a browser comes in. The key is typed once and then kept in a cookie that no script
//! can read; every call takes it in place of the key.

mod cookie;
mod guard;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, Entropy, KeyId};
use spool_domain::order::Mode;
use spool_domain::store::{self, KeyRow};
use spool_domain::time::Timestamp;
use spool_engine::Engine;

use self::cookie::Cookies;
pub(crate) use self::cookie::Session;
use self::guard::Origin;
use crate::auth::{Entry, Stranger};
use crate::bans::Side;
use crate::keys::{self, Presented};
use crate::notation::iso;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer, body};

/// Coming, looking, going.
pub(crate) const ROUTES: &[Route] = &[
    route(Method::POST, Answer::Open(create)),
    route(Method::GET, Answer::Keyed(Need::ANY, show)),
    route(Method::DELETE, Answer::Keyed(Need::ANY, end)),
];

const fn route(method: Method, answer: Answer) -> Route {
    Route { method, path: "/v1/session", answer, refuse: answer::refuse }
}

/// The sessions of this server. None is kept: each is in its cookie.
pub(crate) struct Sessions {
    cookies: Cookies,
    origin: Origin,
}

/// What a request's cookie is worth.
pub(crate) enum Found {
    /// There is none.
    Nothing,
    /// One that does not open: it ended, or is not ours.
    Spoilt,
    /// A session, and the key in it.
    Opened(Presented, Session),
}

impl Sessions {
    /// Those of an engine's server.
    pub(crate) fn of(engine: &Engine) -> Self {
        let origin = Origin::of(engine.settings().public_url.as_deref());
        Self { cookies: Cookies::new(engine.key(), origin.is_https()), origin }
    }

    /// The session that a request comes with. Refuses one that is not our own page's.
    pub(crate) fn find(&self, method: &Method, headers: &HeaderMap, now: Timestamp) -> Result<Found, Fault> {
        let Some(text) = self.cookies.find(headers) else { return Ok(Found::Nothing) };
        let Some((presented, session)) = self.cookies.open(text, now) else { return Ok(Found::Spoilt) };
        guard::check(&self.origin, &self.cookies, &session, method, headers)?;
        Ok(Found::Opened(presented, session))
    }

    /// The header that takes the cookie away.
    pub(crate) fn clear(&self) -> HeaderValue {
        self.cookies.clear()
    }

    fn start(
        &self,
        key: &str,
        row: &KeyRow,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Session, HeaderValue) {
        self.cookies.start(key, row.expires_at, now, entropy)
    }
}

/// Who is in, and where.
#[derive(Serialize)]
struct Shown {
    object: &'static str,
    /// Not for a key that came by itself: it needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    expires_at: Option<String>,
    mode: Mode,
    key: ShownKey,
    account: ShownAccount,
    server: ShownServer,
}

#[derive(Serialize)]
struct ShownKey {
    id: KeyId,
    name: String,
    last4: String,
    scopes: Vec<&'static str>,
}

#[derive(Serialize)]
struct ShownAccount {
    id: AccountId,
    name: String,
}

#[derive(Serialize)]
struct ShownServer {
    version: &'static str,
    public_url: Option<String>,
}

/// `POST /v1/session`.
fn create(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let key = match asked(&api, request).await {
            Ok(key) => key,
            Err(fault) => return answer::refuse(&fault),
        };
        // A wrong key is counted as everywhere, and answered the same.
        match api.enter_with(keys::parse(&key), Side::Create).await {
            Ok(entry) => {
                let started = match entry.within_limit() {
                    Ok(()) => started(&api, &key, &entry).await,
                    Err(fault) => Err(fault),
                };
                entry.stamp(started.unwrap_or_else(|fault| answer::refuse(&fault)))
            }
            Err(stranger) => Stranger::turn_away(stranger, answer::refuse),
        }
    })
}

/// The key in the body. A page of another site must not sign anybody in either: what is made after that would be
/// somebody else's.
async fn asked(api: &Api, request: Request) -> Result<String, Fault> {
    let (parts, sent) = request.into_parts();
    api.sessions.origin.refuse_foreign(&parts.headers)?;
    let bytes = body::read(&parts, sent).await?;
    let Value::Object(mut fields) = body::parse(&bytes)? else {
        return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
    };
    let key = match fields.remove("key") {
        Some(Value::String(key)) => key.trim().to_owned(),
        Some(_) => return Err(Fault::field("key", "key must be a text: an API key")),
        None => return Err(Fault::field("key", "key is required: an API key")),
    };
    match fields.keys().next() {
        None => Ok(key),
        Some(name) => {
            let name: String = name.chars().take(80).collect();
            let message = format!("there is no field `{name}`; allowed is key");
            Err(Fault::field(name, message))
        }
    }
}

async fn started(api: &Api, key: &str, entry: &Entry) -> Result<Response, Fault> {
    let row = row(api, entry).await?;
    let now = api.engine.clock().now();
    let (session, set) = api.sessions.start(key, &row, now, api.engine.entropy().as_ref());
    let mut response = answer::json(StatusCode::CREATED, &shown(api, row, Some(&session)).await?);
    response.headers_mut().insert(header::SET_COOKIE, set);
    Ok(response)
}

/// `GET /v1/session`.
fn show(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move {
        let row = row(&api, &entry).await?;
        Ok(answer::json(StatusCode::OK, &shown(&api, row, entry.session.as_deref()).await?))
    })
}

/// `DELETE /v1/session`. The key goes on being good; who wants an end of that revokes it.
fn end(api: Arc<Api>, _: Entry, _: Request) -> Answering {
    Box::pin(async move {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, answer::NO_STORE);
        headers.insert(header::SET_COOKIE, api.sessions.clear());
        Ok(response)
    })
}

async fn row(api: &Api, entry: &Entry) -> Result<KeyRow, Fault> {
    let row = api.engine.store().key(&entry.caller.key).await.map_err(broken)?;
    // It was there a moment ago.
    row.ok_or_else(|| Kind::Unauthenticated.into())
}

async fn shown(api: &Api, key: KeyRow, session: Option<&Session>) -> Result<Shown, Fault> {
    let account = api.engine.store().account(key.account).await.map_err(broken)?;
    Ok(Shown {
        object: "session",
        csrf_token: session.map(|session| api.sessions.cookies.token(session)),
        expires_at: session.map_or(key.expires_at, |session| Some(session.ends)).map(iso),
        mode: key.mode,
        account: ShownAccount { id: key.account, name: account.map(|row| row.name).unwrap_or_default() },
        key: ShownKey {
            id: key.id,
            name: key.name,
            last4: key.last4,
            scopes: key.scopes.iter().map(|scope| scope.word()).collect(),
        },
        server: ShownServer {
            version: env!("CARGO_PKG_VERSION"),
            public_url: api.engine.settings().public_url.clone(),
        },
    })
}

/// A failed database is our fault, and its text is for the log.
fn broken(error: store::Error) -> Fault {
    tracing::error!(error = %error, "a session could not be read: {error}");
    Kind::Internal.into()
}
