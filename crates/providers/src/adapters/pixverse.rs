//! PixVerse's platform API.
//!
//! Every answer is an envelope with a code of its own; the HTTP status says little. A route's `upstream` is the path.
//! Generations name files by the ids of uploads, so each file is uploaded before the submit, by its address where it
//! has one.
//!
//! Every call wants a new trace id. The one of a submit is made from the token: PixVerse starts nothing for an id that it
//! has seen, so that a submit that were ever repeated would not be a second job. That is not promised, and we do not rely
//! on it.

mod trouble;
mod upload;

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply, Safety, Token,
    Trouble, TroubleClass, Word, Work,
};

use super::plain;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct PixVerse;

const TRACE_ID: &str = "ai-trace-id";

static MANIFEST: Manifest = Manifest {
    provider: "pixverse",
    base_url: "https://app-api.pixverse.ai",
    auth: Auth::Header { name: "api-key", prefix: "" },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Credits of refused and failed clips come back.
    billed_on_failure: false,
    submit_timeout_ms: 60_000,
    // Uploads are such calls too, and a file given by its address is fetched while we wait.
    call_timeout_ms: 120_000,
    poll_pace_ms: 3_000,
    listing_lag_ms: 0,
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    // It depends on the plan; what is too much is refused with a code.
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: Some(TRACE_ID),
    hosts: &[],
    unconfirmed: &[
        "a submit repeated under its trace id makes no second job; not relied on",
        "how long files are kept; an hour is taken",
        "no longest run is documented; a day is taken",
        "how a webhook is attached to a job; none is used therefore",
        "the names of the fields of a media upload",
        "the balance call",
    ],
    verified_on: "2026-11-21",
};

const LOOK_AFTER_MS: u64 = 3_000;

/// What all clips are ordered under.
const CLIPS: &str = "openapi/v2/video/";

impl Adapter for PixVerse {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        upload::next(&work.input)
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        let resp = trouble::open(reply)?;
        upload::replace(&mut work.input, &resp).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        if !work.model.starts_with(CLIPS) || !plain::is_path(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut call = Call::json(Method::Post, format!("/{}", work.model), &work.input);
        call.headers.push((TRACE_ID, uuid_of(token)));
        Ok(call)
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        let resp = match trouble::open(reply) {
            Ok(resp) => resp,
            // The code says what the status does not: with one that means a refusal there is no job.
            Err(trouble) if reply.status >= 500 && trouble::is_refusal(&trouble) => {
                return Ok(Word::Failed(trouble));
            }
            Err(trouble) => return Err(trouble),
        };
        let id = resp["video_id"].as_u64().ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle(id.to_string()), LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/openapi/v2/video/result/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let resp = match trouble::open(reply) {
            Ok(resp) => resp,
            Err(trouble) if trouble::is_missing(&trouble) => {
                return Ok(Word::Failed(Trouble::of(TroubleClass::Gone, trouble.code)));
            }
            Err(trouble) => return Err(trouble),
        };
        let status = resp["status"].as_u64().ok_or_else(|| Trouble::unreadable(reply))?;
        let failed = |class| Ok(Word::Failed(Trouble::of(class, format!("status_{status}"))));
        match status {
            1 => read_clip(&resp["url"]).ok_or_else(|| Trouble::unreadable(reply)),
            6 => failed(TroubleClass::Gone),
            7 => failed(TroubleClass::ContentPolicy),
            8 => failed(TroubleClass::Unavailable),
            // Five is at work; a number we do not know is never an end.
            _ => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
        }
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        let id = provider_job.trim();
        let digits = !id.is_empty() && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit());
        if digits { Ok(handle(id.to_owned())) } else { Err("write the video_id, which is a number") }
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/openapi/v2/account/balance"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        trouble::open(reply).map(|_| ())
    }
}

fn handle(id: String) -> Handle {
    Handle { id, facts: BTreeMap::new() }
}

fn read_clip(url: &Value) -> Option<Word> {
    let url = url.as_str().filter(|url| url.starts_with("http"))?;
    Some(Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None })
}

/// A UUID that belongs to this token.
fn uuid_of(token: &Token) -> String {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(token.0.as_bytes()));
    // The two fixed digits are version and variant of UUIDs that are made as one likes.
    format!(
        "{}-{}-8{}-8{}-{}",
        &digest[..8],
        &digest[8..12],
        &digest[13..16],
        &digest[17..20],
        &digest[20..32]
    )
}

#[cfg(test)]
mod tests;
