//! What the program weighs when nothing happens, and how long it takes to begin.

use std::time::Duration;

use crate::Result;
use crate::bench::Bench;
use crate::process::size_bytes;
use crate::server::{Data, Server, Settings};
use crate::table::Row;
use crate::{seed, sync};

const JOBS: usize = 100_000;
const JOBS_QUICK: usize = 10_000;

/// Starts that are measured; the slowest counts.
const STARTS: usize = 7;

/// Size of the binary, memory when idle, time to be ready.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let binary_mb = size_bytes(&bench.spool)? as f64 / 1e6;
    let server = Server::start(bench, Settings::default()).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle_mb = server.process.resident_bytes()? as f64 / 1e6;

    let data = with_finished_jobs(bench, server, if bench.quick { JOBS_QUICK } else { JOBS }).await?;
    // What is measured is worth nothing on books that no server could have written.
    data.audit(bench)?;
    let jobs = seed::count(&data)?;
    let slowest_ms = |times: &[Duration]| times.iter().max().copied().unwrap_or_default().as_secs_f64() * 1e3;
    let (mut stopped, mut killed) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let server = Server::start_on(bench, Settings::default(), &data).await?;
        stopped.push(server.ready_after);
        server.process.stop()?;
    }
    for _ in 0..STARTS {
        let server = Server::start_on(bench, Settings::default(), &data).await?;
        // Work, so that the next start finds a log to replay.
        sync::orders(bench, &server, 8).run().await?;
        drop(server);
        let server = Server::start_on(bench, Settings::default(), &data).await?;
        killed.push(server.ready_after);
        server.process.stop()?;
    }
    let start = |how: &str, times: &[Duration]| {
        let what = format!("Start to ready with {jobs} finished jobs, after {how}, slowest of {STARTS}");
        Row::bound(&what, slowest_ms(times), "ms", 200.0)
    };
    Ok(vec![
        start("a clean stop", &stopped),
        start("a kill under load", &killed),
        Row::bound("Memory when idle", idle_mb, "MB", 30.0),
        Row::bound("Release binary", binary_mb, "MB", 40.0),
    ])
}

/// Makes one finished job, stops the server, and multiplies the job.
pub(crate) async fn with_finished_jobs(bench: &Bench, server: Server, count: usize) -> Result<Data> {
    bench.upstream.delay(Duration::ZERO);
    seed::one_finished(&server).await?;
    let data = server.data.clone();
    server.process.stop()?;
    seed::multiply(&data, count)?;
    Ok(data)
}
