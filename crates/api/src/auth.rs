//! Who asks: the bearer key, or the one in a session's cookie, looked up at most once a second, and the request counted
//! against its limit.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, header};
use parking_lot::Mutex;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::order::{Caller, Mode};
use spool_domain::rate::RateLimit;
use spool_domain::scope::{Scope, Scopes};
use spool_domain::store::{KeyRow, Store};
use spool_domain::time::Timestamp;
use subtle::ConstantTimeEq;

use crate::Api;
use crate::answer::Refuse;
use crate::bans::Side;
use crate::keys::{self, Presented};
use crate::limits::Rate;
use crate::session::{Found, Session};

/// How the operator's log names who came without a key.
const CONSOLE: &str = "console";

/// A row is believed this long. Half of what S6 allows, so that the time of an answer's own way is covered too.
const ROW_LIFE: Duration = Duration::from_millis(500);

/// At most so many rows are kept. A flood of made-up key ids empties the list and costs a lookup each.
const ROWS_MAX: usize = 10_000;

/// Requests without a key are counted together: their answers carry the same headers as all others.
static NOBODY: LazyLock<KeyId> = LazyLock::new(|| KeyId(String::new()));

/// A request that was let in.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Who asks.
    pub(crate) caller: Arc<Caller>,
    /// The session that the key came in, if it did.
    pub(crate) session: Option<Arc<Session>>,
    scopes: Scopes,
    rate: Option<Rate>,
}

impl Entry {
    /// Whoever may open the data folder, and so needs no key: the operator's socket and commands.
    pub(crate) fn console() -> Self {
        // Shorter than any key's id, so that no key is taken for it.
        let caller = Caller { account: AccountId(0), key: KeyId(CONSOLE.to_owned()), mode: Mode::Live };
        Self {
            caller: Arc::new(caller),
            session: None,
            scopes: Scopes::from_iter([Scope::Admin]),
            rate: None,
        }
    }

    /// Refuses a request that is one too many. Apart from entering, because some dialects check other things first.
    pub(crate) fn within_limit(&self) -> Result<(), Fault> {
        match self.rate.and_then(|rate| rate.retry_after_s) {
            Some(seconds) => Err(Fault::of(Kind::RateLimited).after_s(seconds)),
            None => Ok(()),
        }
    }

    /// Refuses a key without the permission.
    pub(crate) fn may(&self, scope: Scope) -> Result<(), Fault> {
        if self.scopes.has(scope) {
            return Ok(());
        }
        let message = format!(
            "This key does not have the permission `{}`; use another key, or ask for it.",
            scope.word()
        );
        Err(Fault::new(Kind::Forbidden, message))
    }

    /// Writes the limit's headers.
    pub(crate) fn stamp(&self, mut response: Response) -> Response {
        if let Some(rate) = &self.rate {
            rate.write(response.headers_mut());
        }
        response
    }
}

/// A request that was not let in.
pub(crate) struct Stranger {
    fault: Fault,
    rate: Option<Rate>,
    /// Takes away a cookie that is good for nothing.
    cookie: Option<HeaderValue>,
}

