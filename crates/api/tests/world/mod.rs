//! A whole server in a folder of its own: SQLite, files, the sandbox, the engine, and HTTP on a real port.

mod client;
mod receiver;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use spool_api::bans::BanRule;
use spool_api::dialects::Dialects;
use spool_api::limits::RateLimit;
use spool_api::{Api, keys};
use spool_domain::adapter::Adapter;
use spool_domain::catalogue::{Catalogue, Source, shipped};
use spool_domain::file::Files;
use spool_domain::ids::{AccountId, Entropy, JobId};
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Mode};
use spool_domain::resident::Book;
use spool_domain::store::Store;
use spool_domain::time::{Clock, Timestamp};
use spool_engine::address::Allow;
use spool_engine::credential::MasterKey;
use spool_engine::providers::{Credential, Providers, Setup};
use spool_engine::secret::{Secret, ServerKey};
use spool_engine::settings::Settings;
use spool_engine::{Engine, Parts};
use spool_providers::adapters::openai::OpenAi;
use spool_providers::sandbox::{Sandbox, Service};
use spool_store::blobs::Local;
use spool_store::sandbox_book::SqliteBook;
use spool_store::sqlite::Sqlite;
use tokio::net::TcpListener;

pub(crate) use self::client::{Answer, Request};
pub(crate) use self::receiver::{Call, Receiver};

/// Models that the shipped ones have no counterpart of.
const MODELS: &str = r#"
[[model]]
id = "test/free-text"
aliases = ["free-text"]
name = "Free text"
description = "Verses."
makes = "text"
tasks = ["text-to-text"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
[[model.prices]]
usd = "0.01"
[[model.routes]]
provider = "sandbox"

[[model]]
id = "test/speaker"
name = "Speaker"
description = "Speaks in two formats."
makes = "audio"
tasks = ["text-to-speech"]
[model.params]
words = { type = "text", role = "prompt", required = true, max_chars = 100 }
format = { type = "choice", one_of = ["wav", "mp3"], default = "wav", role = "format" }
sample_rate = { type = "int", one_of = [44100], default = 44100 }
[[model.prices]]
usd = "0.03"
[[model.routes]]
provider = "sandbox"

[[model]]
id = "test/two-ways"
name = "Two ways"
description = "Pictures by two providers."
makes = "image"
tasks = ["text-to-image"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
quality = { type = "choice", one_of = ["low", "high"], default = "low" }
[[model.prices]]
usd = "0.04"
[[model.routes]]
provider = "fal"
upstream = "two-ways"
[[model.routes]]
provider = "openai"
upstream = "two-ways"
"#;

/// Wall time, plus as much as a test wants to have passed.
#[derive(Default)]
pub(crate) struct Wall {
    ahead_ms: AtomicI64,
    /// Where it was stopped; 0 while it goes.
    stopped_ms: AtomicI64,
}

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        let real_ms = match self.stopped_ms.load(Ordering::SeqCst) {
            0 => jiff::Timestamp::now().as_millisecond(),
            stopped_ms => stopped_ms,
        };
        Timestamp(real_ms + self.ahead_ms.load(Ordering::SeqCst))
    }
}

pub(crate) struct Dice;

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) engine: Engine,
    pub(crate) store: Arc<Sqlite>,
    pub(crate) api: Arc<Api>,
    pub(crate) clock: Arc<Wall>,
    pub(crate) account: AccountId,
    /// A test key of the account.
    pub(crate) key: String,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

/// How the world is set up.
#[derive(Default)]
pub(crate) struct Setting {
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) public_url: Option<String>,
    /// Whether webhooks may be sent to this machine.
    pub(crate) loopback: bool,
    /// Everything else that can be set; its public address is the one above.
    pub(crate) settings: Settings,
    /// Where live jobs of OpenAI's models go; then every job is dear enough for an operator.
    pub(crate) openai: Option<String>,
    /// None leaves it to the rate limit, as `Api::new` does.
    pub(crate) bans: Option<BanRule>,
    pub(crate) dialects: Dialects,
    /// Real providers by adapter, base URL and key; their results may lie on this machine.
    pub(crate) live: Vec<(Arc<dyn Adapter>, String, &'static str)>,
    /// Opens sealed credentials.
    pub(crate) master_key: Option<[u8; 32]>,
}

pub(crate) fn limit(per_second: u32, burst: u32) -> RateLimit {
    let number = |n| NonZeroU32::new(n).unwrap();
    RateLimit { per_second: number(per_second), burst: number(burst) }
}

impl World {
    /// With the default rate limit.
    pub(crate) async fn new() -> Self {
        Self::with(Setting { rate_limit: Some(RateLimit::default()), ..Setting::default() }).await
    }

