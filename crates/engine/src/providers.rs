//! The providers this server can reach: their adapters, addresses and credentials, and how a call to one is made.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use spool_domain::adapter::{Adapter, Call, Manifest, Method, Reply};
use spool_domain::ids::{AccountId, Entropy};
use spool_domain::order::Mode;
use spool_domain::resident::{Answer, Resident, SCHEME};
use spool_domain::time::{Clock, Timestamp};
use url::Url;

use crate::address::Allow;
pub use crate::credential::Credential;
pub(crate) use crate::credential::Reached;
use crate::credential::{MasterKey, Set, Shelf};
use crate::settings::Settings;
use crate::upstream::{self, Client, Guard, Outgoing, Unanswered, Why};

/// The largest answer of a provider's API, bytes: room for ten large images as base64.
const REPLY_BYTES_MAX: usize = 256 << 20;

/// A provider that this server knows. It is set up as soon as it has a credential or a base URL of its own.
pub struct Setup {
    /// Its adapter.
    pub adapter: Arc<dyn Adapter>,
    /// Its base URL without trailing slash, if it is not the manifest's. Such a one may need no credential.
    pub base_url: Option<String>,
    /// Its credentials in the settings.
    pub credentials: Vec<Credential>,
    /// How many jobs may be open there at a time under one credential, if that is not the manifest's number; 0 for any
    /// number.
    pub concurrency: Option<u32>,
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
    /// A credential is not what the provider takes.
    #[error("providers.{provider}: the credential `{name}` {needed}")]
    Credential {
        /// The provider.
        provider: String,
        /// What the operator calls the credential.
        name: String,
        /// What is wrong, after the name.
        needed: &'static str,
    },
    /// This program has no adapter for it.
    #[error("no provider is named `{0}`")]
    Unknown(String),
}

/// Proof that a job is live. Only a live job's own mode makes one, and no job reaches a real provider or its
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

/// A real provider.
pub struct Live {
    adapter: Arc<dyn Adapter>,
    base: Url,
    /// The base as text, without trailing slash.
    base_text: String,
    /// Whether the operator gave it a base URL of its own, and it may do without a credential.
    open: bool,
    pub(crate) credentials: Set,
    /// How many jobs may be open there at a time, where the operator says.
    places: Option<u32>,
}

/// All providers, and the client to reach them with.
pub struct Providers {
    pub(crate) live: HashMap<&'static str, Arc<Live>>,
    sandbox: Arc<dyn Adapter>,
    resident: Arc<dyn Resident>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Opens sealed credentials.
    master_key: Option<MasterKey>,
    /// Held from reading sealed credentials to using them, so that an older reading never follows a newer one.
    pub(crate) unsealing: tokio::sync::Mutex<()>,
    allow: Arc<Allow>,
    http_allowed: bool,
    pub(crate) client: Client,
}

/// Where one attempt goes.
#[derive(Clone)]
pub(crate) enum Door {
    /// The sandbox in this process.
    Sandbox(Arc<dyn Adapter>),
    /// A real provider, and the credential for it.
    Live(Reached),
}

