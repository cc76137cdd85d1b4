//! The engine with its real parts around it: SQLite, files, the sandbox, in a folder of its own. When it is
//! dropped the books must be sound and no job open.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use spool_domain::adapter::Adapter;
use spool_domain::catalogue::{Catalogue, Source, Unknown, Words, shipped};
use spool_domain::fault::Fault;
use spool_domain::ids::{AccountId, Entropy, JobId, KeyId};
use spool_domain::job::Job;
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Mode, Order};
use spool_domain::resident::{Bill, Book, Resident};
use spool_domain::store::{Audit, Store};
use spool_domain::time::{Clock, Timestamp};
use spool_engine::credential::MasterKey;
use spool_engine::providers::{Credential, Providers, Setup};
use spool_engine::secret::{Secret, ServerKey};
use spool_engine::settings::Settings;
use spool_engine::{Engine, Parts, Ticket};
use spool_providers::sandbox::{Sandbox, Service};
use spool_store::blobs::Local;
use spool_store::sandbox_book::SqliteBook;
use spool_store::sqlite::Sqlite;

/// Models beside the shipped ones: pictures, pictures that cost enough to need an operator, and pictures whose routes
/// differ in what they cost us.
pub(crate) const MODELS: &str = r#"
[[model]]
id = "test/picture"
name = "Picture"
description = "Pictures."
makes = "image"
tasks = ["text-to-image"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
seed = { type = "int", role = "seed" }
[[model.prices]]
usd = "0.04"
[[model.routes]]
provider = "scripted"
upstream = "picture"
[[model.routes]]
provider = "second"
upstream = "picture"

[[model]]
id = "test/quiet"
name = "Quiet picture"
description = "Pictures of another provider."
makes = "image"
tasks = ["text-to-image"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
[[model.prices]]
usd = "0.04"
[[model.routes]]
provider = "second"
upstream = "picture"

[[model]]
id = "test/dear"
name = "Dear picture"
description = "Pictures at two dollars."
makes = "image"
tasks = ["text-to-image"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
[[model.prices]]
usd = "2.00"
[[model.routes]]
provider = "scripted"
upstream = "dear"

[[model]]
id = "test/choice"
name = "Choice"
description = "Pictures by two providers, one dearer for us than the other."
makes = "image"
tasks = ["text-to-image"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
[[model.prices]]
usd = "0.04"
[[model.routes]]
provider = "scripted"
upstream = "first-pick"
cost = "0.01"
[[model.routes]]
provider = "second"
upstream = "second-pick"
cost = "0.03"
"#;

pub(crate) struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp(since.as_millis() as i64)
    }
}

pub(crate) struct Dice;

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) book: Arc<SqliteBook>,
    pub(crate) test: Caller,
    pub(crate) live: Caller,
    folder: Option<tempfile::TempDir>,
}

