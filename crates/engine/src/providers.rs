//! The providers this server can reach: their adapters, addresses and credentials, and how a call to one is made.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use spool_domain::adapter::{Adapter, Auth, Call, Callbacks, Manifest, Method, Reply};
use spool_domain::order::Mode;
use spool_domain::resident::{Answer, Resident, SCHEME};
use url::Url;

use crate::address::Allow;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::upstream::{self, Client, Guard, Outgoing, Unanswered, Why};

/// The largest answer of a provider's API, bytes: room for ten large images as base64.
const REPLY_BYTES_MAX: usize = 256 << 20;

/// How the operator set a provider up.
pub struct Setup {
    /// Its adapter.
    pub adapter: Arc<dyn Adapter>,
    /// Its base URL without trailing slash, if it is not the manifest's.
    pub base_url: Option<String>,
    /// Its credential, if it takes one.
    pub credential: Option<Credential>,
    /// How many jobs may be open there at a time under one credential, if that is not the manifest's number; 0 for any
    /// number.
    pub concurrency: Option<u32>,
}

/// One credential of a provider.
pub struct Credential {
    /// What the operator calls it; attempts remember it.
    pub name: String,
    /// The secret.
    pub secret: Secret,
}

/// A provider could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum BadSetup {
    /// The address is no URL.
    #[error("providers.{provider}.base_url: `{given}` is not an absolute http or https URL")]
    BaseUrl {
        /// The provider.
        provider: String,
        /// What was given.
        given: String,
    },
    /// The credential cannot stand in a header.
    #[error("providers.{0}.key: holds characters that cannot stand in an HTTP header")]
    Key(String),
}

/// Proof that a job is live. Only a live job's own mode makes one, and nothing reaches a real provider or its
/// credential without it (S7).
#[derive(Clone, Copy)]
pub struct LivePass(());

impl LivePass {
    /// The pass, for a live job.
    pub fn of(mode: Mode) -> Option<Self> {
        match mode {
            Mode::Live => Some(Self(())),
            Mode::Test => None,
        }
    }
}

/// A real provider, set up.
pub struct Live {
    adapter: Arc<dyn Adapter>,
    base: Url,
    /// The base as text, without trailing slash.
    base_text: String,
    credential: Option<Credential>,
    /// How many jobs may be open there at a time, where the operator says.
    places: Option<u32>,
}

/// All providers, and the client to reach them with.
pub struct Providers {
    live: HashMap<&'static str, Arc<Live>>,
    sandbox: Arc<dyn Adapter>,
    resident: Arc<dyn Resident>,
    allow: Arc<Allow>,
    http_allowed: bool,
    pub(crate) client: Client,
}

/// Where one attempt goes.
#[derive(Clone)]
pub(crate) enum Door {
    /// The sandbox in this process.
    Sandbox(Arc<dyn Adapter>),
    /// A real provider.
    Live(Arc<Live>),
}