impl Door {
    pub(crate) fn adapter(&self) -> &dyn Adapter {
        match self {
            Self::Sandbox(adapter) => adapter.as_ref(),
            Self::Live(reached) => reached.adapter(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.adapter().manifest().provider
    }

    /// The secret by which the provider's callbacks are checked, if there is one.
    pub(crate) fn callback_secret(&self) -> Option<&str> {
        match self {
            Self::Sandbox(_) => None,
            Self::Live(reached) => reached.callback_secret(),
        }
    }

    /// Which credential the attempt uses, for its record.
    pub(crate) fn credential(&self) -> &str {
        match self {
            Self::Sandbox(_) => "",
            Self::Live(reached) => reached.held().map_or("", |held| held.credential.name.as_str()),
        }
    }
}

impl Providers {
    /// Takes the sandbox and the providers that this server knows.
    pub fn new(
        sandbox: Arc<dyn Adapter>,
        resident: Arc<dyn Resident>,
        setups: Vec<Setup>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, BadSetup> {
        let mut live = HashMap::new();
        let mut credentials = Vec::new();
        for Setup { adapter, base_url, credentials: own, concurrency } in setups {
            let manifest = adapter.manifest();
            let provider = manifest.provider;
            let base_text = base_url.as_deref().unwrap_or(manifest.base_url).trim_end_matches('/').to_owned();
            let base = Url::parse(&base_text).ok();
            let base = base.filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
            let Some(base) = base else {
                if base_url.is_none() && own.is_empty() {
                    // Its usual address leaves something open, such as a region; without one it cannot be set up.
                    continue;
                }
                return Err(BadSetup::BaseUrl { provider: provider.to_owned(), given: base_text });
            };
            let (open, set) = (base_url.is_some(), Set::default());
            live.insert(
                provider,
                Arc::new(Live {
                    base,
                    base_text,
                    open,
                    credentials: set,
                    places: concurrency,
                    adapter: Arc::clone(&adapter),
                }),
            );
            credentials.push((provider, own));
        }
        let (allow, http_allowed) = (Arc::default(), false);
        let (master_key, unsealing, client) = (None, tokio::sync::Mutex::default(), Client::new());
        let providers = Self {
            live,
            sandbox,
            resident,
            clock,
            entropy,
            master_key,
            unsealing,
            allow,
            http_allowed,
            client,
        };
        for (provider, own) in credentials {
            providers.set_credentials(provider, Shelf::Settings, own)?;
        }
        Ok(providers)
    }

    /// With the key that opens sealed credentials.
    pub fn with_master_key(mut self, key: Option<MasterKey>) -> Self {
        self.master_key = key;
        self
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

    /// Where a new attempt of this account may go for a route to `provider`: once for each credential that it may use
    /// there, the one whose turn it is first. None if that provider is not set up for the account.
    pub(crate) fn doors_for(&self, mode: Mode, account: AccountId, provider: &str) -> Vec<Door> {
        let Some(pass) = LivePass::of(mode) else { return vec![Door::Sandbox(Arc::clone(&self.sandbox))] };
        let Some(live) = self.live(pass, provider) else { return Vec::new() };
        if live.goes_bare() {
            return vec![Door::Live(Reached::with(live, None))];
        }
        let turns = live.credentials.in_turn(account, self.entropy.as_ref());
        turns.into_iter().map(|held| Door::Live(Reached::with(live, Some(held)))).collect()
    }

    /// The way back to an attempt's job: the same provider, the credential of the same name. Nothing if either is gone.
    pub(crate) fn door_again(&self, mode: Mode, provider: &str, credential: &str) -> Option<Door> {
        match LivePass::of(mode) {
            None => Some(Door::Sandbox(Arc::clone(&self.sandbox))),
            Some(pass) => Reached::again(self.live(pass, provider)?, credential).map(Door::Live),
        }
    }

    /// A real provider that this server knows.
    fn live(&self, _pass: LivePass, provider: &str) -> Option<&Arc<Live>> {
        self.live.get(provider)
    }

    /// Whether a live job could go to this provider.
    pub fn is_set_up(&self, provider: &str) -> bool {
        self.live.get(provider).is_some_and(|live| live.is_set_up())
    }

    /// Every provider that is set up, under each of its credentials.
    pub(crate) fn doors(&self) -> Vec<Door> {
        let mut doors = Vec::new();
        for live in self.live.values() {
            let all = live.credentials.in_force();
            doors.extend(all.iter().map(|held| Door::Live(Reached::with(live, Some(Arc::clone(held))))));
            if live.goes_bare() {
                doors.push(Door::Live(Reached::with(live, None)));
            }
        }
        doors
    }

    /// The door for reading a provider's callbacks about a job that was made under this credential; an empty name is
    /// for jobs without a record.
    pub(crate) fn callback_door(&self, provider: &str, credential: &str) -> Option<Door> {
        let live = self.live.get(provider)?;
        let reached = match credential {
            "" => Some(Reached::with(live, None)),
            name => Reached::again(live, name),
        };
        reached.map(Door::Live)
    }

    /// A provider by name, for its operator. No job goes this way.
    pub(crate) fn live_by_name(&self, provider: &str) -> Option<&Arc<Live>> {
        self.live.get(provider)
    }

    /// The names of all real providers, sorted.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.live.keys().copied().collect();
        names.sort_unstable();
        names
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }

    pub(crate) fn master_key(&self) -> Option<&MasterKey> {
        self.master_key.as_ref()
    }

    /// Makes one call.
    pub(crate) async fn call(&self, door: &Door, call: &Call, sending: Sending) -> Result<Reply, Unanswered> {
        match door {
            Door::Sandbox(_) => self.call_resident(call).await,
            Door::Live(reached) => self.call_live(reached, call, sending).await,
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

    pub(crate) async fn call_live(
        &self,
        reached: &Reached,
        call: &Call,
        sending: Sending,
    ) -> Result<Reply, Unanswered> {
        let refused = || Unanswered { sent: 0, why: Why::Refused };
        let url = reached.url(&call.target).ok_or_else(refused)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            let (name, value) = upstream::header(name, value).ok_or_else(refused)?;
            headers.insert(name, value);
        }
        let mut outgoing = Outgoing {
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
            guard: if reached.is_home(&url) { Guard::Configured } else { self.foreign() },
            fresh: sending.fresh,
            send_deadline_ms: sending.deadline_ms,
        };
        self.sign(reached, &mut outgoing).await?;
        let response = self.client.call(outgoing, sending.limit, REPLY_BYTES_MAX).await?;
        let (parts, body) = response.into_parts();
        self.heed(reached.held(), parts.status.as_u16());
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

    /// Where it is, with its path and without trailing slash.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_text
    }

    /// Whether a live job could go there.
    pub(crate) fn is_set_up(&self) -> bool {
        self.goes_bare() || !self.credentials.in_force().is_empty()
    }

    /// Whether it is asked without a credential: the operator gave it an address of its own and no credential, not even one
    /// that cannot be opened here.
    pub(crate) fn goes_bare(&self) -> bool {
        self.open && self.credentials.is_empty()
    }

    /// Whether it may do without a credential.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether a URL is on the origin that the operator configured, which needs no look at its address.
    pub(crate) fn is_home(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// Whether a URL is the provider's own: a credential goes there and nowhere else.
    pub(crate) fn is_trusted(&self, url: &Url) -> bool {
        let of_the_provider = |host: &str| {
            let hosts = self.adapter.manifest().hosts;
            hosts.iter().any(|known| host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.')))
        };
        // Its further hosts are those of its usual address; whoever set another one up speaks to that one alone.
        let further = !self.open && url.scheme() == "https" && url.host_str().is_some_and(of_the_provider);
        self.is_home(url) || further
    }

    /// What builds its calls and reads its answers.
    pub(crate) fn adapter(&self) -> &dyn Adapter {
        self.adapter.as_ref()
    }

    /// The URL of a call: a path joined to the base, or an absolute URL as the provider gave it.
    pub(crate) fn url(&self, target: &str) -> Option<Url> {
        if target.starts_with('/') {
            Url::parse(&format!("{}{target}", self.base_text)).ok()
        } else {
            Url::parse(target).ok()
        }
    }

    /// The URL of a result that opens with our credential: absolute, or a path under the base. Second: as below.
    pub(crate) fn guarded_url(&self, target: &str) -> Option<(Url, bool)> {
        let url = self.url(target)?;
        let home = self.is_home(&url);
        Some((url, home))
    }

    /// The URL of a result: absolute, or relative to the base. Second: whether it is on the provider's own
    /// origin, which the operator configured.
    pub(crate) fn result_url(&self, target: &str) -> Option<(Url, bool)> {
        let url = Url::parse(target).or_else(|_| self.base.join(target)).ok()?;
        let home = self.is_home(&url);
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
