//! fal.ai's queue.

mod apps;
mod callback;
mod job;
mod queue;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use http::StatusCode;

use apps::App;
pub use apps::Shape;
use job::Job;
use queue::Provider;

pub use crate::bill::Paid;
use crate::script::Gate;
use crate::server::{Server, Tasks};

/// The key that the fake accepts.
pub const KEY: &str = "fake-id:fake-secret";

/// The running server.
pub struct Fake {
    server: Server,
    state: Arc<Provider>,
}

/// What to do with a submit, and with the job that comes of it. A job waits for one look and runs for one, then
/// succeeds, unless something else is said here. What is not in order is accepted all the same, as at fal, and ends in 422.
#[derive(Clone, Debug)]
pub enum Behaviour {
    // --- The answer to the submit ---
    /// Accept, and answer only after this long.
    Slow(Duration),
    /// Accept, and answer when the gate opens.
    Held(Gate),
    /// 429 with `Retry-After`.
    Busy {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// 403: the balance is empty.
    Locked,
    /// This status with a platform error; nothing is accepted.
    Fail(StatusCode),
    /// 200 with a page instead of JSON; nothing is accepted.
    Html,
    /// Accept, and answer with half of the JSON.
    Truncated,
    /// Hang up; nothing is accepted.
    Drop,
    /// Accept, and hang up without a word.
    AcceptThenDrop,
    /// Accept when the gate opens, even if nobody waits for the answer any more.
    AcceptLate(Gate),

    // --- The way of the job ---
    /// So many looks are answered `IN_QUEUE`, then so many `IN_PROGRESS`, then `COMPLETED`.
    Queue {
        /// Looks in the queue.
        waiting: u32,
        /// Looks while it runs.
        running: u32,
    },
    /// So many looks are answered with a state that no documentation knows.
    UnknownStatus {
        /// How many.
        looks: u32,
    },
    /// Ends in 422 `content_policy_violation`.
    Refuse,
    /// Ends well, with black pictures and `has_nsfw_concepts`.
    Nsfw,
    /// Ends in this status, with a model's error of this type.
    FailResult {
        /// The replayed status.
        status: StatusCode,
        /// The type of the finding.
        kind: &'static str,
    },
    /// Ends in a platform error of this type, such as `runner_disconnected`; the status names it.
    Crash {
        /// The error type.
        kind: &'static str,
    },
    /// Completes and is billed, but the result is gone when it is asked for.
    Expire,
    /// Notes a cancel while it runs, and finishes all the same.
    IgnoreCancel,
}

/// What to do with a look: a call for status or result.
#[derive(Clone, Debug)]
pub enum Look {
    /// Answer only when the gate opens.
    Held(Gate),
    /// 429 with `Retry-After`.
    Busy {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// This status with a gateway's page.
    Page(StatusCode),
    /// The right answer, cut in half.
    Truncated,
    /// Hang up.
    Drop,
}

/// What happens to the callback when a job ends that has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callbacks {
    /// It is delivered this often, correctly signed; 0 loses it.
    Delivered(u32),
    /// It is delivered once, signed with a key that is not published.
    Forged,
}

impl Fake {
    /// Starts an empty queue.
    pub async fn start() -> Self {
        let (listener, address) = Server::bind().await;
        let tasks = Tasks::default();
        let state = Arc::new(Provider::new(format!("http://{address}"), tasks.clone()));
        let router = Router::new()
            .fallback(queue::answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(state.clone());
        Self { server: Server::serve(listener, address, router, tasks), state }
    }

    /// What an operator would configure.
    pub fn base_url(&self) -> String {
        self.server.origin()
    }

    /// Where the keys are that callbacks are signed with.
    pub fn callback_keys_url(&self) -> String {
        format!("{}/.well-known/jwks.json", self.server.origin())
    }

    /// What was accepted and is charged, in order. Jobs that fail or are canceled in time are not.
    pub fn bill(&self) -> Vec<Paid> {
        self.state.jobs.lock().iter().filter_map(Job::paid).collect()
    }

    /// The ids of everything that was accepted, in order.
    pub fn accepted(&self) -> Vec<String> {
        self.state.jobs.lock().iter().map(|job| job.id.clone()).collect()
    }

    /// The inputs of everything that was accepted, in order.
    pub fn inputs(&self) -> Vec<serde_json::Value> {
        self.state.jobs.lock().iter().map(|job| job.input.clone().into()).collect()
    }

    /// Returns once this many requests have been accepted.
    pub async fn has_accepted(&self, count: u64) {
        self.state.accepted.reached(count).await;
    }

    /// How often the status of this job was asked for.
    pub fn polls_of(&self, id: &str) -> u32 {
        self.state.jobs.lock().iter().find(|job| job.id == id).map_or(0, |job| job.polls)
    }

    /// Also knows this endpoint, with any input. The documented ones that tests use are known from the start.
    pub fn add_app(&self, path: &str, shape: Shape) {
        self.state.more_apps.lock().push(App::any(path, shape));
    }

    /// Does this to the next submit that has nothing of its own asked for yet.
    pub fn next(&self, behaviour: Behaviour) {
        self.state.script.next(behaviour);
    }

    /// Does this to every submit from now on, as far as nothing else is asked for; `None` ends it.
    pub fn always(&self, behaviour: impl Into<Option<Behaviour>>) {
        self.state.script.always(behaviour.into());
    }

    /// Does this to the next call for a status or result.
    pub fn next_look(&self, look: Look) {
        self.state.looks.next(look);
    }

    /// What happens to callbacks of jobs that end from now on; at first each is delivered once.
    pub fn callbacks(&self, callbacks: Callbacks) {
        *self.state.callbacks.lock() = callbacks;
    }

    /// Brings a job to its end without waiting for looks, callback included.
    pub fn finish(&self, id: &str) {
        let mut jobs = self.state.jobs.lock();
        if let Some(job) = jobs.iter_mut().find(|job| job.id == id) {
            job.finish();
            self.state.tell(job);
        }
    }

    /// Forgets the result of a job.
    pub fn expire(&self, id: &str) {
        if let Some(job) = self.state.jobs.lock().iter_mut().find(|job| job.id == id) {
            job.expired = true;
        }
    }

    /// Delivers the callback of a job now, whatever its state: the receiver's status, or nothing if the job has no
    /// callback or the receiver was not reached.
    pub async fn call_back(&self, id: &str, genuine: bool) -> Option<u16> {
        let letter = {
            let jobs = self.state.jobs.lock();
            self.state.callback(jobs.iter().find(|job| job.id == id)?, genuine)?
        };
        letter.deliver().await.map(|(status, _)| status)
    }
}