impl Door {
    pub(crate) fn adapter(&self) -> &dyn Adapter {
        match self {
            Self::Sandbox(adapter) => adapter.as_ref(),
            Self::Live(live) => live.adapter.as_ref(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.adapter().manifest().provider
    }

    /// The secret by which the provider's callbacks are checked, if there is one.
    pub(crate) fn callback_secret(&self) -> Option<&str> {
        let Self::Live(live) = self else { return None };
        match live.adapter.manifest().callbacks {
            Callbacks::Credential => live.credential.as_ref().map(|c| c.secret.reveal()),
            Callbacks::None | Callbacks::Unsigned | Callbacks::Keys | Callbacks::Secret => None,
        }
    }

    /// Which credential the attempt uses, for its record.
    pub(crate) fn credential(&self) -> &str {
        match self {
            Self::Sandbox(_) => "",
            Self::Live(live) => live.credential.as_ref().map_or("", |c| c.name.as_str()),
        }
    }
}

impl Providers {
    /// Takes the sandbox and the providers that are set up.
    pub fn new(
        sandbox: Arc<dyn Adapter>,
        resident: Arc<dyn Resident>,
        setups: Vec<Setup>,
    ) -> Result<Self, BadSetup> {
        let mut live = HashMap::new();
        for Setup { adapter, base_url, credential, concurrency } in setups {
            let manifest = adapter.manifest();
            let provider = manifest.provider;
            let base_text = base_url.as_deref().unwrap_or(manifest.base_url).trim_end_matches('/').to_owned();
            let bad = || BadSetup::BaseUrl { provider: provider.to_owned(), given: base_text.clone() };
            let base = Url::parse(&base_text).map_err(|_| bad())?;
            if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
                return Err(bad());
            }
            if let (Auth::Header { name, prefix }, Some(credential)) = (manifest.auth, &credential) {
                upstream::header(name, &format!("{prefix}{}", credential.secret.reveal()))
                    .ok_or_else(|| BadSetup::Key(provider.to_owned()))?;
            }
            live.insert(
                provider,
                Arc::new(Live {
                    base,
                    base_text,
                    credential,
                    places: concurrency,
                    adapter: Arc::clone(&adapter),
                }),
            );
        }
        let (allow, http_allowed) = (Arc::default(), false);
        Ok(Self { live, sandbox, resident, allow, http_allowed, client: Client::new() })
    }

    /// Takes over what the operator set about addresses.
    pub(crate) fn guarded_by(mut self, settings: &Settings) -> Self {
        self.allow = Arc::clone(&settings.allow);
        self.http_allowed = settings.http_allowed;
        self
    }

    /// The guard for addresses that the operator did not configure.
    pub(crate) fn foreign(&self) -> Guard<'_> {
        Guard::Foreign { allow: &self.allow, http_allowed: self.http_allowed }
    }

    /// Where a job of this mode goes for a route to `provider`; nothing if that provider is not set up.
    pub(crate) fn door(&self, mode: Mode, provider: &str) -> Option<Door> {
        match LivePass::of(mode) {
            None => Some(Door::Sandbox(Arc::clone(&self.sandbox))),
            Some(pass) => self.live(pass, provider).map(Door::Live),
        }
    }

    /// A real provider that is set up.
    fn live(&self, _pass: LivePass, provider: &str) -> Option<Arc<Live>> {
        self.live.get(provider).cloned()
    }

    /// Whether a live job could go to this provider.
    pub fn is_set_up(&self, provider: &str) -> bool {
        self.live.contains_key(provider)
    }

    /// Every provider that is set up, under each of its credentials.
    pub(crate) fn doors(&self) -> Vec<Door> {
        self.live.values().map(|live| Door::Live(Arc::clone(live))).collect()
    }

    /// The door for reading a provider's callbacks about a job that was made under this credential.
    pub(crate) fn callback_door(&self, provider: &str, _credential: &str) -> Option<Door> {
        self.live.get(provider).cloned().map(Door::Live)
    }

    /// A provider by name.
    pub(crate) fn live_by_name(&self, provider: &str) -> Option<Arc<Live>> {
        self.live.get(provider).cloned()
    }

    /// Makes one call.
    pub(crate) async fn call(&self, door: &Door, call: &Call, sending: Sending) -> Result<Reply, Unanswered> {
        match door {
            Door::Sandbox(_) => self.call_resident(call).await,
            Door::Live(live) => self.call_live(live, call, sending).await,
        }
    }