    pub(crate) async fn with(setting: Setting) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Wall::default());
        let wall: Arc<dyn Clock> = clock.clone();
        let store = Arc::new(Sqlite::open(folder.path(), Arc::clone(&wall)).unwrap());
        let book: Arc<dyn Book> = Arc::new(SqliteBook::open(folder.path()).unwrap());
        let shelf = Arc::new(Local::open(&folder.path().join("assets")).unwrap());
        let service = Service::new(book, Arc::clone(&wall), Arc::new(Dice)).with_files(shelf, [7; 32]);
        let mut sources = shipped();
        sources.push(Source { file: "models.toml".to_owned(), text: MODELS.to_owned() });
        let catalogue = Catalogue::read(&sources, spool_providers::registry::NAMES).unwrap();
        let mut settings = Settings { public_url: setting.public_url, ..setting.settings };
        if setting.loopback || !setting.live.is_empty() {
            settings.allow = Arc::new(Allow::parse(["127.0.0.0/8"]).unwrap());
        }
        let setup = |(adapter, base, key): (_, String, &str)| Setup {
            adapter,
            base_url: Some(base),
            credentials: (!key.is_empty())
                .then(|| Credential::new("main", Secret::new(key)))
                .into_iter()
                .collect(),
            concurrency: None,
        };
        let mut setups: Vec<Setup> = setting.live.into_iter().map(setup).collect();
        if let Some(base_url) = setting.openai {
            settings.operator_from = MicroUsd::ZERO;
            setups.push(Setup {
                adapter: Arc::new(OpenAi),
                base_url: Some(base_url),
                credentials: Vec::new(),
                concurrency: None,
            });
        }
        let engine = Engine::start(Parts {
            store: store.clone(),
            blobs: Arc::new(Local::open(&folder.path().join("assets")).unwrap()),
            catalogue: Arc::new(catalogue),
            providers: Providers::new(
                Arc::new(Sandbox),
                Arc::new(service),
                setups,
                Arc::clone(&wall),
                Arc::new(Dice),
            )
            .unwrap()
            .with_master_key(setting.master_key.map(MasterKey::new)),
            key: ServerKey::new([7; 32]),
            settings,
            clock: wall,
            entropy: Arc::new(Dice),
        })
        .await
        .unwrap();
        let bans = setting.bans.or(setting.rate_limit.map(|_| BanRule::default()));
        let api = Api::with(engine.clone(), setting.rate_limit, bans, setting.dialects).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        api.announce(format!("http://{address}"));
        let server =
            tokio::spawn(spool_api::serve(listener, spool_api::router(&api), api.stopping().clone()));
        let mut world = Self {
            address,
            engine,
            store,
            api,
            clock,
            account: AccountId(0),
            key: String::new(),
            server,
            _folder: folder,
        };
        world.account = world.new_account("world", MicroUsd(100_000_000)).await;
        world.key = world.new_key(world.account, Mode::Test).await;
        world
    }

    /// An account with this much credit in both modes.
    pub(crate) async fn new_account(&self, name: &str, credit: MicroUsd) -> AccountId {
        let account = self.store.create_account(name, self.clock.now()).await.unwrap().id;
        for mode in [Mode::Live, Mode::Test] {
            let unique = format!("{name}-{}", mode.as_str());
            let entry = ledger::top_up(account, mode, &unique, credit, self.clock.now());
            assert!(credit == MicroUsd::ZERO || self.store.book(entry).await.unwrap());
        }
        account
    }

    pub(crate) async fn new_key(&self, account: AccountId, mode: Mode) -> String {
        self.new_key_until(account, mode, None).await
    }

    pub(crate) async fn new_key_until(
        &self,
        account: AccountId,
        mode: Mode,
        until: Option<Timestamp>,
    ) -> String {
        let key = keys::generate(&Dice, mode);
        self.store.create_key(key.row(account, "test", self.clock.now(), until)).await.unwrap();
        key.into_text()
    }

    /// Makes the server's clock go on.
    pub(crate) fn pass_ms(&self, ms: i64) {
        self.clock.ahead_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Stops the server's clock: it goes on by `pass_ms` alone.
    pub(crate) fn stop_clock(&self) {
        let ahead_ms = self.clock.ahead_ms.load(Ordering::SeqCst);
        self.clock.stopped_ms.store(self.clock.now().0 - ahead_ms, Ordering::SeqCst);
    }

    /// A request with the world's key.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path).header("authorization", &format!("Bearer {}", self.key))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send().await
    }

    pub(crate) async fn post(&self, body: serde_json::Value) -> Answer {
        self.request("POST", "/v1/generations").json(body).send().await
    }

    /// Waits until a generation is over.
    pub(crate) async fn finish(&self, id: &str) -> Answer {
        loop {
            let answer = self.get(&format!("/v1/generations/{id}?wait=60")).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let body = answer.body();
            if body["status"] != "queued" && body["status"] != "running" {
                return answer;
            }
        }
    }

    /// The holder of the world's key.
    pub(crate) fn caller(&self) -> Caller {
        let key = keys::parse(&self.key).unwrap().id;
        Caller { account: self.account, key, mode: Mode::Test }
    }

    /// Asks to end a job past HTTP, by its id in any dialect.
    pub(crate) async fn cancel(&self, id: &str) {
        let id = JobId::parse(id.split_once('_').unwrap().1).unwrap();
        self.engine.cancel(&self.caller(), id).await.unwrap();
    }

    /// Stops politely; the books must be sound, and nobody may still be registered as waiting.
    pub(crate) async fn close(self) {
        self.api.stopping().cancel();
        self.server.await.unwrap().unwrap();
        assert_eq!(self.engine.waited_for(), 0);
        self.engine.stop().await;
        let audit = self.store.audit().await.unwrap();
        assert_eq!(audit.broken, Vec::<String>::new());
    }
}

impl World {
    /// How many files the world's account has brought, in both modes.
    pub(crate) async fn store_files(&self) -> usize {
        let mut files = 0;
        for mode in [Mode::Live, Mode::Test] {
            files += Files::files(self.store.as_ref(), self.account, mode, 100, None).await.unwrap().len();
        }
        files
    }
}
