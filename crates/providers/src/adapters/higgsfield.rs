//! Higgsfield's cloud API: their own models, and hosted ones of others.
//!
//! A route's `upstream` is the path. There are two manners of asking. Paths under `v1` take the parameters wrapped and
//! answer with a set of jobs; all others take them flat and answer with a request. Which one a job is of is seen from
//! the answer and kept with it.
//!
//! A submit carries its token as `Idempotency-Key`. The same key with the same body is promised to be one request, but
//! not for how long, and not expressly under `v1`; so an answer that was lost is not asked for again by sending twice.

mod outputs;
mod shape;
mod trouble;
mod upload;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, Handle, Lost, Manifest, Method, NO_JOB_STATUSES,
    Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::escape::escaped;
use super::{answer, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Higgsfield;

static MANIFEST: Manifest = Manifest {
    provider: "higgsfield",
    base_url: "https://platform.higgsfield.ai",
    // The credential is `id:secret`, as it stands.
    auth: Auth::Header { name: "authorization", prefix: "Key " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Failed and refused requests are not charged.
    billed_on_failure: false,
    submit_timeout_ms: 60_000,
    // Uploads are such calls too.
    call_timeout_ms: 120_000,
    poll_pace_ms: 3_000,
    listing_lag_ms: 0,
    // Seven days at least.
    retention_ms: 604_800_000,
    duration_max_ms: 86_400_000,
    // It depends on the plan; what is too much is refused.
    concurrency: 0,
    callbacks: Callbacks::Unsigned,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long an idempotency key holds, and whether it does under v1; not relied on",
        "no longest run is documented; a day is taken",
        "the answers to cancelling, and whether a canceled request is free",
        "in which header a callback under v1 brings its secret; it is not looked at",
        "whether api.higgsfield.ai, the newer host, is the same",
    ],
    verified_on: "2026-11-21",
};

const LOOK_AFTER_MS: u64 = 3_000;

/// The fact of a handle that says that it is a set of jobs.
const MANNER: &str = "manner";
const JOB_SET: &str = "job-set";

impl Adapter for Higgsfield {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        upload::next(&work.input)
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        upload::advance(&mut work.input, reply).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        if !plain::is_path(&work.model) || !work.model.contains('/') {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let input = shape::shaped(&work.input);
        let mut target = format!("/{}", work.model);
        let body = if is_wrapped(&work.model) {
            let mut body = json!({ "params": input });
            if let Some(url) = &work.callback_url {
                // A secret has to be named. The path that only they are told is what a callback is known by.
                body["webhook"] = json!({ "url": url, "secret": token.0 });
            }
            body
        } else {
            if let Some(url) = &work.callback_url {
                target.push_str("?hf_webhook=");
                target.push_str(&escaped(url));
            }
            Value::Object(input)
        };
        let mut call = Call::json(Method::Post, target, &body);
        call.headers.push(("idempotency-key", token.0.clone()));
        Ok(call)
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let handle = read_handle(&body).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        if is_job_set(handle) {
            Call::get(format!("/v1/job-sets/{}", handle.id))
        } else {
            Call::get(format!("/requests/{}/status", handle.id))
        }
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let read = if is_job_set(handle) { outputs::of_job_set(&body) } else { outputs::of_request(&body) };
        read.ok_or_else(|| Trouble::unreadable(reply))
    }

    /// Only requests can be canceled, and only while they wait.
    fn cancel(&self, handle: &Handle) -> Option<Call> {
        let target = format!("/requests/{}/cancel", handle.id);
        (!is_job_set(handle)).then(|| Call { method: Method::Post, ..Call::get(target) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        let own = answer::json(reply).is_some();
        match reply.status {
            202 => Ok(CancelWord::Noted),
            400 if own => Ok(CancelWord::TooLate),
            _ if reply.is_success() => Err(Trouble::unreadable(reply)),
            _ => Err(trouble::read(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        let id = provider_job.trim();
        if !plain::is_id(id) {
            return Err("write the id of the request, or of the set of jobs for a model under v1");
        }
        Ok(handle(id, is_wrapped(model)))
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v1/custom-references/list?page=1&page_size=1"))
    }

    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        // The manner of the callback's own words, or else that of the path which was asked.
        let named = read_handle(&body);
        named.or_else(|| {
            let id = body["id"].as_str().filter(|id| plain::is_id(id))?;
            is_wrapped(lost.model).then(|| handle(id, true))
        })
    }
}

/// Whether a path takes its parameters wrapped.
fn is_wrapped(model: &str) -> bool {
    model.starts_with("v1/")
}

fn is_job_set(handle: &Handle) -> bool {
    handle.facts.get(MANNER).is_some_and(|manner| manner == JOB_SET)
}

fn handle(id: &str, job_set: bool) -> Handle {
    let facts = job_set.then(|| (MANNER.to_owned(), JOB_SET.to_owned()));
    Handle { id: id.to_owned(), facts: facts.into_iter().collect::<BTreeMap<_, _>>() }
}

/// What an answer names: a request, or a set of jobs.
fn read_handle(body: &Value) -> Option<Handle> {
    let id = |name: &str| body[name].as_str().filter(|id| plain::is_id(id));
    match id("request_id") {
        Some(request) => Some(handle(request, false)),
        None => body["jobs"].is_array().then(|| id("id")).flatten().map(|id| handle(id, true)),
    }
}

fn pending() -> Word {
    Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }
}

#[cfg(test)]
mod tests;
