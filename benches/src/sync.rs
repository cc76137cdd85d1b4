//! One picture in one call: beside the least that parses, commits twice and forwards.

use std::sync::Arc;
use std::time::Duration;

use crate::Result;
use crate::bench::{Bench, CLIENTS, Pair, middle};
use crate::load::{Answer, Load, Measured, request};
use crate::server::{Server, Settings};
use crate::table::Row;

/// Clients where the provider takes a second.
const SLOW_CLIENTS: usize = 500;

/// The order, as a caller writes it.
pub(crate) const ORDER: &str =
    r#"{"model":"gpt-image-2","input":{"prompt":"a lighthouse in fog","size":"1024x1024"},"wait":60}"#;

/// What a floor or the provider itself is sent: the same order as the provider gets it.
pub(crate) const DIRECT: &str =
    r#"{"model":"gpt-image-2","prompt":"a lighthouse in fog","size":"1024x1024","quality":"medium","n":1}"#;

/// Whether an answer carries a finished picture.
pub(crate) fn is_finished(answer: &Answer) -> bool {
    answer.status == 200 && answer.contains(b"\"completed\"")
}

/// Whether a floor's or the provider's answer is one.
pub(crate) fn is_answered(answer: &Answer) -> bool {
    answer.status == 200
}

/// Orders for a floor, or for the provider itself.
pub(crate) fn direct(bench: &Bench, server: std::net::SocketAddr, clients: usize) -> Load {
    let requests = Arc::from([request("POST", "/v1/images/generations", "none", DIRECT)]);
    let (warm, measured, spread) = Default::default();
    bench.load(Load { server, clients, warm, measured, spread, requests, right: is_answered })
}

/// Orders for Spool.
pub(crate) fn orders(bench: &Bench, server: &Server, clients: usize) -> Load {
    let requests = Arc::from([request("POST", "/v1/generations", &server.key, ORDER)]);
    let (warm, measured, spread) = Default::default();
    bench.load(Load { server: server.address, clients, warm, measured, spread, requests, right: is_finished })
}

/// Both ways of keeping files, with many clients and with one.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    bench.upstream.delay(Duration::ZERO);
    let mut rows = Vec::new();
    let ways = [
        ("pass", "two-commits", "two commits"),
        ("store", "two-commits-and-file", "two commits and a synced file"),
    ];
    for (assets, floor, floor_text) in ways {
        let floor = bench.floor(floor).await?;
        let server = Server::start(bench, Settings { assets, ..Settings::default() }).await?;
        let what = format!("Picture in one call, files = {assets}, {CLIENTS} clients; floor: {floor_text}");
        let pair = Pair::run(
            bench.rounds(),
            &orders(bench, &server, CLIENTS),
            &direct(bench, floor.address, CLIENTS),
        )
        .await?;
        let rate = |measured: &Measured| measured.rate;
        rows.push(Row::rates(&what, pair.spool(rate), pair.floor(rate), pair.ratio(rate), Some(0.3)));

        let what = format!("Added time, files = {assets}, one client; floor: {floor_text}");
        let alone = added(bench, &server, floor.address).await?;
        rows.push(alone.row(&what));
        let memory_mb = server.process.resident_bytes()? as f64 / 1e6;
        eprintln!("  Spool after this load: {memory_mb:.1} MB");
        server.process.stop()?;
    }
    let proxy = bench.floor("proxy").await?;
    let rate = direct(bench, proxy.address, CLIENTS).run().await?.rate;
    rows.push(Row {
        what: format!("For comparison: a bare reverse proxy, {CLIENTS} clients"),
        spool: String::new(),
        floor: format!("{rate:.0}/s"),
        ratio: String::new(),
        target: String::new(),
        met: None,
    });
    Ok(rows)
}

/// What a server adds to a direct call, milliseconds at the middle.
struct Added {
    spool_ms: f64,
    floor_ms: f64,
    ratio: f64,
}

impl Added {
    fn row(&self, what: &str) -> Row {
        Row {
            what: what.to_owned(),
            spool: format!("{:.2} ms", self.spool_ms),
            floor: format!("{:.2} ms", self.floor_ms),
            ratio: format!("{:.2}", self.ratio),
            target: "≤ 3".to_owned(),
            met: Some(self.ratio <= 3.0),
        }
    }
}

async fn added(bench: &Bench, server: &Server, floor: std::net::SocketAddr) -> Result<Added> {
    let mut rounds = Vec::new();
    for _ in 0..bench.rounds() {
        let middle_of = |measured: Measured| measured.percentile(50.0).as_secs_f64() * 1e3;
        let bare = middle_of(direct(bench, bench.upstream.address, 1).run().await?);
        let spool = middle_of(orders(bench, server, 1).run().await?) - bare;
        let floor = middle_of(direct(bench, floor, 1).run().await?) - bare;
        rounds.push((spool, floor));
    }
    Ok(Added {
        spool_ms: middle(rounds.iter().map(|round| round.0)),
        floor_ms: middle(rounds.iter().map(|round| round.1)),
        ratio: middle(rounds.iter().map(|round| round.0 / round.1)),
    })
}

/// The slowest answers where the provider takes a second and many wait.
pub(crate) async fn measure_slow(bench: &Bench) -> Result<Vec<Row>> {
    let second = Duration::from_secs(1);
    bench.upstream.delay(second);
    let server = Server::start(bench, Settings { assets: "pass", ..Settings::default() }).await?;
    let floor = bench.floor("two-commits").await?;
    // The clients start evenly within a second: together they would measure how long a queue of 500 takes.
    let slow = |load: Load| Load { spread: second, warm: 2 * second, measured: 5 * second, ..load };
    let bare = slow(direct(bench, bench.upstream.address, SLOW_CLIENTS)).run().await?.percentile(50.0);
    let pair = Pair::run(
        bench.rounds(),
        &slow(orders(bench, &server, SLOW_CLIENTS)),
        &slow(direct(bench, floor.address, SLOW_CLIENTS)),
    )
    .await?;
    let late = |measured: &Measured| measured.percentile(99.0).saturating_sub(bare).as_secs_f64() * 1e3;
    let (spool, floor) = (pair.spool(late), pair.floor(late));
    bench.upstream.delay(Duration::ZERO);
    let what = format!("Added time at the 99th percentile, provider takes 1 s, {SLOW_CLIENTS} clients");
    let row = Row::bound(&what, spool, "ms", 50.0);
    Ok(vec![Row { floor: format!("{floor:.1} ms"), ratio: format!("{:.2}", spool / floor), ..row }])
}
