//! Orders that are answered as soon as they are durable.

use std::sync::Arc;
use std::time::Duration;

use crate::Result;
use crate::bench::{Bench, CLIENTS, Pair};
use crate::load::{Answer, Load, Measured, request};
use crate::server::{Server, Settings};
use crate::sync::direct;
use crate::table::Row;

const ORDER: &str =
    r#"{"model":"gpt-image-2","input":{"prompt":"a lighthouse in fog","size":"1024x1024"},"wait":0}"#;

/// Whether an order was taken in.
pub(crate) fn is_taken(answer: &Answer) -> bool {
    matches!(answer.status, 200 | 202) && answer.contains(b"\"generation\"")
}

/// Orders that wait for nothing.
pub(crate) fn submits(bench: &Bench, server: &Server) -> Load {
    let requests = Arc::from([request("POST", "/v1/generations", &server.key, ORDER)]);
    let (warm, measured, spread) = Default::default();
    let clients = CLIENTS;
    bench.load(Load { server: server.address, clients, warm, measured, spread, requests, right: is_taken })
}

/// While the provider sits on its answers: the cost of an order alone; and while the jobs are carried out too.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let floor = bench.floor("one-commit").await?;
    let mut rows = Vec::new();
    let rate = |measured: &Measured| measured.rate;
    let cases = [
        ("the provider sits on its answers", Duration::from_secs(600), Some(0.3)),
        ("the jobs are carried out meanwhile", Duration::ZERO, None),
    ];
    for (case, delay, least) in cases {
        bench.upstream.delay(delay);
        let server = Server::start(bench, Settings { assets: "pass", ..Settings::default() }).await?;
        let spool = submits(bench, &server);
        let pair = Pair::run(bench.rounds(), &spool, &direct(bench, floor.address, CLIENTS)).await?;
        let what = format!("Durable order (`wait: 0`), {CLIENTS} clients, {case}; floor: one commit");
        rows.push(Row::rates(&what, pair.spool(rate), pair.floor(rate), pair.ratio(rate), least));
    }
    bench.upstream.delay(Duration::ZERO);
    Ok(rows)
}
