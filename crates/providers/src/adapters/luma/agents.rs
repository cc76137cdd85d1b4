//! Luma's Agents API, the provider `luma-agents`: Ray 3, and the Uni pictures.
//!
//! There is one endpoint for everything; `type` in the body says what is made. It neither calls back nor lists nor
//! cancels.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, Method, NO_JOB_STATUSES, Reply, Safety, Token, Trouble,
    TroubleClass, Word, Work,
};

use super::{address, handle, read_generation, trouble};
use crate::adapters::answer;

/// The adapter for the Agents API.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agents;

static MANIFEST: Manifest = Manifest {
    provider: "luma-agents",
    base_url: "https://agents.lumalabs.ai/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // Files can stand in the body, up to 50 MB.
    submit_timeout_ms: 120_000,
    call_timeout_ms: 30_000,
    // What the documentation's example does.
    poll_pace_ms: 2_000,
    listing_lag_ms: 0,
    // Addresses are good for an hour. A new look gives new ones, but for how long is not said.
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    concurrency: 10,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &["no longest run is documented; a day is taken", "whether failed generations are billed"],
    verified_on: "2026-11-21",
};

const LOOK_AFTER_MS: u64 = 2_000;

/// The one endpoint.
const GENERATIONS: &str = "generations";

impl Adapter for Agents {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if work.model != GENERATIONS {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut body = work.input.clone();
        bare_references(&mut body);
        Ok(Call::json(Method::Post, "/generations", &body))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        read_generation(reply)
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/generations/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        match body["state"].as_str() {
            Some("completed") => read_output(&body["output"]).ok_or_else(|| Trouble::unreadable(reply)),
            Some("failed") => Ok(Word::Failed(trouble::of_agent(&body))),
            // Queued, processing, and what nobody knows: that is never an end.
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        handle(provider_job.trim())
            .ok_or("write the id of the generation, as the answer to the request gave it")
    }

    /// There is no balance and no list to ask for. Nobody's generation is asked for instead: a good key is told that it
    /// is not there, a bad one that it is bad.
    fn check(&self) -> Option<Call> {
        Some(Call::get("/generations/00000000-0000-0000-0000-000000000000"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        match trouble::at_look(reply) {
            Ok(_) => Ok(()),
            Err(_) if reply.is_success() => Err(Trouble::unreadable(reply)),
            Err(trouble) => Err(trouble),
        }
    }
}

/// Files in `data:` URIs as the service wants them: the digits and the media type apart. A reference that a route gives
/// as a plain address becomes an object with it.
fn bare_references(body: &mut Map<String, Value>) {
    for name in ["source", "start_frame", "end_frame"] {
        body.get_mut(name).into_iter().for_each(bare);
    }
    for name in ["image_ref", "keyframes"] {
        body.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten().for_each(bare);
    }
    for name in ["video", "edit"] {
        if let Some(Value::Object(inner)) = body.get_mut(name) {
            bare_references(inner);
        }
    }
}

fn bare(reference: &mut Value) {
    let url = reference.as_str().or_else(|| reference["url"].as_str()).unwrap_or_default();
    let data = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    match data {
        Some((kind, digits)) => *reference = json!({ "data": digits, "media_type": kind }),
        None if reference.is_string() => *reference = json!({ "url": url }),
        None => {}
    }
}

/// All files of a generation, or nothing if there is none or one has no address.
fn read_output(output: &Value) -> Option<Word> {
    let files: Option<Vec<_>> =
        output.as_array()?.iter().map(|file| file["url"].as_str().and_then(address)).collect();
    let outputs = files.filter(|files| !files.is_empty())?;
    Some(Word::Finished { outputs, billed: None })
}

#[cfg(test)]
mod tests;