/// How the world is set up.
#[derive(Default)]
pub(crate) struct Setting {
    pub(crate) settings: Settings,
    /// Real providers by adapter, base URL and key.
    pub(crate) live: Vec<(Arc<dyn Adapter>, String, &'static str)>,
    /// Further models, as TOML; their routes may lead to any of the real providers above.
    pub(crate) models: String,
    /// Replaces the sandbox's service.
    pub(crate) resident: Option<Arc<dyn Resident>>,
    /// Opens sealed credentials.
    pub(crate) master_key: Option<[u8; 32]>,
    /// A folder to live in, or a former world's to take over.
    pub(crate) folder: Option<tempfile::TempDir>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Setting::default()).await
    }

    pub(crate) async fn with(setting: Setting) -> Self {
        let folder = setting.folder.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let again = folder.path().join("spool.db").exists();
        let clock: Arc<dyn Clock> = Arc::new(Wall);
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(folder.path(), Arc::clone(&clock)).unwrap());
        let book = Arc::new(SqliteBook::open(folder.path()).unwrap());
        let shelf = Arc::new(Local::open(&folder.path().join("assets")).unwrap());
        let service = Service::new(Arc::clone(&book) as Arc<dyn Book>, Arc::clone(&clock), Arc::new(Dice))
            .with_files(shelf, [7; 32]);
        let names: Vec<&'static str> =
            setting.live.iter().map(|(adapter, ..)| adapter.manifest().provider).collect();
        let names = [spool_providers::registry::NAMES, &["scripted", "second"], &names].concat();
        let setups = setting
            .live
            .into_iter()
            .map(|(adapter, base, key)| Setup {
                adapter,
                base_url: Some(base),
                credentials: (!key.is_empty())
                    .then(|| Credential::new("main", Secret::new(key)))
                    .into_iter()
                    .collect(),
                concurrency: None,
            })
            .collect();
        let resident = setting.resident.unwrap_or_else(|| Arc::new(service));
        let providers =
            Providers::new(Arc::new(Sandbox), resident, setups, Arc::clone(&clock), Arc::new(Dice))
                .unwrap()
                .with_master_key(setting.master_key.map(MasterKey::new));
        let mut sources = shipped();
        sources.push(Source { file: "models.toml".to_owned(), text: MODELS.to_owned() });
        sources.push(Source { file: "more.toml".to_owned(), text: setting.models });
        let catalogue = Catalogue::read(&sources, &names).unwrap();
        if !again {
            let account = store.create_account("world", clock.now()).await.unwrap().id;
            for mode in [Mode::Live, Mode::Test] {
                let entry = ledger::top_up(account, mode, mode.as_str(), MicroUsd(100_000_000), clock.now());
                assert!(store.book(entry).await.unwrap());
            }
        }
        let engine = Engine::start(Parts {
            store: Arc::clone(&store),
            blobs: Arc::new(Local::open(&folder.path().join("assets")).unwrap()),
            catalogue: Arc::new(catalogue),
            providers,
            key: ServerKey::new([7; 32]),
            settings: setting.settings,
            clock,
            entropy: Arc::new(Dice),
        })
        .await
        .unwrap();
        let caller = |mode| Caller { account: AccountId(1), key: KeyId("world".to_owned()), mode };
        Self { engine, store, book, test: caller(Mode::Test), live: caller(Mode::Live), folder: Some(folder) }
    }

    /// Submits an order for a picture.
    pub(crate) async fn order(
        &self,
        caller: &Caller,
        model: &str,
        prompt: &str,
        count: u32,
    ) -> Result<Ticket, Fault> {
        self.order_with(caller, model, json!({"prompt": prompt}), count).await
    }

    /// Submits an order with these parameters.
    pub(crate) async fn order_with(
        &self,
        caller: &Caller,
        model: &str,
        input: Value,
        count: u32,
    ) -> Result<Ticket, Fault> {
        let Value::Object(input) = input else { panic!("an input is an object") };
        self.engine.submit(caller, order(model, input, count)).await
    }

    /// Submits and waits for the end.
    pub(crate) async fn run(&self, caller: &Caller, model: &str, prompt: &str) -> Arc<Job> {
        let ticket = self.order(caller, model, prompt, 1).await.unwrap();
        let job = ticket.wait(Duration::from_secs(60)).await;
        assert!(job.phase.is_done(), "{job:?}");
        job
    }

    pub(crate) async fn wait(&self, caller: &Caller, id: JobId) -> Arc<Job> {
        let mut listener = self.engine.listen(id);
        let job = self.engine.job(caller, id).await.unwrap();
        if job.phase.is_done() {
            return job;
        }
        tokio::time::timeout(Duration::from_secs(60), listener.done()).await.unwrap()
    }

    pub(crate) fn bill(&self) -> Bill {
        self.book.bill().unwrap()
    }

    /// Stops politely and checks the books.
    pub(crate) async fn close(mut self) -> (Audit, tempfile::TempDir) {
        self.engine.stop().await;
        let audit = self.store.audit().await.unwrap();
        assert_eq!(audit.broken, Vec::<String>::new());
        (audit, self.folder.take().unwrap())
    }
}

pub(crate) fn order(model: &str, input: Map<String, Value>, count: u32) -> Order {
    Order {
        model: model.to_owned(),
        input,
        words: Words::Names { unknown: Unknown::Refuse, numeric_strings: false },
        count: Some(count),
        label: "generations",
        terms: spool_domain::order::Terms::default(),
        idempotency: None,
    }
}
