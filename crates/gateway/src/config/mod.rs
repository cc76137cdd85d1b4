//! The configuration: defaults < file < environment < flags, read whole, with every problem at once.

mod credentials;
mod layers;
#[cfg(test)]
mod page;
mod read;
pub mod setting;
mod show;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use spool_api::dialects::Dialects;
use spool_api::limits::RateLimit;
use spool_domain::catalogue::Routing;
use spool_engine::address::Allow;
use spool_engine::credential::Credential;
use spool_engine::settings::{Assets, Settings};

pub use self::layers::{Layers, Origin};
use self::read::Reader;
pub use self::show::show;
use crate::master_key;

/// The name of the configuration file that is looked for.
const FILE: &str = "spool.toml";

/// The configuration as it counts.
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The data folder.
    pub data: PathBuf,
    /// What is logged.
    pub log: Log,
    /// The engine's settings.
    pub engine: Settings,
    /// How many requests each key may make, if they are counted.
    pub rate_limit: Option<RateLimit>,
    /// The dialects' settings.
    pub dialects: Dialects,
    /// The operator's model files and folders.
    pub catalog: Vec<PathBuf>,
    /// The providers that are set up here.
    pub providers: Vec<Provider>,
    /// The file with the key that seals credentials, if there is one.
    pub master_key: Option<PathBuf>,
}

/// What is logged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// Our own level.
    pub level: tracing::Level,
    /// Whether each line is a JSON object.
    pub json: bool,
}

/// A provider that is set up.
pub struct Provider {
    /// Its name in the registry.
    pub name: String,
    /// Its base URL, if it is not the usual one.
    pub base_url: Option<String>,
    /// Its credentials in the settings.
    pub credentials: Vec<Credential>,
    /// How many jobs may be open there at a time under one credential, if that is not its usual number.
    pub concurrency: Option<u32>,
}

/// What the command line says about the configuration: a file, and settings with the flags that set them.
#[derive(Default)]
pub struct Flags {
    /// `--config FILE`.
    pub file: Option<PathBuf>,
    /// The flag, the setting's key, the value.
    pub settings: Vec<(String, String, String)>,
}

