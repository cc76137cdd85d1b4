//! The book of a fake: what it took, how that goes on with each look, and what is to be paid for it.

use std::collections::HashMap;

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::Value;

use crate::bill::{Paid, sha256};
use crate::letter::now_s;
use crate::media;
use crate::script::Count;

/// How a job goes, fixed when it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Looks that are answered with a state which no documentation knows; they come first.
    pub(crate) odd: u32,
    /// Looks that find it waiting.
    pub(crate) waiting: u32,
    /// Looks that find it running.
    pub(crate) running: u32,
    /// How it ends.
    pub(crate) end: End,
    /// Whether a cancel is noted and forgotten.
    pub(crate) deaf: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { odd: 0, waiting: 1, running: 1, end: End::Made, deaf: false }
    }
}

/// How a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With its outputs.
    Made,
    /// Its content is refused.
    Refused,
    /// The provider's own failure.
    Failed,
    /// Made and billed, but the outputs are gone when they are asked for.
    Expired,
    /// Canceled in time.
    Canceled,
}

/// How a job stands at one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// In a state that nobody knows.
    Odd,
    /// Not begun.
    Waiting,
    /// Begun.
    Running,
    /// Over.
    Ended(End),
}

/// What a protocol says of a request that it takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    /// The model or endpoint, as bills and tests name it.
    pub(crate) model: String,
    /// What was asked, as JSON.
    pub(crate) input: Value,
    /// The prompt or text: tests find a job by it.
    pub(crate) prompt: String,
    /// The raw body.
    pub(crate) body: Bytes,
    /// How many outputs.
    pub(crate) outputs: u32,
    /// Our token, where the protocol has a place for it.
    pub(crate) token: Option<String>,
    /// Where it is called back.
    pub(crate) callback_url: Option<String>,
}

/// A job in the book.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) order: Order,
    pub(crate) plan: Plan,
    /// How often its state was asked for.
    pub(crate) looks: u32,
    pub(crate) stand: Stand,
    /// Unix seconds.
    pub(crate) made_at: u64,
    /// Lists that do not show it yet.
    hidden: u32,
}

impl Job {
    /// Whether it is over, and how.
    pub(crate) fn end(&self) -> Option<End> {
        match self.stand {
            Stand::Ended(end) => Some(end),
            _ => None,
        }
    }

    fn paid(&self) -> Option<Paid> {
        let end = self.end().unwrap_or(self.plan.end);
        matches!(end, End::Made | End::Expired).then(|| Paid {
            id: self.id.clone(),
            model: self.order.model.clone(),
            outputs: self.order.outputs,
            prompt_sha256: sha256(&self.order.prompt),
            body_sha256: sha256(&self.order.body),
            callback_url: self.order.callback_url.clone(),
        })
    }

    /// Brings it one look further.
    fn step(&mut self) {
        self.looks += 1;
        let Plan { odd, waiting, running, end, .. } = self.plan;
        if self.end().is_none() {
            let look = self.looks;
            self.stand = match () {
                () if look <= odd => Stand::Odd,
                () if look <= odd + waiting => Stand::Waiting,
                () if look <= odd + waiting + running => Stand::Running,
                () => Stand::Ended(end),
            };
        }
    }
}

/// The book. Jobs that end are put aside until they are told of.
#[derive(Default)]
pub(crate) struct Desk {
    /// `http://127.0.0.1:port`, where the fake serves its files.
    pub(crate) origin: String,
    /// What the next job is to do.
    plan: Mutex<Plan>,
    jobs: Mutex<Vec<Job>>,
    ended: Mutex<Vec<Job>>,
    lag: Mutex<u32>,
    /// What was uploaded, by the name that the protocol gave it.
    uploads: Mutex<HashMap<String, Bytes>>,
    numbers: Mutex<u64>,
    pub(crate) taken: Count,
}

impl Desk {
    pub(crate) fn at(origin: String) -> Self {
        Self { origin, ..Self::default() }
    }

    /// What is asked of the next job.
    pub(crate) fn plan(&self, plan: Plan) {
        *self.plan.lock() = plan;
    }

    /// How the next job will end: protocols that refuse or fail in the answer to the submit look here before they take
    /// it.
    pub(crate) fn coming(&self) -> End {
        self.plan.lock().end
    }

    /// A number that this fake has not given out before.
    pub(crate) fn number(&self) -> u64 {
        let mut numbers = self.numbers.lock();
        *numbers += 1;
        // Fakes of one test process must not share ids: the port tells them apart.
        let port: u64 = self.origin.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(0);
        port * 1_000_000 + *numbers
    }

    /// A UUID that this fake has not given out before.
    pub(crate) fn uuid(&self) -> String {
        let digest = sha256(format!("{}/{}", self.origin, self.number()));
        let part = |from: usize, to: usize| &digest[from..to];
        format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }

    /// Takes a job under this id.
    pub(crate) fn take(&self, id: String, order: Order) -> Job {
        let plan = std::mem::take(&mut *self.plan.lock());
        let job = Job {
            id,
            order,
            plan,
            looks: 0,
            stand: Stand::Waiting,
            made_at: now_s(),
            hidden: *self.lag.lock(),
        };
        self.jobs.lock().push(job.clone());
        self.taken.one_more();
        job
    }

