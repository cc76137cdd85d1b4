//! The opened data folder, and the engine in it: where the parts meet.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use spool_domain::catalogue::Catalogue;
use spool_domain::ids::{AccountId, Entropy};
use spool_domain::ledger::top_up;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::resident::SCHEME;
use spool_domain::time::Clock;
use spool_engine::credential::Credential;
use spool_engine::providers::{Providers, Setup};
use spool_engine::secret::ServerKey;
use spool_engine::settings::Settings;
use spool_engine::{Engine, Parts};
use spool_providers::registry;
use spool_providers::sandbox::{Sandbox, Service};
use spool_store::blobs::Local;
use spool_store::sandbox_book::SqliteBook;
use spool_store::sqlite::Sqlite;

use crate::clock::{SystemEntropy, WallClock};
use crate::config::{Config, Provider};
use crate::{data, master_key};

/// The account of the first start.
pub const FIRST_ACCOUNT: AccountId = AccountId(1);

/// Its play money: a thousand dollars.
const FIRST_CREDIT: MicroUsd = MicroUsd(1_000_000_000);

/// An opened data folder. No other process can open it meanwhile (D4).
pub struct House {
    /// The folder.
    pub dir: PathBuf,
    /// The database.
    pub store: Arc<Sqlite>,
    /// The sandbox's own book.
    pub book: Arc<SqliteBook>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// The server's own key.
    key: ServerKey,
}

impl House {
    /// Opens the folder; makes it, its keys and the first account where they are missing. Second: whether this was
    /// the first start.
    pub async fn open(dir: &Path) -> anyhow::Result<(Self, bool)> {
        let (clock, entropy) = (Arc::new(WallClock), Arc::new(SystemEntropy));
        data::make(dir)?;
        let key = data::server_key(dir, entropy.as_ref())?;
        let store = Arc::new(Sqlite::open(dir, clock.clone())?);
        let book = Arc::new(SqliteBook::open(dir)?);
        let house = Self { dir: dir.to_owned(), store, book, clock, entropy, key };
        let first = house.welcome().await.context("the first account")?;
        Ok((house, first))
    }

    /// Opens a folder that must hold a database already, and adds nothing to it.
    pub fn open_for_audit(dir: &Path) -> anyhow::Result<Self> {
        let (clock, entropy) = (Arc::new(WallClock), Arc::new(SystemEntropy));
        let store = Arc::new(Sqlite::open_for_audit(dir, clock.clone())?);
        // Beside a database the key is read and never made.
        let key = data::server_key(dir, entropy.as_ref())?;
        let book = Arc::new(SqliteBook::open(dir)?);
        Ok(Self { dir: dir.to_owned(), store, book, clock, entropy, key })
    }

    /// Makes the first account with play money and a test key. Every step may have been the last one before a
    /// crash: each looks whether it was done.
    async fn welcome(&self) -> anyhow::Result<bool> {
        use spool_domain::store::Store;
        let now = self.clock.now();
        if self.store.account(FIRST_ACCOUNT).await?.is_none() {
            self.store.create_account("default", now).await?;
        }
        if !self.store.keys(Some(FIRST_ACCOUNT)).await?.is_empty() {
            return Ok(false);
        }
        self.store.book(top_up(FIRST_ACCOUNT, Mode::Test, "first-start", FIRST_CREDIT, now)).await?;
        let key = spool_api::keys::generate(self.entropy.as_ref(), Mode::Test);
        let row = key.row(FIRST_ACCOUNT, "first test key", now, None);
        // The file before the row, so that no key exists that nobody knows. A file left by a start that broke off
        // between the two is of a key that never worked.
        data::forget_test_key(&self.dir)?;
        data::keep_test_key(&self.dir, &key.into_text())?;
        self.store.create_key(row).await?;
        Ok(true)
    }

    /// Starts the engine in this house.
    pub async fn engine(
        &self,
        settings: Settings,
        catalogue: Arc<Catalogue>,
        upstreams: Upstreams,
    ) -> anyhow::Result<Engine> {
        Ok(Engine::start(self.parts(settings, catalogue, upstreams)?).await?)
    }

