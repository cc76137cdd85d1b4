//! The provider behind the sandbox adapter.
//!
//! It remembers nothing but its book: what becomes of a job is decided when it is taken and written durably
//! before the answer goes out, and from then on follows from the book and the clock alone. So the process may
//! end at any moment and the service goes on where it was, with the same bill. (The one exception, the memory of
//! `throttle`, decides about jobs that are not taken.) Files are drawn each time they are fetched: the same job
//! always draws the same bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use spool_domain::adapter::{Call, Method, Reply};
use spool_domain::ids::Entropy;
use spool_domain::money::MicroUsd;
use spool_domain::resident::{Answer, Book, BookError, Entry, Resident, SCHEME, Shelf};
use spool_domain::time::{Clock, Timestamp};

use super::fit::fit;
use super::instruction::{self, Instruction, Outcome};
use super::material::{self, Bad, Store, with_words};
use super::render::{self, Brief, Format, remake, render};
use super::throttle::{self, Throttle};
use super::wire::{
    Accepted, CONTENT_POLICY, File, Listing, Made, Order, PROVIDER_FAILED, Refusal, Status, Submission,
    TIMED_OUT,
};

/// What one output costs, whatever it is. Known and round, so that any bill can be checked in the head.
pub const TARIFF: MicroUsd = MicroUsd(10_000);

/// How long files can be fetched after the job ended, milliseconds.
pub const RETENTION_MS: u64 = 24 * 3_600 * 1_000;

/// How long after its submit a `late-accept` job is taken, milliseconds.
pub(super) const LATE_MS: u64 = 2_000;

/// How long after its end a `flaky` job's status cannot be had, milliseconds.
const FLAKY_STATUS_MS: u64 = 1_000;

/// How long after its end its files cannot be had, milliseconds. Much longer, so that a caller who was put off
/// for some seconds by the status still meets it.
const FLAKY_FILES_MS: u64 = 8_000;

/// The longest wait between two looks that the service asks for, milliseconds.
const WAIT_MAX_MS: u64 = 1_000;

/// The same where percent are to be seen, milliseconds.
const WAIT_PROGRESS_MS: u64 = 250;

/// The `code` of a refusal for a given file.
const UNREADABLE_FILE: &str = "file";

/// The longest token; ours are shorter.
const TOKEN_MAX_CHARS: usize = 128;

/// The service.
pub struct Service {
    book: Arc<dyn Book>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    throttle: Throttle,
    files: Option<Store>,
}

/// What the book keeps of a job as its order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Fate {
    /// As submitted, but its prompt is without instructions.
    order: Order,
    /// The order's seed, or one that was drawn when the job was taken.
    seed: u64,
    outcome: Outcome,
    progress: bool,
}

/// An answer that is not the wished one.
struct No {
    status: u16,
    refusal: Refusal,
}

impl No {
    fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, refusal: Refusal { code: code.to_owned(), message: message.into() } }
    }

    fn unknown_job() -> Self {
        Self::new(404, "not_found", "There is no such job.")
    }

    fn reply(&self) -> Reply {
        let mut reply = json(self.status, &self.refusal);
        if self.status == 429 {
            reply.headers.push(("retry-after".to_owned(), throttle::WAIT_S.to_string()));
        }
        reply
    }
}

impl From<Bad> for No {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::Content(message) => Self::new(422, UNREADABLE_FILE, message),
            Bad::Gone(message) => Self::new(410, UNREADABLE_FILE, message),
            Bad::Shelf(message) => Self::new(503, UNREADABLE_FILE, message),
        }
    }
}

impl From<BookError> for No {
    fn from(error: BookError) -> Self {
        // 500 and not 503: nobody knows whether the job was written.
        Self::new(500, "book", error.to_string())
    }
}

