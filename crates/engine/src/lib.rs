#![doc = include_str!("../README.md")]

pub mod address;
pub mod credential;
pub mod deliver;
pub mod media;
pub mod providers;
pub mod secret;
pub mod settings;
pub mod signature;
pub mod tasks;
pub mod wake;

mod attempt;
mod callback;
mod data_uri;
mod dispatch;
mod files;
mod gate;
mod gather;
mod health;
mod ingest;
mod inputs;
mod look;
mod money;
mod operator;
mod orphans;
mod perform;
mod prune;
mod reconcile;
mod routing;
mod shares;
mod submit;
mod sweep;
mod upstream;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use spool_domain::catalogue::Catalogue;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{Entropy, JobId, NodeId};
use spool_domain::job::{Event, Job};
use spool_domain::order::Caller;
use spool_domain::store::{self, Blobs, Page, Store};
use spool_domain::time::Clock;
use tokio::sync::{Notify, Semaphore};

pub use self::callback::{Incoming, PATH as CALLBACK_PATH, Received};
use self::deliver::Announcer;
pub use self::files::Upload;
pub use self::gate::{Breaker, Standing};
pub use self::health::Health;
pub use self::money::Booked;
pub use self::operator::Decision;
pub use self::orphans::Orphan;
use self::providers::Providers;
pub use self::prune::Forgotten;
use self::secret::ServerKey;
use self::settings::Settings;
use self::shares::Shares;
use self::signature::Signer;
pub use self::submit::Ticket;
use self::tasks::Tasks;
use self::wake::{Listener, Wakes};

/// Everything the engine works with, handed in by whoever starts it.
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The files.
    pub blobs: Arc<dyn Blobs>,
    /// The models.
    pub catalogue: Arc<Catalogue>,
    /// The providers.
    pub providers: Providers,
    /// The server's own key.
    pub key: ServerKey,
    /// What the operator set.
    pub settings: Settings,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
}

/// The running machine. One door for every dialect: submit, look, wait, cancel.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// What all of the engine's tasks share.
struct Inner {
    store: Arc<dyn Store>,
    blobs: Arc<dyn Blobs>,
    catalogue: RwLock<Arc<Catalogue>>,
    providers: Providers,
    key: ServerKey,
    settings: Settings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    node: NodeId,
    tasks: Tasks,
    wakes: Arc<Wakes>,
    /// One permit for each job being worked on.
    slots: Arc<Semaphore>,
    /// How many of them each account has.
    shares: Arc<Shares>,
    /// Rings when a job may have become due.
    due: dispatch::Alarm,
    /// Rings when a slot became free while jobs were waiting for one.
    freed: Notify,
    /// When this process first saw an attempt as unknown, on its own clock (U5).
    quiet: reconcile::Quiet,
    /// What callbacks told about submits whose answer was lost.
    heard: reconcile::Heard,
    callback_keys: callback::Keys,
    /// What lists of providers showed that we do not know.
    orphans: orphans::Orphans,
    /// How the last jobs of each provider went.
    health: health::Records,
    /// Which providers may be asked now.
    gates: Arc<gate::Gates>,
    /// What the last checks of credentials found.
    checks: credential::Checks,
    /// Signs the addresses under which files are read (S11).
    signer: Signer,
    /// One permit for each KiB of files inside calls that are on their way.
    inline_room: Arc<Semaphore>,
    /// Writes webhook messages, once somebody does.
    announcer: OnceLock<Arc<dyn Announcer>>,
    /// Rings when a message may have become due.
    told: dispatch::Alarm,
    /// Whether there may be registered webhook endpoints.
    endpoints: AtomicBool,
    /// False once a heartbeat failed: then nothing new is claimed (J8).
    alive: AtomicBool,
}

impl Engine {
    /// An engine at rest: it takes nothing over, claims nothing and starts nothing. For looking and deciding on a
    /// folder whose server is stopped; orders must not be put to it, since nobody would work on them.
    pub fn at_rest(parts: Parts) -> Result<Self, store::Error> {
        let engine = Self::made_of(parts)?;
        // Whatever is started on it all the same ends at once.
        engine.inner.tasks.stop();
        Ok(engine)
    }

    fn made_of(parts: Parts) -> Result<Self, store::Error> {
        let mut node = [0; 8];
        parts.entropy.fill(&mut node);
        let signer = Signer::of_assets(&parts.key).map_err(|bad| store::Error(bad.to_string()))?;
        let told = dispatch::Alarm::new(Arc::clone(&parts.clock));
        let inner = Arc::new(Inner {
            slots: Arc::new(Semaphore::new(parts.settings.workers)),
            shares: Shares::new(parts.settings.share()),
            due: dispatch::Alarm::new(Arc::clone(&parts.clock)),
            store: parts.store,
            blobs: parts.blobs,
            catalogue: RwLock::new(parts.catalogue),
            providers: parts.providers.guarded_by(&parts.settings),
            key: parts.key,
            settings: parts.settings,
            clock: parts.clock,
            entropy: parts.entropy,
            node: NodeId(node),
            tasks: Tasks::default(),
            wakes: Arc::default(),
            freed: Notify::new(),
            quiet: reconcile::Quiet::default(),
            heard: reconcile::Heard::default(),
            callback_keys: callback::Keys::default(),
            orphans: orphans::Orphans::default(),
            health: health::Records::default(),
            gates: Arc::default(),
            checks: credential::Checks::default(),
            signer,
            inline_room: Arc::new(Semaphore::new(inputs::INLINE_ROOM_KIB)),
            announcer: OnceLock::new(),
            told,
            endpoints: false.into(),
            alive: true.into(),
        });
        Ok(Self { inner })
    }