    /// The engine at rest, for looking and deciding while no server runs.
    pub async fn engine_at_rest(
        &self,
        settings: Settings,
        catalogue: Arc<Catalogue>,
        upstreams: Upstreams,
    ) -> anyhow::Result<Engine> {
        let engine = Engine::at_rest(self.parts(settings, catalogue, upstreams)?)?;
        engine.open_sealed().await?;
        Ok(engine)
    }

    fn parts(
        &self,
        settings: Settings,
        catalogue: Arc<Catalogue>,
        Upstreams { providers, master_key }: Upstreams,
    ) -> anyhow::Result<Parts> {
        let master_key = master_key.as_deref().map(master_key::read).transpose()?;
        let blobs = Arc::new(Local::open(&self.dir.join("assets"))?);
        let service = Service::new(self.book.clone(), self.clock.clone(), self.entropy.clone())
            .with_files(blobs.clone(), self.key.derive("sandbox-clips"));
        Ok(Parts {
            store: self.store.clone(),
            blobs,
            catalogue,
            providers: Providers::new(
                Arc::new(Sandbox),
                Arc::new(service),
                setups(providers),
                self.clock.clone(),
                self.entropy.clone(),
            )?
            .with_master_key(master_key),
            key: self.key.clone(),
            settings,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
        })
    }
}

/// What the settings say about providers.
pub struct Upstreams {
    /// Those that are set up.
    pub providers: Vec<Provider>,
    /// The file with the key that seals credentials, if there is one.
    pub master_key: Option<PathBuf>,
}

/// The credentials in the settings, by provider.
pub fn credentials(providers: Vec<Provider>) -> HashMap<String, Vec<Credential>> {
    providers.into_iter().map(|provider| (provider.name, provider.credentials)).collect()
}

/// The names that routes of models may lead to, the sandbox among them.
pub fn provider_names() -> &'static [&'static str] {
    registry::NAMES
}

/// The names of all providers outside this process, with their usual base URLs. The sandbox is always there and has
/// nothing to set.
pub fn known_providers() -> Vec<(&'static str, &'static str)> {
    registry::adapters()
        .iter()
        .map(|adapter| (adapter.manifest().provider, adapter.manifest().base_url))
        .filter(|(_, base_url)| !base_url.starts_with(SCHEME))
        .collect()
}

/// Joins what the operator set up with the adapters. Those without settings are there too: a sealed credential may
/// set them up while the server runs.
fn setups(mut providers: Vec<Provider>) -> Vec<Setup> {
    let adapters = registry::adapters().into_iter();
    let real = adapters.filter(|adapter| !adapter.manifest().base_url.starts_with(SCHEME));
    real.map(|adapter| {
        let name = adapter.manifest().provider;
        let place = providers.iter().position(|provider| provider.name == name);
        let (base_url, credentials, concurrency) = match place.map(|place| providers.swap_remove(place)) {
            Some(Provider { base_url, credentials, concurrency, .. }) => (base_url, credentials, concurrency),
            None => (None, Vec::new(), None),
        };
        Setup { adapter, base_url, credentials, concurrency }
    })
    .collect()
}

/// Whether the providers can be set up as configured; reaches nothing.
pub fn check_providers(config: Config) -> anyhow::Result<()> {
    if let Some(path) = &config.master_key {
        master_key::read(path)?;
    }
    struct Nobody;
    impl spool_domain::resident::Resident for Nobody {
        fn answer(&self, _: &spool_domain::adapter::Call) -> spool_domain::resident::Answer {
            spool_domain::resident::Answer::Lost
        }
    }
    let setups = setups(config.providers);
    Providers::new(
        Arc::new(Sandbox),
        Arc::new(Nobody),
        setups,
        Arc::new(WallClock),
        Arc::new(SystemEntropy),
    )?;
    Ok(())
}