impl Resident for Service {
    fn answer(&self, call: &Call) -> Answer {
        let now = self.clock.now();
        let target = call.target.strip_prefix(SCHEME).unwrap_or(&call.target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let steps: Vec<&str> = path.split('/').collect();
        let reply = match (call.method, steps.as_slice()) {
            (Method::Post, ["", "jobs"]) => {
                return self.take(&call.body, now).unwrap_or_else(|no| Answer::Reply(no.reply()));
            }
            (Method::Get, ["", "jobs"]) => self.list(query, now),
            (Method::Get, ["", "jobs", id]) => self.status(id, now),
            (Method::Delete, ["", "jobs", id]) => self.cancel(id, now),
            (Method::Get, ["", "media", id, number]) => self.media(id, number, now),
            (_, ["", "jobs"] | ["", "jobs", _] | ["", "media", _, _]) => {
                Err(No::new(405, "method_not_allowed", "This path does not take this method."))
            }
            _ => Err(No::new(404, "not_found", "There is nothing at this path.")),
        };
        Answer::Reply(reply.unwrap_or_else(|no| no.reply()))
    }

    fn forget(&self, ended_before: Timestamp) -> Result<u64, BookError> {
        self.book.forget(ended_before)
    }
}

impl Service {
    /// A service over its book. What the book holds from before goes on.
    pub fn new(book: Arc<dyn Book>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { book, clock, entropy, throttle: Throttle::default(), files: None }
    }

    /// The same, able to read files of ours. `mark_key` is a secret of this server: clips marked with it count as its
    /// own work, and only such are decoded.
    pub fn with_files(mut self, shelf: Arc<dyn Shelf>, mark_key: [u8; 32]) -> Self {
        self.files = Some(Store { shelf, mark_key });
        self
    }

    /// `POST /jobs`.
    fn take(&self, body: &[u8], now: Timestamp) -> Result<Answer, No> {
        let submission = serde_json::from_slice(body).map_err(|error| {
            No::new(400, "malformed", format!("The body is not an order (column {}).", error.column()))
        })?;
        let Submission { token, order } = submission;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if token.is_empty() || token.len() > TOKEN_MAX_CHARS || !token.chars().all(plain) {
            return Err(No::new(400, "token", "The token must be 1 to 128 letters, digits, - or _."));
        }
        let twice = || No::new(409, "token_taken", "A job with this token was taken before; look it up.");
        if self.book.by_token(&token)?.is_some() {
            return Err(twice());
        }
        let order = fit(order).map_err(|message| No::new(400, "order", message))?;
        let (Instruction { outcome, delay_ms, progress }, prompt) = instruction::read(&order.prompt)
            .map_err(|misread| No::new(400, "instruction", misread.to_string()))?;
        self.admit(outcome, &order, now)?;
        if let Some(origin) = &order.from {
            // Whoever brought a broken file is told before there is a job.
            material::check(self.files.as_ref(), origin).map_err(|bad| match bad {
                Bad::Gone(message) => No::new(422, UNREADABLE_FILE, message),
                bad => No::from(bad),
            })?;
        }

        let run_ms = delay_ms.unwrap_or(order.format.run_ms());
        let accepted_at = if outcome == Outcome::LateAccept { now.after_ms(LATE_MS) } else { now };
        // A hundred outputs at this tariff are far from overflow.
        let billed =
            if outcome.is_billed() { MicroUsd(TARIFF.0 * i64::from(order.count)) } else { MicroUsd::ZERO };
        let seed = order.seed.unwrap_or_else(|| u64::from_be_bytes(self.random()));
        let fate = Fate { order: Order { prompt, ..order }, seed, outcome, progress };
        let entry = Entry {
            id: format!("{:032x}", u128::from_be_bytes(self.random())),
            token,
            order: serde_json::to_string(&fate)
                .map_err(|_| No::new(400, "order", "The order cannot be written down."))?,
            accepted_at,
            done_at: accepted_at.after_ms(run_ms),
            billed,
            canceled: false,
        };
        if !self.book.take(&entry)? {
            return Err(twice());
        }
        Ok(match outcome {
            Outcome::LostAnswer | Outcome::LateAccept => Answer::Lost,
            _ => Answer::Reply(json(202, &accepted(&entry, now))),
        })
    }

