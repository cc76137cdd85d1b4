//! `GET /v1/jobs/{id}/events`: a job's history as it happens, as Server-Sent Events. Numbered as in the store, so
//! that a reader who was cut off goes on where it was.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use spool_domain::fault::Fault;
use spool_domain::ids::JobId;
use spool_domain::job::{Event, Job};
use spool_domain::order::Caller;
use spool_engine::wake::Listener;
use tokio::time::Instant;

use super::{decode, kept, translate, wire};
use crate::auth::Entry;
use crate::notation::iso;
use crate::routes::Answering;
use crate::{Api, answer};

/// Moves before the end ring no bell, so they are looked for this often. The end itself is told at once.
const PACE: Duration = Duration::from_millis(500);

/// A comment goes out after this much silence, so that nobody on the way takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A stream ends after this time, and its reader comes again: a key that was revoked does not watch for ever.
const STREAM_MAX: Duration = Duration::from_secs(600);

/// The status words behind which nothing follows.
const ENDS: [&str; 3] = ["succeeded", "failed", "cancelled"];

/// Some proxies collect a whole answer before they pass it on, unless told not to.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers the call.
pub(super) fn answer(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { begin(&api, &entry, request).await })
}

async fn begin(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Response, Fault> {
    let id = decode::job(request.uri().path())?;
    let after = decode::last_event(request.headers())?;
    drop(request);
    // Registered before the look, so that no end is missed.
    let listener = api.engine.listen(id);
    let job = kept(api, &entry.caller, id).await?;
    if job.phase.is_done() && after >= job.events {
        // In this protocol, what tells a reader not to come again.
        return Ok(nothing_more());
    }
    let watch = Watch {
        api: Arc::clone(api),
        caller: Arc::clone(&entry.caller),
        id,
        listener: Some(listener),
        // A number from the future would hide what comes.
        after: after.min(job.events),
        progress: None,
        ready: VecDeque::new(),
        over: false,
        looked: false,
        until: Instant::now() + STREAM_MAX,
    };
    let stream = futures::stream::unfold(watch, Watch::next);
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, answer::NO_STORE);
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    Ok(response)
}

fn nothing_more() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, answer::NO_STORE);
    response
}

/// One reader's place in one job's history.
struct Watch {
    api: Arc<Api>,
    caller: Arc<Caller>,
    id: JobId,
    /// Taken when it rang: it would ring for ever.
    listener: Option<Listener>,
    /// The last event that the reader has.
    after: u32,
    /// The last progress that the reader has, percent.
    progress: Option<u8>,
    /// What is to be sent before the next look.
    ready: VecDeque<sse::Event>,
    /// Whether the last event is sent, or nothing more will come of looking.
    over: bool,
    /// Whether this is not the first look, which does not wait.
    looked: bool,
    until: Instant,
}

impl Watch {
    /// The next event; nothing at the end of the stream.
    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(event), self));
            }
            if self.over || (self.looked && !self.wait().await) {
                return None;
            }
            self.looked = true;
            if self.look().await.is_err() {
                // The engine has logged it; the reader comes again with the number it has.
                return None;
            }
        }
    }

    /// Waits until a look is worth it; false when the stream should end.
    async fn wait(&mut self) -> bool {
        let end = async {
            match &mut self.listener {
                Some(listener) => drop(listener.done().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.api.stopping.cancelled() => return false,
            () = end => self.listener = None,
            () = tokio::time::sleep(PACE) => {}
        }
        Instant::now() < self.until
    }

    async fn look(&mut self) -> Result<(), Fault> {
        let job = self.api.engine.job(&self.caller, self.id).await?;
        if job.events > self.after {
            let events = self.api.engine.events(&self.caller, self.id, self.after).await?;
            for event in &events {
                self.after = event.no;
                self.tell(event, &job);
            }
        }
        let done = job.phase.is_done();
        if !done && job.progress.is_some() && job.progress != self.progress {
            self.progress = job.progress;
            self.tell_progress(&job);
        }
        self.over |= done;
        Ok(())
    }

    /// A line of the job's history.
    fn tell(&mut self, event: &Event, job: &Job) {
        // What the row says now belongs to its newest event only.
        let now = event.no == job.events && !job.phase.is_done();
        let progress = job.progress.filter(|_| now);
        self.progress = progress.or(self.progress);
        let status = translate::status(&event.kind);
        self.over = ENDS.contains(&status);
        let told = wire::Told { no: event.no, kind: &event.kind, at: iso(event.at), status, progress };
        let frame = sse::Event::default().id(event.no.to_string()).event(&event.kind);
        self.push(frame, &told);
    }

    /// How far the job is. No line of its history, so it has no id, and a reader who comes again is not told it twice.
    fn tell_progress(&mut self, job: &Job) {
        let at = iso(self.api.engine.clock().now());
        let status = translate::status(job.phase.name());
        let told = wire::Told { no: self.after, kind: "progress", at, status, progress: job.progress };
        self.push(sse::Event::default().event("progress"), &told);
    }

    fn push(&mut self, frame: sse::Event, told: &wire::Told) {
        match frame.json_data(told) {
            Ok(event) => self.ready.push_back(event),
            // A struct of numbers and texts always serialises.
            Err(error) => tracing::error!("an event could not be written: {error}"),
        }
    }
}
