//! Whether finished jobs cost the others anything: two servers take turns, one with a million of them.

use std::sync::Arc;
use std::time::Duration;

use crate::Result;
use crate::bench::{Bench, CLIENTS, Pair};
use crate::load::{Load, Measured, request};
use crate::server::{Server, Settings};
use crate::sync::is_finished;
use crate::table::Row;
use crate::{seed, submits, sync, weight};

const JOBS: usize = 1_000_000;
const JOBS_QUICK: usize = 50_000;

/// Fewer workers than clients, so that most jobs wait in the queue and are claimed from it.
const WORKERS: u32 = 16;

/// An order, an order that is claimed from the queue and carried out, and a look at a finished job.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let settings = Settings { workers: Some(WORKERS), ..Settings::default() };
    let count = if bench.quick { JOBS_QUICK } else { JOBS };
    let full = Server::start(bench, settings.clone()).await?;
    let data = weight::with_finished_jobs(bench, full, count).await?;
    let full = Server::start_on(bench, settings.clone(), &data).await?;
    let empty = Server::start(bench, settings).await?;
    let rate = |measured: &Measured| measured.rate;
    let row = |what: &str, pair: &Pair| {
        let what = format!("{what}, {CLIENTS} clients, {count} finished jobs; floor: the same with none");
        Row::rates(&what, pair.spool(rate), pair.floor(rate), pair.ratio(rate), Some(0.9))
    };
    let mut rows = Vec::new();

    let (with, without) = (sync::orders(bench, &full, CLIENTS), sync::orders(bench, &empty, CLIENTS));
    let pair = Pair::run(bench.rounds(), &with, &without).await?;
    rows.push(row(&format!("Picture in one call, claimed from the queue ({WORKERS} workers)"), &pair));

    let (with, without) = (looks(bench, &full).await?, looks(bench, &empty).await?);
    let pair = Pair::run(bench.rounds(), &with, &without).await?;
    rows.push(row("Look at a finished job", &pair));

    // Last, because it leaves a queue behind; the provider sits on its answers, so that nobody works it off during
    // the other server's turn.
    bench.upstream.delay(Duration::from_secs(600));
    let (with, without) = (submits::submits(bench, &full), submits::submits(bench, &empty));
    let pair = Pair::run(bench.rounds(), &with, &without).await?;
    rows.push(row("Durable order (`wait: 0`)", &pair));
    bench.upstream.delay(Duration::ZERO);
    Ok(rows)
}

async fn looks(bench: &Bench, server: &Server) -> Result<Load> {
    let mut requests = Vec::new();
    for _ in 0..CLIENTS {
        let job = seed::one_finished(server).await?;
        requests.push(request("GET", &format!("/v1/generations/{job}"), &server.key, ""));
    }
    let load = sync::orders(bench, server, CLIENTS);
    Ok(Load { requests: Arc::from(requests), right: is_finished, ..load })
}