    /// Turns away what the prompt says is to be turned away. Nothing has been written yet.
    fn admit(&self, outcome: Outcome, order: &Order, now: Timestamp) -> Result<(), No> {
        match outcome {
            Outcome::Refuse => Err(No::new(
                422,
                CONTENT_POLICY,
                "The content policy forbids this, because the prompt asked for a refusal.",
            )),
            Outcome::Unavailable => {
                Err(No::new(503, "unavailable", "The service is down, because the prompt asked for it."))
            }
            Outcome::Throttle if !self.throttle.admits(order, now) => {
                Err(No::new(429, "throttled", "Too many requests, because the prompt asked for it."))
            }
            Outcome::ExpiredAsset if order.format == File::Text => Err(No::new(
                400,
                "instruction",
                "The prompt's [sandbox ...] instruction outcome=expired-asset does not fit a text: there is no file.",
            )),
            _ => Ok(()),
        }
    }

    /// `GET /jobs?token=…`.
    fn list(&self, query: &str, now: Timestamp) -> Result<Reply, No> {
        let token = query.strip_prefix("token=").ok_or_else(|| No::new(400, "query", "Ask with ?token=…"))?;
        let found = self.book.by_token(token)?.filter(|entry| entry.accepted_at <= now);
        Ok(json(200, &Listing { jobs: found.iter().map(|entry| accepted(entry, now)).collect() }))
    }

    /// `GET /jobs/{id}`.
    fn status(&self, id: &str, now: Timestamp) -> Result<Reply, No> {
        let (entry, fate) = self.job(id, now)?;
        if entry.canceled {
            return Ok(json(200, &Status::Canceled));
        }
        if fate.outcome == Outcome::Flaky && now < entry.done_at.after_ms(FLAKY_STATUS_MS) {
            return Err(flaky());
        }
        if now < entry.done_at {
            let progress = fate.progress.then(|| percent(&entry, now));
            let longest_ms = if fate.progress { WAIT_PROGRESS_MS } else { WAIT_MAX_MS };
            let wait_ms = entry.done_at.since_ms(now).min(longest_ms);
            return Ok(json(200, &Status::Running { progress, wait_ms }));
        }
        Ok(json(
            200,
            &match fate.outcome {
                Outcome::Fail => Status::Failed { code: PROVIDER_FAILED.to_owned() },
                Outcome::Timeout => Status::Failed { code: TIMED_OUT.to_owned() },
                _ => Status::Succeeded { outputs: self.outputs(&entry.id, &fate)?, billed: entry.billed.0 },
            },
        ))
    }

    /// `DELETE /jobs/{id}`.
    fn cancel(&self, id: &str, now: Timestamp) -> Result<Reply, No> {
        let (entry, _) = self.job(id, now)?;
        if entry.canceled || self.book.cancel(id, now)? {
            return Ok(json(200, &Status::Canceled));
        }
        Err(No::new(409, "over", "The job is over."))
    }

