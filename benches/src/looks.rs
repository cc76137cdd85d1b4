//! What following jobs at a provider costs it, and how soon their callers hear of the end: once with looks only, once with the
//! provider's callbacks.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Result;
use crate::bench::Bench;
use crate::load::{Client, percentile, request};
use crate::polls::{Waiting, is_over};
use crate::server::{Server, Settings};
use crate::table::Row;
use crate::tasks::{Tasks, Told};
use crate::upstream::job_word;

const JOBS: usize = 1_000;
const JOBS_QUICK: usize = 200;

/// A model of which the first route leads to the provider.
const MODEL: &str = "bytedance/seedance-1.0-pro-fast";

/// The provider's pace (its manifest's), over which the orders are spread, so that the looks are too.
const PACE: Duration = Duration::from_secs(10);

/// How long the jobs are left alone before callers wait for them: the provider is first asked after twenty seconds and then at its
/// pace, so each is asked for once or twice in vain.
const STAY: Duration = Duration::from_secs(25);

/// Over this time the jobs end.
const ENDING: Duration = Duration::from_secs(10);

/// The longest from the look that finds the end to the caller's answer, milliseconds.
const AFTER_LOOK_MS: f64 = 1_000.0;

/// The longest from the provider's callback to the caller's answer, milliseconds.
const AFTER_CALLBACK_MS: f64 = 50.0;

/// Looks at the provider for each job, and the time from a job's end to its caller's answer.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let count = if bench.quick { JOBS_QUICK } else { JOBS };
    let mut rows = polled(follow(bench, count, false).await?, count);
    rows.extend(called(follow(bench, count, true).await?, count));
    Ok(rows)
}

/// What became of every job, and when its caller was answered.
type Followed = Vec<(Told, Instant)>;

async fn follow(bench: &Bench, count: usize, callbacks: bool) -> Result<Followed> {
    let tasks = Tasks::start(count).await?;
    let settings = Settings { tasks: Some(tasks.address), called_back: callbacks, ..Settings::default() };
    let server = Server::start(bench, settings).await?;
    let jobs = submit_all(&server, count).await?;
    let patience = Instant::now();
    while tasks.taken() < count {
        if patience.elapsed() > Duration::from_secs(60) {
            let taken = tasks.taken();
            return Err(format!("the provider got {taken} of {count} jobs within a minute").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(STAY).await;
    let requests = jobs
        .iter()
        .map(|job| request("GET", &format!("/v1/generations/{job}?wait=60"), &server.key, ""))
        .collect();
    let waiting = Waiting::begin(server.address, requests, is_over).await?;
    tasks.end_all_within(ENDING).await?;
    let mut followed = Vec::new();
    for (no, answered) in waiting.answers().await? {
        let told = tasks.told(no).ok_or("a job was over before the provider had said so")?;
        followed.push((told, answered));
    }
    Ok(followed)
}

fn polled(followed: Followed, count: usize) -> Vec<Row> {
    let way = format!("{count} open jobs, looks only");
    let late = sorted(&followed, |told| told.found);
    let since_end = sorted(&followed, |told| told.ended);
    vec![
        told(&format!("Looks at the provider for each finished job, {way}"), looks(&followed), ""),
        Row::bound(
            &format!("Most looks at one job for each {} s, {way}", PACE.as_secs()),
            pressed(&followed, 0),
            "",
            1.0,
        ),
        told(&format!("Job's end to its caller's answer, middle, {way}"), ms(&since_end, 50.0) / 1e3, " s"),
        Row::bound(
            &format!("From the look that finds the end to the caller's answer, 99th percentile, {way}"),
            ms(&late, 99.0),
            "ms",
            AFTER_LOOK_MS,
        ),
    ]
}

fn called(followed: Followed, count: usize) -> Vec<Row> {
    let way = format!("{count} open jobs, with callbacks");
    let silent = followed.iter().filter(|(told, _)| told.called.is_none()).count();
    let late = sorted(&followed, |told| told.called.unwrap_or(told.ended));
    vec![
        told(&format!("Looks at the provider for each finished job, {way}"), looks(&followed), ""),
        // A callback asks for one look of its own.
        Row::bound(
            &format!(
                "Most looks at one job for each {} s, beside that after the callback, {way}",
                PACE.as_secs()
            ),
            pressed(&followed, 1),
            "",
            1.0,
        ),
        Row::bound(
            &format!("From the callback to the caller's answer, 99th percentile, {way}"),
            // Without a callback there is nothing to be quick after.
            if silent == 0 { ms(&late, 99.0) } else { f64::INFINITY },
            "ms",
            AFTER_CALLBACK_MS,
        ),
    ]
}

/// A value that stands there to be read.
fn told(what: &str, value: f64, unit: &str) -> Row {
    let empty = String::new;
    let spool = format!("{value:.2}{unit}");
    Row { what: what.to_owned(), spool, floor: empty(), ratio: empty(), target: empty(), met: None }
}

fn looks(followed: &Followed) -> f64 {
    let all: u64 = followed.iter().map(|(told, _)| u64::from(told.looks)).sum();
    all as f64 / followed.len().max(1) as f64
}

/// The most looks that any job got for each pace that it was open, without so many that were asked for otherwise.
fn pressed(followed: &Followed, asked_for: u32) -> f64 {
    let of = |told: &Told| {
        let paces = (told.open.as_secs_f64() / PACE.as_secs_f64()).floor().max(1.0);
        f64::from(told.looks.saturating_sub(asked_for)) / paces
    };
    followed.iter().map(|(told, _)| of(told)).fold(0.0, f64::max)
}

fn sorted(followed: &Followed, from: impl Fn(&Told) -> Instant) -> Vec<Duration> {
    let mut times: Vec<_> =
        followed.iter().map(|(told, answered)| answered.saturating_duration_since(from(told))).collect();
    times.sort_unstable();
    times
}

fn ms(times: &[Duration], percent: f64) -> f64 {
    percentile(times, percent).as_secs_f64() * 1e3
}

/// Orders all jobs, spread over the pace, and returns their ids.
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
                tokio::time::sleep_until(start + PACE.mul_f64(job as f64 / count as f64)).await;
                let prompt = job_word(job);
                let body =
                    format!("{{\"model\":\"{MODEL}\",\"input\":{{\"prompt\":\"{prompt}\"}},\"wait\":0}}");
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

#[cfg(test)]
mod tests {
    use super::*;

    fn job(looks: u32, open_s: u64) -> (Told, Instant) {
        let now = Instant::now();
        (Told { looks, open: Duration::from_secs(open_s), ended: now, found: now, called: None }, now)
    }

    #[test]
    fn a_job_that_is_looked_at_more_often_than_the_pace_misses_the_bound() {
        assert!(pressed(&vec![job(2, 35), job(3, 30)], 0) <= 1.0);
        assert!(pressed(&vec![job(2, 35), job(4, 30)], 0) > 1.0);
        assert!(pressed(&vec![job(4, 30)], 1) <= 1.0, "one was asked for");
        let rows = called(vec![job(1, 10)], 1);
        assert_eq!(rows.last().unwrap().met, Some(false), "no callback went out");
    }
}
