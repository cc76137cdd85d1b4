//! Spool as a child process: its settings, its live key, its account's credit.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::bench::Bench;
use crate::load::Client;
use crate::process::Process;

/// The longest that a start may take before the run is given up.
const START_MAX: Duration = Duration::from_secs(30);

/// What differs between measurements.
#[derive(Clone)]
pub(crate) struct Settings {
    /// `engine.assets`.
    pub(crate) assets: &'static str,
    /// `engine.workers`, where it is not the default.
    pub(crate) workers: Option<u32>,
    /// Where the provider of clips is, if it takes part.
    pub(crate) tasks: Option<SocketAddr>,
    /// Whether providers are told where to call back.
    pub(crate) called_back: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { assets: "pass", workers: None, tasks: None, called_back: false }
    }
}

/// A data folder with an account that has credit and a live key.
#[derive(Clone)]
pub(crate) struct Data {
    pub(crate) dir: PathBuf,
    pub(crate) key: String,
}

impl Data {
    /// Makes one with the program's own commands.
    pub(crate) fn make(bench: &Bench) -> Result<Self> {
        let dir = bench.folder("spool")?;
        // The first account is made by the first command.
        command(bench, &dir, &["accounts", "credit", "1", "10000000", "--live", "--reference", "bench"])?;
        let key = command(bench, &dir, &["keys", "create", "--account", "1", "--live", "--name", "bench"])?;
        Ok(Self { dir, key })
    }

    /// Lets the program check the books; an error if they are not sound. No server may be running.
    pub(crate) fn audit(&self, bench: &Bench) -> Result<()> {
        command(bench, &self.dir, &["audit"]).map(drop)
    }
}

/// Runs a command beside a server that is not running; the key in its output, if there is one.
fn command(bench: &Bench, dir: &Path, words: &[&str]) -> Result<String> {
    let output = spool(bench, dir).args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        let told =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        return Err(format!("spool {}: {told}", words.join(" ")).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let key = text.split_whitespace().find(|word| word.starts_with("spool_live_"));
    Ok(key.unwrap_or_default().to_owned())
}

/// A running Spool.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
    pub(crate) data: Data,
    /// From the start of the process to its first answer that it is ready.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Starts one on a new folder.
    pub(crate) async fn start(bench: &Bench, settings: Settings) -> Result<Self> {
        let data = Data::make(bench)?;
        Self::start_on(bench, settings, &data).await
    }

    /// Starts one on a folder that exists.
    pub(crate) async fn start_on(bench: &Bench, settings: Settings, data: &Data) -> Result<Self> {
        // Free a moment ago; nobody else takes ports here while we run.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = data.dir.join("log.txt");
        let mut command = spool(bench, &data.dir);
        command
            .arg("serve")
            .env("SPOOL_LISTEN", address.to_string())
            .env("SPOOL_ENGINE_ASSETS", settings.assets);
        if let Some(workers) = settings.workers {
            command.env("SPOOL_ENGINE_WORKERS", workers.to_string());
        }
        if let Some(tasks) = settings.tasks {
            command
                .env("SPOOL_PROVIDERS_VOLCENGINE_BASE_URL", format!("http://{tasks}"))
                .env("SPOOL_PROVIDERS_VOLCENGINE_KEY", "none");
        }
        if settings.called_back {
            command.env("SPOOL_PUBLIC_URL", format!("http://{address}"));
        }
        command.stderr(File::options().create(true).append(true).open(&log)?);
        let begun = Instant::now();
        let mut process = Process::start(&mut command)?;
        loop {
            if is_ready(address).await {
                break;
            }
            if process.has_ended() || begun.elapsed() > START_MAX {
                return Err(format!("Spool did not start: {}", tail(&log)).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let ready_after = begun.elapsed();
        Ok(Self { process, address, key: data.key.clone(), data: data.clone(), ready_after })
    }
}

/// The binary with nothing but our settings in its environment.
fn spool(bench: &Bench, dir: &Path) -> Command {
    let upstream = bench.upstream.address;
    let mut command = Command::new(&bench.spool);
    command.env_clear().current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null());
    command
        .env("SPOOL_DATA", dir)
        .env("SPOOL_LOG_LEVEL", "warn")
        .env("SPOOL_EGRESS_ALLOW", "127.0.0.0/8")
        .env("SPOOL_LIMITS_REQUESTS_PER_SECOND", "0")
        // Some cases leave many more jobs open than one account usually may have.
        .env("SPOOL_LIMITS_OPEN_JOBS_PER_ACCOUNT", "0")
        .env("SPOOL_PROVIDERS_OPENAI_BASE_URL", format!("http://{upstream}/v1"))
        .env("SPOOL_PROVIDERS_OPENAI_KEY", "none")
        .env("SPOOL_PROVIDERS_FAL_BASE_URL", format!("http://{upstream}"))
        .env("SPOOL_PROVIDERS_FAL_KEY", "none");
    command
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut client) = Client::connect(address).await else { return false };
    let answer = client.ask(b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await;
    answer.is_ok_and(|answer| answer.status == 200)
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let start = text.len().saturating_sub(2_000);
    text.get(start..).unwrap_or(&text).to_owned()
}
