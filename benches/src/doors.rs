//! What a dialect adds to the engine's own door: reading the request, translating it, and showing the answer.
//!
//! Both are called in this process. HTTP is not the dialect's time, so the dialects are asked through the router that
//! serves them, with the request's parts and body in memory; what stays in the measurement is everything from the
//! router's first look at the path to the last byte of the answer, the key's check included. The door beside them is
//! `Engine::submit` with the order that the request stands for. The server has no workers: an order is checked, priced,
//! held and made durable, and nothing is carried out meanwhile that could take one of the two by chance.
//!
//! They take turns one by one, so that a slow moment of the disk meets all of them alike.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value, json};
use spool_api::{Api, keys};
use spool_domain::catalogue::{Catalogue, Unknown, Words, shipped};
use spool_domain::ids::Entropy;
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Mode, Order, Terms};
use spool_domain::store::Store;
use spool_domain::time::{Clock, Timestamp};
use spool_engine::providers::Providers;
use spool_engine::secret::ServerKey;
use spool_engine::settings::Settings;
use spool_engine::{Engine, Parts};
use spool_providers::registry;
use spool_providers::sandbox::{Sandbox, Service as Sandboxed};
use spool_store::blobs::Local;
use spool_store::sandbox_book::SqliteBook;
use spool_store::sqlite::Sqlite;

use crate::Result;
use crate::bench::{Bench, middle};
use crate::load::percentile;
use crate::table::Row;

const MODEL: &str = "gpt-image-2";
const PROMPT: &str = "a lighthouse in fog";

/// What a dialect may take beside the door itself.
const RATIO_MAX: f64 = 1.1;

struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

struct Dice;

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}

/// An engine without workers and the router over it, in this process.
struct Doors {
    engine: Engine,
    router: TowerToHyperService<axum::Router>,
    caller: Caller,
    /// The caller's key.
    key: String,
}

impl Doors {
    async fn open(bench: &Bench) -> Result<Self> {
        let dir = bench.folder("doors")?;
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(Wall), Arc::new(Dice));
        let store = Arc::new(Sqlite::open(&dir, Arc::clone(&clock))?);
        let book = Arc::new(SqliteBook::open(&dir)?);
        let catalogue =
            Catalogue::read(&shipped(), registry::NAMES).map_err(|_| "the shipped models cannot be read")?;
        let service = Sandboxed::new(book, Arc::clone(&clock), Arc::clone(&entropy));
        let account = store.create_account("doors", clock.now()).await?.id;
        let credit = MicroUsd(1_000_000_000_000);
        store.book(ledger::top_up(account, Mode::Test, "doors", credit, clock.now())).await?;
        let made = keys::generate(entropy.as_ref(), Mode::Test);
        let row = made.row(account, "doors", clock.now(), None);
        let caller = Caller { account, key: row.id.clone(), mode: Mode::Test };
        store.create_key(row).await?;
        let engine = Engine::start(Parts {
            store,
            blobs: Arc::new(Local::open(&dir.join("assets"))?),
            catalogue: Arc::new(catalogue),
            providers: Providers::new(
                Arc::new(Sandbox),
                Arc::new(service),
                Vec::new(),
                Arc::clone(&clock),
                Arc::clone(&entropy),
            )?,
            key: ServerKey::new([7; 32]),
            settings: Settings { workers: 0, ..Settings::default() },
            clock,
            entropy,
        })
        .await?;
        let router = TowerToHyperService::new(spool_api::router(&Api::new(engine.clone(), None)?));
        Ok(Self { engine, router, caller, key: made.into_text() })
    }

    /// The order by itself.
    async fn submit(&self) -> Result<()> {
        let order = Order {
            model: MODEL.to_owned(),
            input: Map::from_iter([("prompt".to_owned(), Value::from(PROMPT))]),
            words: Words::Names { unknown: Unknown::Refuse, numeric_strings: false },
            count: None,
            label: "doors",
            idempotency: None,
            terms: Terms::default(),
        };
        self.engine.submit(&self.caller, order).await?;
        Ok(())
    }

    /// The same order through a dialect, to the last byte of its answer.
    async fn ask(&self, path: &str, body: &str) -> Result<()> {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))?;
        let answer = self.router.call(request).await?;
        let status = answer.status();
        answer.into_body().collect().await?;
        if status.is_success() { Ok(()) } else { Err(format!("{path} answered {status}").into()) }
    }
}

async fn timed(work: impl Future<Output = Result<()>>) -> Result<Duration> {
    let begun = Instant::now();
    work.await?;
    Ok(begun.elapsed())
}

/// One row for each dialect: the middle time of its create beside that of the engine's own door.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let doors = Doors::open(bench).await?;
    let input = json!({ "prompt": PROMPT });
    let body = json!({ "model": MODEL, "input": input });
    let calls = [
        ("generations", "/v1/generations", json!({ "model": MODEL, "input": input, "wait": 0 })),
        ("run/jobs", "/v1/models/gpt-image-2/run", json!({ "input": input, "sync": false })),
        ("task/submit", "/v1/task/submit", body.clone()),
        ("tasks", "/v1/tasks", body),
    ];
    let calls = calls.map(|(name, path, body)| (name, path, body.to_string()));
    let turns = if bench.quick { 200 } else { 1_000 };
    let mut rounds = Vec::new();
    for round in 0..=bench.rounds() {
        let mut door = Vec::new();
        let mut dialects = calls.each_ref().map(|_| Vec::new());
        for _ in 0..turns {
            door.push(timed(doors.submit()).await?);
            for ((_, path, body), times) in calls.iter().zip(&mut dialects) {
                times.push(timed(doors.ask(path, body)).await?);
            }
        }
        // The first round warms the caches of all of them.
        if round > 0 {
            rounds.push((middle_ms(door), dialects.map(middle_ms)));
        }
    }
    let row = |(place, (name, ..)): (usize, &(&str, &str, String))| {
        let what = format!(
            "Durable order through {name}, in this process, one by one; floor: the engine's own door"
        );
        let spool = middle(rounds.iter().map(|(_, dialects)| dialects[place]));
        let floor = middle(rounds.iter().map(|(door, _)| *door));
        let ratio = middle(rounds.iter().map(|(door, dialects)| dialects[place] / door));
        Row::times(&what, spool, floor, ratio, RATIO_MAX)
    };
    let rows = calls.iter().enumerate().map(row).collect();
    doors.engine.stop().await;
    Ok(rows)
}

fn middle_ms(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    percentile(&times, 50.0).as_secs_f64() * 1e3
}