    /// Takes a job that is over when the answer goes out.
    pub(crate) fn make(&self, id: String, order: Order) -> Job {
        let job = self.take(id, order);
        self.finish(&job.id);
        self.job(&job.id).unwrap_or(job)
    }

    /// A job as it stands.
    pub(crate) fn job(&self, id: &str) -> Option<Job> {
        self.jobs.lock().iter().find(|job| job.id == id).cloned()
    }

    /// The job that was ordered under this token, whether lists show it or not.
    pub(crate) fn by_token(&self, token: &str) -> Option<Job> {
        self.jobs.lock().iter().find(|job| job.order.token.as_deref() == Some(token)).cloned()
    }

    /// A job one look further.
    pub(crate) fn look(&self, id: &str) -> Option<Job> {
        let mut jobs = self.jobs.lock();
        let job = jobs.iter_mut().find(|job| job.id == id)?;
        let before = job.end();
        job.step();
        if before.is_none() && job.end().is_some() {
            self.ended.lock().push(job.clone());
        }
        Some(job.clone())
    }

    /// Brings a job to its end.
    pub(crate) fn finish(&self, id: &str) {
        let mut jobs = self.jobs.lock();
        if let Some(job) = jobs.iter_mut().find(|job| job.id == id && job.end().is_none()) {
            job.stand = Stand::Ended(job.plan.end);
            self.ended.lock().push(job.clone());
        }
    }

    /// Cancels a job unless it is over or deaf; how it stood before.
    pub(crate) fn cancel(&self, id: &str) -> Option<Stand> {
        let mut jobs = self.jobs.lock();
        let job = jobs.iter_mut().find(|job| job.id == id)?;
        let before = job.stand;
        if job.end().is_none() && !job.plan.deaf {
            job.stand = Stand::Ended(End::Canceled);
            self.ended.lock().push(job.clone());
        }
        Some(before)
    }

    /// Makes a job's outputs be gone.
    pub(crate) fn expire(&self, id: &str) {
        if let Some(job) = self.jobs.lock().iter_mut().find(|job| job.id == id) {
            job.plan.end = End::Expired;
            if job.end().is_some() {
                job.stand = Stand::Ended(End::Expired);
            }
        }
    }

    /// All jobs that a list shows now, oldest first. Each list brings hidden ones nearer.
    pub(crate) fn listed(&self) -> Vec<Job> {
        let mut jobs = self.jobs.lock();
        let mut shown = Vec::new();
        for job in jobs.iter_mut() {
            match job.hidden {
                0 => shown.push(job.clone()),
                _ => job.hidden -= 1,
            }
        }
        shown
    }

    /// Hides jobs that are taken from now on from so many lists.
    pub(crate) fn lag(&self, lists: u32) {
        *self.lag.lock() = lists;
    }

    /// All jobs, oldest first.
    pub(crate) fn all(&self) -> Vec<Job> {
        self.jobs.lock().clone()
    }

    pub(crate) fn bill(&self) -> Vec<Paid> {
        self.jobs.lock().iter().filter_map(Job::paid).collect()
    }

    /// The jobs that ended since this was last asked.
    pub(crate) fn take_ended(&self) -> Vec<Job> {
        std::mem::take(&mut *self.ended.lock())
    }

    // --- files ---

    /// The address of an output of a job; `extension` says what it is: png, jpeg, webp, svg, mp4 or mp3.
    pub(crate) fn file_url(&self, job: &Job, nth: u32, extension: &str) -> String {
        format!("{}/files/{}/{nth}.{extension}", self.origin, job.id)
    }

    /// Keeps an upload.
    pub(crate) fn upload(&self, name: String, bytes: Bytes) {
        self.uploads.lock().insert(name, bytes);
    }

    /// What was uploaded under this name.
    pub(crate) fn uploaded(&self, name: &str) -> Option<Bytes> {
        self.uploads.lock().get(name).cloned()
    }

    /// The file behind `{job}/{nth}.{extension}`: its type and bytes, or nothing if it is not there any more.
    pub(crate) fn file(&self, path: &str) -> Option<(String, Bytes)> {
        let (id, name) = path.rsplit_once('/')?;
        let job = self.job(id)?;
        if job.end() == Some(End::Expired) {
            return None;
        }
        let (nth, extension) = name.split_once('.')?;
        Some(output(&job, nth.parse().ok()?, extension))
    }
}

/// An output's type and bytes: a picture of a colour that belongs to the prompt, a clip, or a sound.
pub(crate) fn output(job: &Job, nth: u32, extension: &str) -> (String, Bytes) {
    match extension {
        "mp4" => ("video/mp4".to_owned(), Bytes::from_static(media::CLIP)),
        "mp3" => ("audio/mpeg".to_owned(), Bytes::from_static(media::SOUND)),
        "svg" => ("image/svg+xml".to_owned(), media::drawing(media::colour(&job.order.prompt, nth))),
        _ => {
            let colour = media::colour(&job.order.prompt, nth);
            (format!("image/{extension}"), media::picture(64, 48, colour, extension))
        }
    }
}