    /// Asks the provider in this process; also for its result files.
    /// What the sandbox is called.
    pub(crate) fn sandbox_name(&self) -> &'static str {
        self.sandbox.manifest().provider
    }

    /// The provider in this process.
    pub(crate) fn resident(&self) -> &dyn Resident {
        self.resident.as_ref()
    }

    pub(crate) async fn call_resident(&self, call: &Call) -> Result<Reply, Unanswered> {
        let (resident, call) = (Arc::clone(&self.resident), call.clone());
        let answer = tokio::task::spawn_blocking(move || resident.answer(&call)).await;
        match answer {
            Ok(Answer::Reply(reply)) => Ok(reply),
            // A panic while answering may have happened after the book was written.
            Ok(Answer::Lost) | Err(_) => Err(Unanswered { sent: 1, why: Why::Broken }),
        }
    }

    async fn call_live(&self, live: &Live, call: &Call, sending: Sending) -> Result<Reply, Unanswered> {
        let refused = || Unanswered { sent: 0, why: Why::Refused };
        let url = live.url(&call.target).ok_or_else(refused)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            let (name, value) = upstream::header(name, value).ok_or_else(refused)?;
            headers.insert(name, value);
        }
        // A credential goes to the provider's own origin and nowhere else, whatever URL an answer named.
        let home = url.origin() == live.base.origin();
        if let (true, Auth::Header { name, prefix }, Some(credential)) =
            (home, live.adapter.manifest().auth, &live.credential)
        {
            let (name, mut value) =
                upstream::header(name, &format!("{prefix}{}", credential.secret.reveal()))
                    .ok_or_else(refused)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let outgoing = Outgoing {
            method: match call.method {
                Method::Get => http::Method::GET,
                Method::Post => http::Method::POST,
                Method::Put => http::Method::PUT,
                Method::Delete => http::Method::DELETE,
                Method::Patch => http::Method::PATCH,
            },
            url: &url,
            headers,
            body: call.body.clone(),
            // The operator vouches for the base address only; where an answer points us must be public.
            guard: if home { Guard::Configured } else { self.foreign() },
            fresh: sending.fresh,
            send_deadline_ms: sending.deadline_ms,
        };
        let response = self.client.call(outgoing, sending.limit, REPLY_BYTES_MAX).await?;
        let (parts, body) = response.into_parts();
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Ok(Reply { status: parts.status.as_u16(), headers, body })
    }
}

/// How one call is sent.
#[derive(Clone, Copy)]
pub(crate) struct Sending {
    /// The longest the whole exchange may take.
    pub(crate) limit: Duration,
    /// Whether it opens a connection of its own (U10).
    pub(crate) fresh: bool,
    /// The send deadline on the clock of `boot_ms`, for submits.
    pub(crate) deadline_ms: Option<u64>,
}

impl Sending {
    /// A call that costs nothing and may be repeated: status, lookup, cancel.
    pub(crate) fn free(limit_ms: u64) -> Self {
        Self { limit: Duration::from_millis(limit_ms), fresh: false, deadline_ms: None }
    }
}

impl Live {
    /// How many jobs may be open there at a time under one credential; 0 for any number.
    pub(crate) fn places(&self) -> u32 {
        self.places.unwrap_or(self.adapter.manifest().concurrency)
    }

    /// The adapter's facts.
    pub(crate) fn manifest(&self) -> &Manifest {
        self.adapter.manifest()
    }

    /// Where it is, without path and without anything secret.
    pub(crate) fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// What the operator calls the credential.
    pub(crate) fn credential_name(&self) -> Option<&str> {
        self.credential.as_ref().map(|credential| credential.name.as_str())
    }

    /// The URL of a call: a path joined to the base, or an absolute URL as the provider gave it.
    pub(crate) fn url(&self, target: &str) -> Option<Url> {
        if target.starts_with('/') {
            Url::parse(&format!("{}{target}", self.base_text)).ok()
        } else {
            Url::parse(target).ok()
        }
    }

    /// The URL of a result: absolute, or relative to the base. Second: whether it is on the provider's own
    /// origin, which the operator configured.
    pub(crate) fn result_url(&self, target: &str) -> Option<(Url, bool)> {
        let url = Url::parse(target).or_else(|_| self.base.join(target)).ok()?;
        let home = url.origin() == self.base.origin();
        Some((url, home))
    }
}

/// Whether a result URL is served by the provider in this process.
pub(crate) fn is_resident(url: &str) -> bool {
    url.starts_with(SCHEME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_a_test_job_gets_no_pass_to_a_real_provider() {
        assert!(LivePass::of(Mode::Test).is_none());
        assert!(LivePass::of(Mode::Live).is_some());
    }
}