impl Stranger {
    /// The answer in a dialect's form.
    pub(crate) fn turn_away(self, refuse: Refuse) -> Response {
        let mut response = refuse(&self.fault);
        if let Some(rate) = &self.rate {
            rate.write(response.headers_mut());
        }
        if let Some(cookie) = self.cookie {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

impl Api {
    /// Finds out who asks, and counts the request as one of its kind. A key that is shown openly wins over a cookie,
    /// which browsers add whether anybody wants it or not.
    pub(crate) async fn enter(&self, method: &Method, headers: &HeaderMap) -> Result<Entry, Stranger> {
        let side = Side::of(method);
        let found = match headers.contains_key(header::AUTHORIZATION) {
            true => Ok(Found::Nothing),
            false => self.sessions.find(method, headers, self.engine.clock().now()),
        };
        let (presented, session, by_cookie) = match found {
            Ok(Found::Nothing) => (bearer(headers).and_then(keys::parse), None, false),
            Ok(Found::Spoilt) => (None, None, true),
            Ok(Found::Opened(presented, session)) => (Some(presented), Some(Arc::new(session)), true),
            Err(fault) => return Err(self.stranger(fault, side)),
        };
        match self.enter_with(presented, side).await {
            Ok(entry) => Ok(Entry { session, ..entry }),
            Err(stranger) if by_cookie && stranger.fault.kind == Kind::Unauthenticated => {
                Err(Stranger { cookie: Some(self.sessions.clear()), ..stranger })
            }
            Err(stranger) => Err(stranger),
        }
    }

    /// The same with a key that was read already.
    pub(crate) async fn enter_with(
        &self,
        presented: Option<Presented>,
        side: Side,
    ) -> Result<Entry, Stranger> {
        let now = self.engine.clock().now();
        let found = match presented {
            Some(presented) => match self.rows.fresh(&presented.id) {
                Some(row) => Ok(row),
                // Boxed: most requests do not come here, and a waiting one should not carry its size.
                None => Box::pin(self.rows.look(self.engine.store().as_ref(), &presented.id)).await,
            }
            .map(|row| genuine(row.as_deref(), &presented, now)),
            None => Ok(None),
        };
        match found {
            Ok(Some((caller, scopes, own))) => {
                let rate = self.limits.check(&caller.key, side, own, now);
                Ok(Entry { caller, session: None, scopes, rate })
            }
            // Missing, malformed, unknown, wrong, expired and revoked are one answer.
            Ok(None) => Err(self.stranger(Kind::Unauthenticated.into(), side)),
            Err(fault) => Err(self.stranger(fault, side)),
        }
    }

    /// Counts a request as nobody's. So are those that a foreign page makes with somebody's cookie: they must not use
    /// up the allowance of whoever looks at that page.
    fn stranger(&self, fault: Fault, side: Side) -> Stranger {
        let rate = self.limits.check(&NOBODY, side, None, self.engine.clock().now());
        Stranger { fault, rate, cookie: None }
    }
}

impl Api {
    /// The same for a dialect that also bans: its own count is what the answer shows, unless the general limit is
    /// what refuses.
    pub(crate) async fn enter_or_ban(&self, method: &Method, headers: &HeaderMap) -> Result<Entry, Stranger> {
        let (now, side) = (self.engine.clock().now(), Side::of(method));
        let counted = |key: &KeyId, general: Option<Rate>| {
            let own = self.bans.as_ref().map(|bans| bans.check(key, side, now));
            match (general, own) {
                (Some(general), Some(own))
                    if own.retry_after_s.is_none() && general.retry_after_s.is_some() =>
                {
                    Some(general)
                }
                (general, own) => own.or(general),
            }
        };
        match self.enter(method, headers).await {
            Ok(entry) => Ok(Entry { rate: counted(&entry.caller.key, entry.rate), ..entry }),
            Err(stranger) => Err(Stranger { rate: counted(&NOBODY, stranger.rate), ..stranger }),
        }
    }
}

/// The text of the one `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let only = all.next().filter(|_| all.next().is_none())?.to_str().ok()?;
    let (scheme, key) = only.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

fn genuine(
    row: Option<&Row>,
    presented: &Presented,
    now: Timestamp,
) -> Option<(Arc<Caller>, Scopes, Option<RateLimit>)> {
    // An unknown id is compared like a known one, so that both take the same time.
    let stored = row.map_or([0; 32], |row| row.sha256);
    let same = bool::from(stored.ct_eq(&presented.sha256));
    let row = row.filter(|_| same)?;
    let lapsed = row.expires_at.is_some_and(|at| at <= now) || row.revoked;
    (!lapsed).then(|| (Arc::clone(&row.caller), row.scopes, row.rate))
}

/// What is remembered of a key's row.
struct Row {
    caller: Arc<Caller>,
    sha256: [u8; 32],
    scopes: Scopes,
    rate: Option<RateLimit>,
    expires_at: Option<Timestamp>,
    revoked: bool,
}

impl From<KeyRow> for Row {
    fn from(row: KeyRow) -> Self {
        Self {
            caller: Arc::new(Caller { account: row.account, key: row.id, mode: row.mode }),
            sha256: row.sha256,
            scopes: row.scopes,
            rate: row.rate,
            expires_at: row.expires_at,
            revoked: row.revoked_at.is_some(),
        }
    }
}

/// When an id was looked up, and its row, if it has one.
type Read = (Instant, Option<Arc<Row>>);

/// Rows that were read within the last moment.
#[derive(Default)]
pub(crate) struct Rows(Mutex<HashMap<KeyId, Read>>);

impl Rows {
    fn fresh(&self, id: &KeyId) -> Option<Option<Arc<Row>>> {
        let rows = self.0.lock();
        let (read, row) = rows.get(id)?;
        (read.elapsed() < ROW_LIFE).then(|| row.clone())
    }

    async fn look(&self, store: &dyn Store, id: &KeyId) -> Result<Option<Arc<Row>>, Fault> {
        // Dated before the read: what is revoked while we read must not live a moment longer for it.
        let read = Instant::now();
        let row = store.key(id).await.map_err(|error| {
            tracing::error!(error = %error, "a key could not be looked up: {error}");
            Fault::of(Kind::Internal)
        })?;
        let row = row.map(|row| Arc::new(Row::from(row)));
        let mut rows = self.0.lock();
        if rows.len() >= ROWS_MAX {
            rows.retain(|_, (read, _)| read.elapsed() < ROW_LIFE);
        }
        if rows.len() >= ROWS_MAX {
            rows.clear();
        }
        rows.insert(id.clone(), (read, row.clone()));
        Ok(row)
    }
}