impl Config {
    /// Reads all layers. `providers` are the names this program knows, with their base URLs.
    pub fn load(
        flags: &Flags,
        providers: &[(&str, &str)],
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> (Layers, Result<Self, Vec<String>>) {
        let mut layers = Layers::of(setting::all(providers));
        // The data folder may hold the file, so whoever names the folder is asked first.
        let mut first = Layers::of(setting::all(providers));
        let environment: Vec<_> = environment.collect();
        over(&mut first, flags, &environment);
        let folder = first.entry("data").and_then(|entry| entry.value.as_str()).unwrap_or_default();
        if let Some(path) = find_file(flags.file.as_deref(), Path::new(folder)) {
            match std::fs::read_to_string(&path) {
                Ok(text) => layers.file(&path, &text),
                Err(error) => layers.problems.push(format!("{}: {error}", path.display())),
            }
        }
        over(&mut layers, flags, &environment);
        let config = read(&layers, providers);
        (layers, config)
    }
}

/// The environment and the flags, in this order.
fn over(layers: &mut Layers, flags: &Flags, environment: &[(OsString, OsString)]) {
    layers.environment(environment.iter().cloned());
    for (flag, path, text) in &flags.settings {
        layers.flag(flag, path, text);
    }
}

/// The file named by the flag; else the one in the data folder; else the one in the working folder.
fn find_file(named: Option<&Path>, data: &Path) -> Option<PathBuf> {
    let usual = || [data.join(FILE), PathBuf::from(FILE)].into_iter().find(|path| path.is_file());
    named.map(Path::to_owned).or_else(usual)
}

/// Reads every setting out of the layers.
fn read(layers: &Layers, providers: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let mut reader = Reader::of(layers);
    let config = read_with(&mut reader, providers);
    let mut problems = layers.problems.clone();
    problems.extend(reader.problems);
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

fn read_with(reader: &mut Reader, providers: &[(&str, &str)]) -> Config {
    let listen = reader.text("listen").parse().unwrap_or_else(|_| {
        reader.wrong("listen", "must be an address and a port, such as 127.0.0.1:8080 or [::]:8080");
        SocketAddr::from(([127, 0, 0, 1], 0))
    });
    let data = PathBuf::from(reader.text("data"));
    if data.as_os_str().is_empty() {
        reader.wrong("data", "is empty; name a folder");
    }
    Config {
        listen,
        log: log(reader),
        engine: engine(reader),
        rate_limit: rate_limit(reader),
        // Ten years are as good as for ever, and 0 says so.
        dialects: Dialects { jobs_kept_h: reader.int("dialects.jobs_kept_h", 0..=87_600) },
        catalog: catalog(reader),
        providers: providers.iter().filter_map(|(name, usual)| provider(reader, name, usual)).collect(),
        master_key: master_key(reader, &data),
        data,
    }
}

fn log(reader: &mut Reader) -> Log {
    use tracing::Level;
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    Log {
        level: reader.choice("log.level", &levels),
        json: reader.choice("log.format", &[("human", false), ("json", true)]),
    }
}

fn engine(reader: &mut Reader) -> Settings {
    let allow = Allow::parse(reader.texts("egress.allow")).unwrap_or_else(|error| {
        reader.wrong("egress.allow", format!("is wrong: {error}"));
        Allow::default()
    });
    Settings {
        workers: reader.int("engine.workers", 1..=65_536) as usize,
        workers_per_account: reader.int("engine.workers_per_account", 0..=65_536) as usize,
        // Below a second, a busy machine would lose jobs to itself.
        routing: Routing::parse(reader.choice("engine.routing", &Routing::WORDS.map(|word| (word, word)))),
        lease_ms: reader.int("engine.lease_ms", 1_000..=3_600_000),
        operator_from: reader.money("engine.operator_from_usd"),
        fresh_connection_from: reader.money("engine.fresh_connection_usd"),
        queue_stay_max_ms: 1_000 * reader.int("engine.queue_stay_max_s", 1..=604_800),
        reconcile_stay_max_ms: 1_000 * reader.int("engine.reconcile_stay_max_s", 1..=604_800),
        quiet_ms: 1_000 * reader.int("engine.quiet_s", 1..=86_400),
        open_jobs_max: reader.int("limits.open_jobs_per_account", 0..=u64::from(u32::MAX)) as u32,
        assets: reader.choice("engine.assets", &[("store", Assets::Store), ("pass", Assets::Pass)]),
        result_bytes_max: reader.int("engine.result_bytes_max", 1..=1 << 40),
        upload_bytes_max: reader.int("limits.upload_bytes_max", 1..=1 << 40),
        stored_upload_bytes_per_account: reader.int("limits.stored_upload_bytes_per_account", 0..=1 << 50),
        input_bytes_max: reader.int("limits.input_bytes_max", 1..=1 << 40),
        // Below a mebibyte, prompts would not fit.
        body_bytes_max: reader.int("limits.body_bytes_max", 1 << 20..=1 << 30),
        allow: Arc::new(allow),
        http_allowed: reader.truth("egress.http_allowed"),
        webhook_pauses_ms: reader
            .ints("webhooks.retry_pauses_s", 0..=604_800)
            .into_iter()
            .map(|pause_s| pause_s * 1_000)
            .collect(),
        public_url: reader.url("public_url"),
    }
}

fn rate_limit(reader: &mut Reader) -> Option<RateLimit> {
    let per_second = reader.int("limits.requests_per_second", 0..=1_000_000) as u32;
    let burst = reader.int("limits.requests_burst", 1..=1_000_000) as u32;
    Some(RateLimit { per_second: NonZeroU32::new(per_second)?, burst: NonZeroU32::new(burst)? })
}

fn catalog(reader: &mut Reader) -> Vec<PathBuf> {
    reader.texts("catalog.files").into_iter().map(|path| reader.beside("catalog.files", path)).collect()
}

/// The file with the master key. Whoever copies the data folder must not get it with what it seals (S8).
fn master_key(reader: &mut Reader, data: &Path) -> Option<PathBuf> {
    const SETTING: &str = "secrets.master_key_file";
    let given = reader.text(SETTING).trim();
    if given.is_empty() {
        return None;
    }
    let path = reader.beside(SETTING, given);
    if master_key::lies_in(data, &path) {
        reader.wrong(SETTING, format!("is wrong: {}", master_key::inside(&path, data)));
    }
    Some(path)
}

/// A provider counts as set up here when there is a key for it, or a base URL of one's own, which may need no key.
fn provider(reader: &mut Reader, name: &str, usual: &str) -> Option<Provider> {
    let path = format!("providers.{name}.base_url");
    // Who writes down the usual address of a server of one's own means it: there is no other sign that it is there.
    let own = usual.starts_with("http://127.0.0.1:") && !matches!(reader.origin(&path), Origin::Default);
    let base_url = reader.url(&path).filter(|url| own || url != usual);
    let credentials = credentials::of_provider(reader, name);
    let concurrency = reader.int_or_none(&format!("providers.{name}.concurrency"), 0..=65_536);
    let named = base_url.is_some() || !credentials.is_empty() || concurrency.is_some();
    let concurrency = concurrency.map(|places| places as u32);
    named.then(|| Provider { name: name.to_owned(), base_url, credentials, concurrency })
}
