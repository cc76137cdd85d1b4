//! What the numbers were measured on.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Result;
use crate::commit::Commits;
use crate::load::percentile;

/// Waiting tasks for the rate of group commits.
const WRITERS: usize = 64;

/// The machine in a few lines of Markdown, with its disk's sync time in `dir` measured now.
pub(crate) fn describe(dir: &Path) -> Result<String> {
    let line = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
    let cpu = line("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism()?;
    let kernel = line("/proc/sys/kernel/osrelease");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let commits = Commits::start(dir)?;
    let one = runtime.block_on(one_commit(&commits))?;
    let rate = runtime.block_on(commit_rate(&commits))?;
    Ok(format!(
        "Machine: {cores} cores ({model}), Linux {kernel}; load generator, fake provider and server share them. \
         One synced commit of one row takes {:.2} ms, {WRITERS} waiting writers get {rate:.0} rows/s.\n",
        one.as_secs_f64() * 1e3,
    ))
}

async fn one_commit(commits: &Commits) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..500 {
        let begun = Instant::now();
        commits.row("{}".into()).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(percentile(&times, 50.0))
}

async fn commit_rate(commits: &Commits) -> Result<f64> {
    let time = Duration::from_secs(2);
    let start = Instant::now();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let commits = commits.clone();
        writers.spawn(async move {
            let mut rows = 0u32;
            while start.elapsed() < time {
                commits.row("{}".into()).await?;
                rows += 1;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(rows)
        });
    }
    let mut rows = 0;
    while let Some(writer) = writers.join_next().await {
        rows += writer??;
    }
    Ok(f64::from(rows) / start.elapsed().as_secs_f64())
}
