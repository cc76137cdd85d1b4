//! Replicate: anybody's models, each with parameters of its own.
//!
//! What runs on which path is the model's affair. An official one is named by its owner and name alone and is paid by
//! the output; everybody else's runs under the 64 digits of a version and is paid by the second. Which of the two a
//! name is, is asked before the submit, together with the version that is then the latest; both is free.
//!
//! A callback carries the whole prediction and is signed. It is a wake-up only, as everywhere.

mod callback;
mod listing;
mod model;
mod outputs;
mod trouble;
mod upload;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, Handle, Listing, Lost, Manifest, Method,
    NO_JOB_STATUSES, Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use self::model::Model;
use super::{answer, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replicate;

static MANIFEST: Manifest = Manifest {
    provider: "replicate",
    base_url: "https://api.replicate.com/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    // A repeated call is another prediction, and lists give nothing of ours back.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Failed runs of official models are mostly free; those of all others are paid for as long as they ran.
    billed_on_failure: true,
    // We do not ask the server to hold the call until the end; without that it answers at once.
    submit_timeout_ms: 60_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 500,
    listing_lag_ms: 0,
    // Outputs are deleted an hour after the end.
    retention_ms: 3_600_000,
    // Half an hour is the limit of a run; a cold start and a queue come before it.
    duration_max_ms: 3_600_000,
    // Calls are limited by the minute, not open jobs.
    concurrency: 0,
    callbacks: Callbacks::Keys,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "files on replicate.delivery open without the key; the API's own document asks for it",
        "the body of a 402 and the field invalid_fields of a 422",
        "how often callbacks are repeated",
        "how long a prediction waits before it starts; half an hour is taken",
    ],
    verified_on: "2026-11-21",
};

/// The pause before the first look and while a model runs: warm pictures take one to fifteen seconds.
const LOOK_AFTER_MS: u64 = 1_000;

/// The pause while nothing has started: what does not start at once is cold, and that takes half a minute and more.
const COLD_MS: u64 = 3_000;

impl Adapter for Replicate {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        let model = read_model(&work.model)?;
        if let Some(call) = upload::next(&work.input)? {
            return Ok(Some(call));
        }
        Ok(match model {
            Model::Named(name) => Some(Call::get(format!("/models/{name}"))),
            Model::Official(_) | Model::Deployment(_) | Model::Version(_) => None,
        })
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        // The same order as above: files first, the model last.
        if upload::is_due(&work.input) {
            let url = body["urls"]["get"].as_str().filter(|url| !url.is_empty());
            upload::replace(&mut work.input, url.ok_or_else(|| Trouble::unreadable(reply))?);
        } else {
            work.model = model::found(&work.model, &body).ok_or_else(|| Trouble::unreadable(reply))?;
        }
        Ok(())
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let mut body = Map::new();
        let target = match read_model(&work.model)? {
            Model::Official(name) => format!("/models/{name}/predictions"),
            Model::Deployment(name) => format!("/deployments/{name}/predictions"),
            Model::Version(name) | Model::Named(name) => {
                body.insert("version".to_owned(), json!(name));
                "/predictions".to_owned()
            }
        };
        body.insert("input".to_owned(), json!(work.input));
        if let Some(url) = &work.callback_url {
            body.insert("webhook".to_owned(), json!(url));
            body.insert("webhook_events_filter".to_owned(), json!(["completed"]));
        }
        Ok(Call::json(Method::Post, target, &body))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let handle = body["id"].as_str().and_then(handle).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/predictions/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        match body["status"].as_str() {
            Some("succeeded") => Ok(read_succeeded(&body)),
            Some("failed") => Ok(Word::Failed(trouble::of_model(body["error"].as_str()))),
            Some("canceled") => Ok(Word::Canceled),
            // Ended before it began, by a deadline; we set none.
            Some("aborted") => Ok(Word::Failed(Trouble::of(TroubleClass::Timeout, "aborted"))),
            Some("starting") => Ok(pending(COLD_MS)),
            // A state we do not know is never an end; outputs that come before it are not the last word.
            Some(_) => Ok(pending(LOOK_AFTER_MS)),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        let target = format!("/predictions/{}/cancel", handle.id);
        Some(Call { method: Method::Post, ..Call::get(target) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        let body = answer::json(reply).unwrap_or_default();
        match (reply.status, body["status"].as_str()) {
            // It never ran, so there is nothing to bill.
            (200, Some("aborted")) => Ok(CancelWord::Ended),
            (200, Some("succeeded" | "failed")) => Ok(CancelWord::TooLate),
            // Also `canceled`: the time that it ran until then is billed.
            (200, Some(_)) => Ok(CancelWord::Noted),
            _ => Err(trouble::read(reply)),
        }
    }

    fn listing(&self, since_unix_ms: i64, _: i64) -> Option<Call> {
        Some(listing::call(since_unix_ms))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let page = answer::json(reply).as_ref().and_then(listing::read);
        page.ok_or_else(|| Trouble::unreadable(reply))
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        // The id itself, the page of a prediction, or one of its addresses in the API.
        let behind = |mark| provider_job.split_once(mark).map(|(_, rest)| rest);
        let rest = behind("/predictions/").or_else(|| behind("replicate.com/p/")).unwrap_or(provider_job);
        let id = rest.split(['/', '?']).next().unwrap_or_default();
        handle(id).ok_or(
            "give the prediction's id, such as gm3qorzdhgbfurvjtvhg6dckhu, or its address \
             https://replicate.com/p/{id}",
        )
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/account"))
    }

    fn callback_keys(&self) -> Option<Call> {
        Some(Call::get("/webhooks/default/secret"))
    }

    fn accepts_callback(&self, callback: &Callback) -> bool {
        callback.keys.is_some_and(|keys| callback::is_genuine(callback, keys))
    }

    fn callback_job(&self, _: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        handle(body["id"].as_str()?)
    }
}

fn read_model(name: &str) -> Result<Model<'_>, Trouble> {
    Model::read(name).ok_or_else(|| Trouble::of(TroubleClass::Caller, "no_such_model"))
}

/// A prediction by its id, which becomes part of paths.
fn handle(id: &str) -> Option<Handle> {
    plain::is_id(id).then(|| Handle { id: id.to_owned(), facts: BTreeMap::new() })
}

fn read_succeeded(body: &Value) -> Word {
    let output = &body["output"];
    if output.is_null() && body["data_removed"] == true {
        return Word::Failed(Trouble::of(TroubleClass::Gone, "data_removed"));
    }
    match outputs::read(output) {
        Some(outputs) if !outputs.is_empty() => Word::Finished { outputs, billed: None },
        // It is over and will not get better; what was made is nothing that can be handed out.
        Some(_) => Word::Failed(Trouble::of(TroubleClass::Unknown, "no_outputs")),
        None => Word::Failed(Trouble::of(TroubleClass::Unknown, "unreadable_output")),
    }
}

fn pending(wait_ms: u64) -> Word {
    Word::Pending { progress: None, wait_ms }
}

#[cfg(test)]
mod tests;