    /// `GET /media/{id}/{number}`.
    fn media(&self, id: &str, number: &str, now: Timestamp) -> Result<Reply, No> {
        let (entry, fate) = self.job(id, now)?;
        let missing = || No::new(404, "not_found", "There is no such file.");
        let made = match fate.outcome {
            Outcome::Made
            | Outcome::Throttle
            | Outcome::Flaky
            | Outcome::LostAnswer
            | Outcome::LateAccept => true,
            Outcome::ExpiredAsset => return Err(No::new(410, "expired", "The file was deleted.")),
            Outcome::Fail | Outcome::Refuse | Outcome::Timeout | Outcome::Unavailable => false,
        };
        let kept = now >= entry.done_at && now < entry.done_at.after_ms(RETENTION_MS);
        let number = number
            .parse()
            .ok()
            .filter(|number| *number < fate.order.count * fate.order.files)
            .ok_or_else(missing)?;
        if !made || !kept || entry.canceled {
            return Err(missing());
        }
        if fate.outcome == Outcome::Flaky && now < entry.done_at.after_ms(FLAKY_FILES_MS) {
            return Err(flaky());
        }
        let body = self.draw(&fate, number)?;
        let headers = vec![
            ("content-type".to_owned(), fate.order.format.content_type().to_owned()),
            ("content-length".to_owned(), body.len().to_string()),
        ];
        Ok(Reply { status: 200, headers, body: body.into() })
    }

    /// The job with this id, if it exists by now.
    fn job(&self, id: &str, now: Timestamp) -> Result<(Entry, Fate), No> {
        let entry =
            self.book.by_id(id)?.filter(|entry| entry.accepted_at <= now).ok_or_else(No::unknown_job)?;
        let fate = serde_json::from_str(&entry.order)
            .map_err(|error| BookError(format!("order of job {id}: {error}")))?;
        Ok((entry, fate))
    }

    fn outputs(&self, id: &str, fate: &Fate) -> Result<Vec<Made>, No> {
        (0..fate.order.count * fate.order.files)
            .map(|number| match fate.order.format {
                File::Text => Ok(Made::Text(String::from_utf8_lossy(&self.draw(fate, number)?).into_owned())),
                _ => Ok(Made::Url(format!("{SCHEME}/media/{id}/{number}"))),
            })
            .collect()
    }

    /// Draws one file. The first has the job's own seed, the others have seeds far apart that follow from it. Files
    /// made from a given one by the same model, such as stems, go together and share a seed.
    fn draw(&self, fate: &Fate, number: u32) -> Result<Vec<u8>, No> {
        let order = &fate.order;
        let (output, part) = (number / order.files, number % order.files);
        let is_stem = order.from.as_ref().is_some_and(|origin| origin.is("stems"));
        let take = if is_stem { output } else { number };
        // An odd factor near 2^64 divided by the golden ratio: no two of the numbers meet, and neighbours differ in all
        // bits.
        let seed = fate.seed ^ u64::from(take).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let brief = Brief {
            format: order.format.format(),
            width: order.width,
            height: order.height,
            duration_ms: order.duration_ms,
            seed,
            prompt: &order.prompt,
        };
        let failed = |error: render::RenderError| No::new(500, "render", error.to_string());
        let mut file = match &order.from {
            None => with_words(brief.format, render(&brief).map_err(failed)?, brief.prompt),
            Some(origin) => {
                let materials = material::open(self.files.as_ref(), origin).map_err(No::from)?;
                let order = render::Order { brief, origin, materials: &materials, part, parts: order.files };
                let file = remake(&order).map_err(failed)?;
                with_words(brief.format, file, order.words())
            }
        };
        if let (Format::Mp4, Some(files)) = (brief.format, &self.files) {
            files.mark(&mut file);
        }
        Ok(file)
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

fn accepted(entry: &Entry, now: Timestamp) -> Accepted {
    Accepted { id: entry.id.clone(), wait_ms: entry.done_at.since_ms(now).min(WAIT_MAX_MS) }
}

/// How far a running job is; 100 is only for what is over.
fn percent(entry: &Entry, now: Timestamp) -> u8 {
    let whole = entry.done_at.since_ms(entry.accepted_at).max(1);
    (now.since_ms(entry.accepted_at) * 100 / whole).min(99) as u8
}

fn flaky() -> No {
    No::new(503, "flaky", "The service stumbles, because the prompt asked for it.")
}

fn json(status: u16, body: &impl Serialize) -> Reply {
    // Plain structs of strings and numbers always serialise.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Reply {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into(),
    }
}
