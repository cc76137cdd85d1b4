//! Runway's developer API: Runway's own models, and a few of others.
//!
//! A route's `upstream` is the path under `/v1`; the model's name stands in the body. Every job is a task, whatever made
//! it, and is followed at one place. More tasks than the account may run at once wait there as `THROTTLED`.
//!
//! To cancel is to delete: a running task stops, and one that had already ended loses its outputs. Either way it is not
//! there any more when it is looked at next.

mod trouble;
mod upload;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, CancelWord, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply,
    Safety, Token, Trouble, TroubleClass, Word, Work,
};
use spool_domain::money::MicroUsd;

use super::{answer, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runway;

static MANIFEST: Manifest = Manifest {
    provider: "runway",
    // Their production host in spite of its name.
    base_url: "https://api.dev.runwayml.com",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    // A task carries nothing of ours, and there is no list of tasks.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Credits come back for every failure but a refused input, which is final for the job anyway.
    billed_on_failure: false,
    // Files can stand in the body, up to 16 MB; larger ones are uploaded before.
    submit_timeout_ms: 60_000,
    // Uploads are such calls too.
    call_timeout_ms: 120_000,
    // One look in five seconds is documented as the most.
    poll_pace_ms: 5_000,
    listing_lag_ms: 0,
    // Addresses are good for 24 to 48 hours; a new look gives new ones, but for how long is not said.
    retention_ms: 86_400_000,
    // Tasks above the account's limit wait there, without a documented end.
    duration_max_ms: 86_400_000,
    // What is too much waits there and is no error.
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "no longest run is documented; a day is taken",
        "whether a canceled task is billed",
        "the field cost.credits of a finished task",
    ],
    verified_on: "2026-11-21",
};

/// The version of the API that this is written for; calls without one are refused.
const VERSION: (&str, &str) = ("x-runway-version", "2024-11-06");

/// The pause between looks: the documented pace.
const LOOK_AFTER_MS: u64 = 5_000;

/// Lists whose items are objects with an address, and the type that an item has to name. A route gives plain addresses.
const LISTS: [(&str, Option<&str>); 4] = [
    ("referenceImages", None),
    ("references", None),
    ("referenceVideos", Some("video")),
    ("referenceAudio", Some("audio")),
];

impl Adapter for Runway {
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

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if !plain::is_path(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut body = work.input.clone();
        for (name, kind) in LISTS {
            wrap_items(&mut body, name, kind);
        }
        Ok(versioned(Call::json(Method::Post, format!("/v1/{}", work.model), &body)))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let handle = body["id"].as_str().and_then(handle).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        versioned(Call::get(format!("/v1/tasks/{}", handle.id)))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let body = answer::json(reply);
        if !reply.is_success() {
            // Runway's own word that there is no such task; it was there, so it has been deleted.
            if reply.status == 404 && body.is_some_and(|body| body["error"].is_string()) {
                return Ok(Word::Failed(Trouble::of(TroubleClass::Gone, "http_404")));
            }
            return Err(trouble::read(reply));
        }
        let body = body.ok_or_else(|| Trouble::unreadable(reply))?;
        match body["status"].as_str() {
            Some("SUCCEEDED") => read_output(&body).ok_or_else(|| Trouble::unreadable(reply)),
            Some("FAILED") => Ok(Word::Failed(trouble::of_task(&body))),
            Some("CANCELLED") => Ok(Word::Canceled),
            // A state we do not know is never an end.
            Some(_) => Ok(Word::Pending { progress: percent(&body["progress"]), wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        Some(Call { method: Method::Delete, ..self.poll(handle) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        match reply.status {
            // Nothing is promised about the bill; the next look finds no task.
            204 => Ok(CancelWord::Noted),
            404 if answer::json(reply).is_some() => Ok(CancelWord::TooLate),
            _ if reply.is_success() => Err(Trouble::unreadable(reply)),
            _ => Err(trouble::read(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        handle(provider_job.trim()).ok_or("write the id of the task, as the answer to the request gave it")
    }

    fn check(&self) -> Option<Call> {
        Some(versioned(Call::get("/v1/organization")))
    }
}

/// Every call names the version, also those without a body.
fn versioned(mut call: Call) -> Call {
    call.headers.push((VERSION.0, VERSION.1.to_owned()));
    call
}

fn handle(id: &str) -> Option<Handle> {
    plain::is_id(id).then(|| Handle { id: id.to_owned(), facts: BTreeMap::new() })
}

/// Makes an object of each plain address in a list.
fn wrap_items(body: &mut Map<String, Value>, name: &str, kind: Option<&str>) {
    let Some(Value::Array(items)) = body.get_mut(name) else { return };
    for item in items.iter_mut().filter(|item| item.is_string()) {
        let uri = item.take();
        *item = match kind {
            Some(kind) => json!({ "type": kind, "uri": uri }),
            None => json!({ "uri": uri }),
        };
    }
}

/// The files of a task that succeeded; nothing if one of them is not an address.
fn read_output(body: &Value) -> Option<Word> {
    let list = body["output"].as_array()?;
    let outputs: Option<Vec<_>> = list.iter().map(|url| url.as_str().and_then(answer::file)).collect();
    match outputs? {
        // It ended well and made nothing: that is the end all the same.
        outputs if outputs.is_empty() => Some(Word::Failed(Trouble::of(TroubleClass::Unknown, "no_outputs"))),
        outputs if !outputs.iter().all(is_address) => None,
        outputs => Some(Word::Finished { outputs, billed: billed(&body["cost"]["credits"]) }),
    }
}

fn is_address(output: &Output) -> bool {
    matches!(output, Output::Url(url) if url.starts_with("http"))
}

/// Credits as dollars: one is a cent.
fn billed(credits: &Value) -> Option<MicroUsd> {
    let credits = credits.as_number()?.to_string();
    Some(MicroUsd::parse(&credits).ok()?.share(1, 100))
}

/// The share of the work that is done, which is told as a number from 0 to 1.
fn percent(progress: &Value) -> Option<u8> {
    let share = progress.as_f64().filter(|share| (0.0..=1.0).contains(share))?;
    Some((share * 100.0) as u8)
}

#[cfg(test)]
mod tests;
