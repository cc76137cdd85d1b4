//! `spool run`: one job from the command line, over HTTP like any client's; against a running server, or against
//! one that lives in this process as long as the job.

mod files;
mod inputs;
mod place;
mod wire;

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use spool_domain::catalogue::Catalogue;

use self::place::Place;
use self::wire::{Error, Generation, Media, Refusal};
use crate::cli::Usage;
use crate::config::Config;
use crate::http;
use crate::serve::Signals;

/// The first answer is waited for so long, seconds: most sandbox jobs are over by then, and the id is known soon.
const FIRST_WAIT_S: u32 = 1;

/// Each later look waits so long, seconds; the most is 60.
const WAIT_S: u32 = 30;

/// So many looks in a row may fail before we give up; the job goes on at the server.
const MISSES_MAX: u32 = 5;

/// What the command line asks for.
pub struct Wish {
    /// The model's id or alias.
    pub model: String,
    /// `name=value`.
    pub inputs: Vec<String>,
    /// How many outputs.
    pub count: Option<u32>,
    /// Where the result goes.
    pub file: Option<PathBuf>,
    /// The API key, if it is not the folder's test key.
    pub key: Option<String>,
    /// The server, if it is not the one of the folder.
    pub url: Option<String>,
}

/// Runs one job; what to print on standard output.
pub async fn run(wish: Wish, config: Config, catalogue: Catalogue) -> anyhow::Result<String> {
    let input = inputs::read(&wish.inputs).map_err(Usage)?;
    let mut signals = Signals::listen()?;
    let place = Place::find(wish.url.as_deref(), wish.key.clone(), config, catalogue).await?;
    let mut body = json!({ "model": wish.model, "input": input, "wait": FIRST_WAIT_S });
    if let Some(count) = wish.count {
        body["n"] = count.into();
    }
    let mut job = Job { place: &place, id: None };
    let done = tokio::select! {
        done = job.run(&wish, &body) => done,
        () = signals.next() => Err(anyhow!("interrupted; {}", job.goes_on())),
    };
    place.leave().await;
    done
}

/// The job being run.
struct Job<'a> {
    place: &'a Place,
    id: Option<String>,
}

impl Job<'_> {
    async fn run(&mut self, wish: &Wish, body: &Value) -> anyhow::Result<String> {
        let bar = ProgressBar::new_spinner().with_message(format!("{}: sending", wish.model));
        bar.set_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}")?);
        bar.enable_steady_tick(Duration::from_millis(100));
        let mut job = self.submit(body).await?;
        while !job.is_over() {
            bar.set_message(format!("{}: {}", wish.model, job.status));
            job = self.look(&job.id).await?;
        }
        bar.set_message(format!("{}: fetching", wish.model));
        let text = match job.status.as_str() {
            "completed" => self.save(wish, &job).await,
            "failed" => Err(failed(job.error.as_ref())),
            other => Err(anyhow!("the job was {other}")),
        };
        bar.finish_and_clear();
        text
    }

    /// Orders the job. The idempotency key makes it safe to ask again when the answer is lost.
    async fn submit(&mut self, body: &Value) -> anyhow::Result<Generation> {
        let answer = self.place.post("/v1/generations", serde_json::to_vec(body)?).await?;
        // A job that failed within the wait comes with its fault's status, and is a job all the same.
        if let Ok(job) = serde_json::from_slice::<Generation>(&answer.body) {
            self.id = Some(job.id.clone());
            return Ok(job);
        }
        Err(refused(&answer))
    }

    async fn look(&self, id: &str) -> anyhow::Result<Generation> {
        let mut misses = 0;
        loop {
            match self.place.get(&format!("/v1/generations/{id}?wait={WAIT_S}")).await {
                Ok(answer) if answer.status == 200 => {
                    return serde_json::from_slice(&answer.body)
                        .context("the server's answer is not understood");
                }
                Ok(answer) if answer.status < 500 && answer.status != 429 => return Err(refused(&answer)),
                Ok(answer) if misses == MISSES_MAX => return Err(refused(&answer).context(self.goes_on())),
                Err(error) if misses == MISSES_MAX => return Err(error.context(self.goes_on())),
                Ok(_) | Err(_) => misses += 1,
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Fetches all results and tells about them.
    async fn save(&self, wish: &Wish, job: &Generation) -> anyhow::Result<String> {
        let media = &job.output.media;
        let formats: Vec<String> = media.iter().map(format).collect();
        let names = files::names(wish.file.as_deref(), &wish.model, &formats);
        let mut text = String::new();
        for (media, path) in media.iter().zip(names) {
            let size = match (&media.url, &media.text) {
                (Some(url), _) => files::fetch(&self.place.absolute(url)?, &path).await?,
                // Words go where the reader is, unless a file was asked for.
                (None, Some(words)) if wish.file.is_none() => {
                    let _ = writeln!(text, "{words}");
                    continue;
                }
                (None, Some(words)) => {
                    std::fs::write(&path, words).with_context(|| path.display().to_string())?;
                    words.len() as u64
                }
                (None, None) => bail!("a result has neither file nor text"),
            };
            let _ = writeln!(text, "{}  {}", path.display(), described(media, size));
        }
        let cost = job
            .usage
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), |usage| format!("{} USD", usage.cost_usd));
        let _ = writeln!(text, "cost {cost}, job {}", job.id);
        Ok(text)
    }

    fn goes_on(&self) -> String {
        match &self.id {
            Some(id) => format!("the job goes on: GET {}/v1/generations/{id} shows it", self.place.base()),
            None => "the job may have been ordered all the same".to_owned(),
        }
    }
}

fn format(media: &Media) -> String {
    let usual = if media.text.is_some() { "txt" } else { "bin" };
    media.format.clone().unwrap_or_else(|| usual.to_owned())
}

fn refused(answer: &http::Answer) -> anyhow::Error {
    match serde_json::from_slice::<Refusal>(&answer.body) {
        Ok(Refusal { error }) => failed(Some(&error)),
        Err(_) => anyhow!("the server answered HTTP {} and nothing that can be read", answer.status),
    }
}

fn failed(error: Option<&Error>) -> anyhow::Error {
    match error {
        Some(error) if error.is_usage() => Usage(error.line()).into(),
        Some(error) => anyhow!(error.line()),
        None => anyhow!("the job failed, and the server does not say why"),
    }
}

/// `1024x1024 png, 80 kB`.
fn described(media: &Media, size: u64) -> String {
    let mut words = Vec::new();
    if let (Some(width), Some(height)) = (media.width, media.height) {
        words.push(format!("{width}x{height}"));
    }
    if let Some(duration) = &media.duration {
        words.push(format!("{duration} s"));
    }
    words.extend(media.format.clone());
    format!("{}, {}", words.join(" "), indicatif::DecimalBytes(size))
}