    /// Takes over what a former process left, and starts the background tasks.
    pub async fn start(parts: Parts) -> Result<Self, store::Error> {
        let engine = Self::made_of(parts)?;
        let inner = &engine.inner;
        let inherited = inner.store.take_over(inner.node).await?;
        if inherited > 0 {
            tracing::info!(
                jobs = inherited,
                "took over {inherited} jobs that another process was working on"
            );
        }
        engine.open_sealed().await?;
        for (job, provider, credential) in inner.store.open_attempts().await? {
            inner.gates.enter(&provider, &credential, job, upstream::boot_ms());
        }
        dispatch::start(inner);
        sweep::start(inner);
        orphans::start(&engine);
        prune::start(inner);
        Ok(engine)
    }

    /// The models, as they are now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.inner.catalogue()
    }

    /// How a provider's last jobs went; nothing before the first.
    pub fn health(&self, provider: &str) -> Option<Health> {
        let gate = self.inner.gates.of(provider, upstream::boot_ms());
        self.inner.health.of(provider, gate)
    }

    /// Whether a provider may be asked now, and who is there or waits.
    pub fn standing(&self, provider: &str) -> Standing {
        self.inner.gates.standing(provider, upstream::boot_ms())
    }

    /// From now on, orders are put to these models. Jobs that were admitted before go on with what their model has
    /// become, those of a model that is gone with what it was.
    pub fn replace_catalogue(&self, catalogue: Catalogue) {
        let mut place = self.inner.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        let catalogue = catalogue.keeping(&place);
        *place = Arc::new(catalogue);
    }

    /// The files, for serving them.
    pub fn blobs(&self) -> &Arc<dyn Blobs> {
        &self.inner.blobs
    }

    /// The database, for what is not about a job's life: keys, accounts, assets' rows.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Signs the addresses under which files are read.
    pub fn signer(&self) -> &Signer {
        &self.inner.signer
    }

    /// The server's own key, to derive others from.
    pub fn key(&self) -> &ServerKey {
        &self.inner.key
    }

    /// The wall clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Random bytes, for ids that are born outside.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.inner.entropy
    }

    /// Whether a provider can take live jobs.
    pub fn serves(&self, provider: &str) -> bool {
        self.inner.providers.is_set_up(provider)
    }

    /// How many jobs some request of this node waits for.
    pub fn waited_for(&self) -> usize {
        self.inner.wakes.waited_for()
    }

    /// Registers interest in a job's end. Register, look, then wait.
    pub fn listen(&self, job: JobId) -> Listener {
        self.inner.wakes.listen(job)
    }

    /// One job of the caller's account.
    pub async fn job(&self, caller: &Caller, id: JobId) -> Result<Arc<Job>, Fault> {
        let job = self.inner.store.job(caller.account, caller.mode, id).await.map_err(broken)?;
        job.map(Arc::new).ok_or_else(|| Kind::NotFound.into())
    }

    /// The caller's jobs, newest first.
    pub async fn jobs(&self, caller: &Caller, page: Page) -> Result<Vec<Job>, Fault> {
        self.inner.store.jobs(caller.account, caller.mode, page).await.map_err(broken)
    }

    /// The history of one job of the caller's account after event `after`.
    pub async fn events(&self, caller: &Caller, id: JobId, after: u32) -> Result<Vec<Event>, Fault> {
        self.job(caller, id).await?;
        self.inner.store.events(id, after).await.map_err(broken)
    }

    /// Asks to cancel (J7). The job as it stands; the provider's answer decides what becomes of it.
    pub async fn cancel(&self, caller: &Caller, id: JobId) -> Result<Arc<Job>, Fault> {
        let job = self.inner.store.ask_cancel(caller.account, caller.mode, id).await.map_err(broken)?;
        self.inner.due.ring_now();
        job.map(Arc::new).ok_or_else(|| Kind::NotFound.into())
    }

    /// Forgets what had its time, as happens every hour by itself (K5); how much.
    pub async fn forget_old(&self) -> Forgotten {
        self.inner.forget_old().await
    }

    /// Stops claiming, lets what is in flight come to a durable step, and returns when all tasks are over (O1).
    pub async fn stop(&self) {
        self.inner.tasks.stop();
        self.inner.due.ring_now();
        self.inner.told.ring_now();
        self.inner.tasks.drained().await;
    }
}

/// A failed database is our fault, and its text is for the log.
pub(crate) fn broken(error: store::Error) -> Fault {
    tracing::error!(error = %error, "the store failed: {error}");
    Kind::Internal.into()
}

impl Inner {
    /// The models, as they are now.
    fn catalogue(&self) -> Arc<Catalogue> {
        // Nobody panics while holding it; were it so, the models in it are whole all the same.
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }
}
