//! Ten thousand callers that wait, each for a job of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Result;
use crate::bench::Bench;
use crate::load::{Answer, Client, percentile, request};
use crate::process::Process;
use crate::server::{Server, Settings};
use crate::sync::is_answered;
use crate::table::Row;
use crate::upstream::job_word;

const WAITING: usize = 10_000;
const WAITING_QUICK: usize = 1_000;

/// Connections that are being opened at the same time.
const OPENING: usize = 128;

/// Connections from one loopback address, well below its number of ports.
const PER_SOURCE: usize = 4_000;

/// The time between two looks at a job, over which the orders are spread, so that the looks are too: else all would
/// fall into the same second, over and over.
const LOOKS: Duration = Duration::from_secs(6);

/// Over this time the jobs end.
const ENDING: Duration = Duration::from_secs(10);

/// Memory per waiting caller, and the time from a job's end to its caller's answer.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let count = if bench.quick { WAITING_QUICK } else { WAITING };
    let floor = bench.floor("waiting").await?;
    let floor_bytes = floor_memory(floor.address, &floor.process, count).await?;

    let server = Server::start(bench, Settings { assets: "pass", ..Settings::default() }).await?;
    bench.upstream.open_queue(count);
    let jobs = submit_all(&server, count).await?;
    let patience = Instant::now();
    while bench.upstream.taken() < count {
        if patience.elapsed() > Duration::from_secs(60) {
            let taken = bench.upstream.taken();
            return Err(format!("the provider got {taken} of {count} jobs within a minute").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // One round of looks at the provider, so that their memory is not the callers'.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let requests = jobs
        .iter()
        .map(|job| request("GET", &format!("/v1/generations/{job}?wait=60"), &server.key, ""))
        .collect();
    let before = server.process.resident_bytes()?;
    let waiting = Waiting::begin(server.address, requests, is_over).await?;
    let spool_bytes = server.process.resident_bytes()?.saturating_sub(before) as f64 / count as f64;
    bench.upstream.end_all_within(ENDING);
    let answered = waiting.answers().await?;
    let mut late = Vec::new();
    for (job, answered) in answered {
        let ended =
            bench.upstream.handed_out(job).ok_or("a job was over before the provider's result was read")?;
        late.push(answered.saturating_duration_since(ended));
    }
    late.sort_unstable();

    let ratio = spool_bytes / floor_bytes;
    let kb = |bytes: f64| format!("{:.1} kB", bytes / 1e3);
    let p99_ms = percentile(&late, 99.0).as_secs_f64() * 1e3;
    eprintln!(
        "  from the end to the answer at the middle: {:.1} ms",
        percentile(&late, 50.0).as_secs_f64() * 1e3
    );
    Ok(vec![
        Row {
            what: format!("Memory per waiting caller, {count} callers; floor: a handler that waits"),
            spool: kb(spool_bytes),
            floor: kb(floor_bytes),
            ratio: format!("{ratio:.2}"),
            target: "≤ 1.5".to_owned(),
            met: Some(ratio <= 1.5),
        },
        Row::bound(
            &format!("Job's end to its caller's answer, 99th percentile, {count} within 10 s"),
            p99_ms,
            "ms",
            20.0,
        ),
    ])
}

/// Whether an answer tells of a job that went well.
pub(crate) fn is_over(answer: &Answer) -> bool {
    answer.status == 200 && answer.contains(b"\"completed\"")
}

async fn floor_memory(address: SocketAddr, process: &Process, count: usize) -> Result<f64> {
    let requests = (0..count).map(|_| request("GET", "/", "none", "")).collect();
    let before = process.resident_bytes()?;
    let waiting = Waiting::begin(address, requests, is_answered).await?;
    let after = process.resident_bytes()?;
    Client::connect(address).await?.ask(&request("POST", "/release", "none", "")).await?;
    waiting.answers().await?;
    Ok(after.saturating_sub(before) as f64 / count as f64)
}

/// Orders all jobs and returns their ids.
async fn submit_all(server: &Server, count: usize) -> Result<Vec<String>> {
    let mut clients = JoinSet::new();
    let strands = 32;
    let start = tokio::time::Instant::now();
    for strand in 0..strands {
        let (address, key) = (server.address, server.key.clone());
        clients.spawn(async move {
            let mut client = Client::connect(address).await?;
            let mut ids = Vec::new();
            for job in (strand..count).step_by(strands) {
                tokio::time::sleep_until(start + LOOKS.mul_f64(job as f64 / count as f64)).await;
                let prompt = job_word(job);
                let body = format!(
                    "{{\"model\":\"flux-schnell\",\"input\":{{\"prompt\":\"{prompt}\"}},\"wait\":0}}"
                );
                let answer = client.ask(&request("POST", "/v1/generations", &key, &body)).await?;
                let id = answer.text("id").filter(|_| matches!(answer.status, 200 | 202));
                ids.push((job, id.ok_or_else(|| answer.complaint())?));
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(ids)
        });
    }
    let mut all = Vec::new();
    while let Some(ids) = clients.join_next().await {
        all.extend(ids??);
    }
    all.sort_unstable();
    Ok(all.into_iter().map(|(_, id)| id).collect())
}

/// Callers that have asked and have no answer yet.
pub(crate) struct Waiting {
    callers: JoinSet<Result<(usize, Instant)>>,
}

impl Waiting {
    /// Connects all callers, sends their requests, and gives the server a moment to get to each.
    pub(crate) async fn begin(
        server: SocketAddr,
        requests: Vec<Bytes>,
        right: fn(&Answer) -> bool,
    ) -> Result<Self> {
        let count = requests.len();
        let opening = Arc::new(Semaphore::new(OPENING));
        let asked = Arc::new(AtomicUsize::new(0));
        let mut callers = JoinSet::new();
        for (number, request) in requests.into_iter().enumerate() {
            let (opening, asked) = (Arc::clone(&opening), Arc::clone(&asked));
            callers.spawn(async move {
                let permit = opening.acquire().await?;
                let source = Ipv4Addr::new(127, 0, 0, 2 + (number / PER_SOURCE) as u8);
                let mut client = Client::connect_from(source, server).await?;
                drop(permit);
                client.send(&request).await?;
                asked.fetch_add(1, Ordering::Relaxed);
                let answer = client.receive().await?;
                if !right(&answer) {
                    return Err(answer.complaint().into());
                }
                Ok((number, Instant::now()))
            });
        }
        while asked.load(Ordering::Relaxed) < count {
            if let Some(early) = callers.try_join_next() {
                early??;
                return Err("a caller was answered before anything had happened".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(Self { callers })
    }

    /// Which caller was answered when.
    pub(crate) async fn answers(mut self) -> Result<Vec<(usize, Instant)>> {
        let mut answers = Vec::new();
        while let Some(caller) = self.callers.join_next().await {
            answers.push(caller??);
        }
        Ok(answers)
    }
}
