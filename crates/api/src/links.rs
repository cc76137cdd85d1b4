//! Addresses of result files, signed for one answer.

use std::sync::Arc;

use http::{HeaderMap, header};
use spool_domain::ids::AssetId;
use spool_domain::job::Stored;
pub(crate) use spool_engine::signature::PATH;
use spool_engine::signature::TTL_DEFAULT_S;

use crate::Api;

/// Writes the links of one answer: they begin with the address under which the caller reached us.
pub(crate) struct Links {
    api: Arc<Api>,
    base: Box<str>,
    life_s: i64,
}

impl Links {
    /// Links as the sender of these headers should see them.
    pub(crate) fn new(api: &Arc<Api>, headers: &HeaderMap) -> Self {
        let public = api.engine.settings().public_url.as_deref();
        let base = public.map_or_else(|| from_host(headers), str::to_owned).into_boxed_str();
        Self { api: Arc::clone(api), base, life_s: TTL_DEFAULT_S }
    }

    /// Links for somebody whose request we do not have: a receiver of webhooks. They begin with the public address,
    /// or with the one that this server listens at.
    pub(crate) fn abroad(api: &Arc<Api>) -> Self {
        let public = api.engine.settings().public_url.as_deref();
        let base = public.or_else(|| api.base.get().map(String::as_str)).unwrap_or_default();
        Self { api: Arc::clone(api), base: base.into(), life_s: TTL_DEFAULT_S }
    }

    /// The same with another lifetime, in seconds.
    pub(crate) fn good_for_s(self, life_s: i64) -> Self {
        Self { life_s, ..self }
    }

    /// The address of a result: ours, signed from now for an hour or as long as the dialect said, or the
    /// provider's where it was passed through.
    pub(crate) fn of(&self, stored: &Stored) -> Option<String> {
        let Some(asset) = stored.asset else { return stored.url.clone() };
        self.file(asset, &stored.format)
    }

    /// The address of a file of ours.
    pub(crate) fn file(&self, file: AssetId, format: &str) -> Option<String> {
        let now = self.api.engine.clock().now().unix_s();
        // The dialects' lifetimes are within the signer's bounds.
        let link = self.api.signer.link(file, format, now, now.saturating_add(self.life_s)).ok()?;
        Some(format!("{}{link}", self.base))
    }
}

/// `http://` and the `Host` header; nothing, which leaves a path, where there is no plain one.
fn from_host(headers: &HeaderMap) -> String {
    let plain =
        |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(plain);
    host.map_or_else(String::new, |host| format!("http://{host}"))
}
