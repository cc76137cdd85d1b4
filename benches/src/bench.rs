//! The run: what is asked for, in which order, and what becomes of the table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncBufReadExt;

use crate::load::{Load, Measured};
use crate::process::Process;
use crate::table::{self, Row};
use crate::upstream::Upstream;
use crate::{Result, catalogue, doors, growth, looks, machine, polls, process, submits, sync, weight};

/// The measurements by name, in the order of the table.
const NAMES: [&str; 9] =
    ["catalogue", "sync", "slow", "submits", "doors", "polls", "looks", "weight", "growth"];

/// Clients of the closed loops.
pub(crate) const CLIENTS: usize = 64;

/// One run's settings and its fake provider.
pub(crate) struct Bench {
    /// Short measurements: to see that it works, not to compare.
    pub(crate) quick: bool,
    /// The release binary.
    pub(crate) spool: PathBuf,
    /// On the disk that is measured; goes with the run.
    dir: TempDir,
    pub(crate) upstream: Upstream,
}

/// Reads the command line and runs.
pub(crate) fn main(words: &[String]) -> Result<()> {
    let (mut quick, mut only) = (false, BTreeSet::new());
    let here = std::env::current_exe()?;
    let beside = here.parent().ok_or("the program is nowhere")?;
    let mut spool = beside.join("spool");
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => quick = true,
            "--only" => {
                let name = words.next().map(String::as_str).unwrap_or_default();
                if !NAMES.contains(&name) {
                    return Err(format!("--only takes one of {}", NAMES.join(", ")).into());
                }
                only.insert(name);
            }
            "--spool" => spool = words.next().ok_or("--spool takes a path")?.into(),
            _ => return Err("usage: spool-bench [--quick] [--only NAME]… [--spool PATH]".into()),
        }
    }
    if !spool.is_file() {
        return Err(format!("{} is missing; build it with `cargo build --release`", spool.display()).into());
    }
    let whole = only.is_empty() && !quick;
    process::raise_open_files()?;
    // Beside the program and not in the usual folder for such things, which may lie in memory.
    let dir = tempfile::Builder::new().prefix("spool-bench-").tempdir_in(beside)?;
    let place = dir.path().join("machine");
    std::fs::create_dir(&place)?;
    let machine = machine::describe(&place)?;
    println!("{machine}");

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rows = runtime.block_on(async {
        let bench = Bench { quick, spool, dir, upstream: Upstream::start().await? };
        let mut rows = Vec::new();
        for name in NAMES.into_iter().filter(|name| only.is_empty() || only.contains(name)) {
            eprintln!("measuring: {name}");
            rows.extend(bench.measure(name).await.map_err(|error| format!("{name}: {error}"))?);
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(rows)
    })?;
    let table = table::markdown(&rows);
    println!("{table}");
    if whole {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
        table::write_into(&page, &format!("\n{machine}\n{table}\n"))?;
    }
    Ok(())
}

impl Bench {
    async fn measure(&self, name: &str) -> Result<Vec<Row>> {
        match name {
            "catalogue" => catalogue::measure(self),
            "sync" => sync::measure(self).await,
            "slow" => sync::measure_slow(self).await,
            "submits" => submits::measure(self).await,
            "doors" => doors::measure(self).await,
            "polls" => polls::measure(self).await,
            "looks" => looks::measure(self).await,
            "weight" => weight::measure(self).await,
            "growth" => growth::measure(self).await,
            _ => Ok(Vec::new()),
        }
    }

    /// A new folder on the measured disk.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        Ok(tempfile::Builder::new().prefix(&format!("{name}-")).tempdir_in(self.dir.path())?.keep())
    }

    /// How often two servers take turns. Turns keep slow changes of the machine out of the ratio.
    pub(crate) fn rounds(&self) -> usize {
        if self.quick { 1 } else { 5 }
    }

    /// A closed loop of this run's length.
    pub(crate) fn load(&self, load: Load) -> Load {
        let (warm, measured) = if self.quick { (300, 1_000) } else { (700, 3_000) };
        Load { warm: Duration::from_millis(warm), measured: Duration::from_millis(measured), ..load }
    }

    /// Starts a floor.
    pub(crate) async fn floor(&self, name: &str) -> Result<Floor> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["floor", name, &self.upstream.address.to_string()]).arg(self.folder(name)?);
        let mut process = Process::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let output = process.child().stdout.take().ok_or("a floor without output")?;
        let mut lines = tokio::io::BufReader::new(tokio::process::ChildStdout::from_std(output)?).lines();
        let first =
            tokio::time::timeout(Duration::from_secs(10), lines.next_line()).await??.unwrap_or_default();
        let address = first.strip_prefix("listening ").ok_or("a floor did not start")?.parse()?;
        Ok(Floor { process, address })
    }
}

/// A running floor.
pub(crate) struct Floor {
    pub(crate) process: Process,
    pub(crate) address: std::net::SocketAddr,
}

/// Measurements of two servers that took turns.
pub(crate) struct Pair {
    rounds: Vec<(Measured, Measured)>,
}

impl Pair {
    /// Runs two loads in turn, so many times.
    pub(crate) async fn run(rounds: usize, spool: &Load, floor: &Load) -> Result<Self> {
        let mut pair = Self { rounds: Vec::new() };
        for _ in 0..rounds {
            pair.rounds.push((spool.run().await?, floor.run().await?));
        }
        Ok(pair)
    }

    /// The middle value of what `read` takes from the first server's measurements.
    pub(crate) fn spool(&self, read: impl Fn(&Measured) -> f64) -> f64 {
        middle(self.rounds.iter().map(|(spool, _)| read(spool)))
    }

    /// The same of the second server's.
    pub(crate) fn floor(&self, read: impl Fn(&Measured) -> f64) -> f64 {
        middle(self.rounds.iter().map(|(_, floor)| read(floor)))
    }

    /// The middle value of the rounds' ratios.
    pub(crate) fn ratio(&self, read: impl Fn(&Measured) -> f64) -> f64 {
        middle(self.rounds.iter().map(|(spool, floor)| read(spool) / read(floor)))
    }
}

/// The middle of some values.
pub(crate) fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
