//! The sandbox as the engine sees it: a provider that takes jobs, is polled, and finds jobs by token.

use serde::de::DeserializeOwned;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, CancelWord, Handle, Lost, Manifest, Method, Output, Reply, Safety,
    Sought, Token, Trouble, TroubleClass, Word, Work,
};
use spool_domain::money::MicroUsd;
use spool_domain::resident::SCHEME;

use super::instruction::DELAY_MAX_MS;
use super::service::{LATE_MS, RETENTION_MS};
use super::wire::{
    Accepted, CONTENT_POLICY, File, Listing, Made, Order, Refusal, Status, Submission, TIMED_OUT,
};

/// The adapter of the sandbox.
pub struct Sandbox;

/// The usual list, and 503: the service answers 503 to a submit only before it writes anything.
const NO_JOB_STATUSES: &[u16] = &[400, 401, 402, 403, 404, 405, 413, 415, 422, 429, 503];

/// A state we do not know counts as pending; look again after this many milliseconds.
const UNKNOWN_STATE_WAIT_MS: u64 = 1_000;

static MANIFEST: Manifest = Manifest {
    provider: "sandbox",
    base_url: SCHEME,
    auth: Auth::Open,
    safety: Safety::Lookup,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    submit_timeout_ms: 30_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 20,
    // A job is listed from the moment it is accepted; a late job is accepted late, well within the submit timeout.
    listing_lag_ms: 0,
    retention_ms: RETENTION_MS,
    duration_max_ms: LATE_MS + DELAY_MAX_MS,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[],
    verified_on: "2026-11-20",
};

impl Adapter for Sandbox {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        let wish = &work.wish;
        let format = File::parse(&wish.format).ok_or_else(|| {
            Trouble::of(TroubleClass::Caller, "format")
                .saying("The sandbox does not make files of this format.")
        })?;
        let order = Order {
            model: work.model.clone(),
            format,
            width: wish.width,
            height: wish.height,
            duration_ms: wish.duration_ms,
            seed: wish.seed,
            count: work.count,
            prompt: wish.prompt.clone(),
            files: wish.files,
            from: wish.from.clone(),
        };
        Ok(Call::json(Method::Post, "/jobs", &Submission { token: token.0.clone(), order }))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if reply.status != 202 {
            return Err(refusal(reply));
        }
        let Accepted { id, wait_ms } = body(reply)?;
        Ok(Word::Accepted(Handle { id, facts: Default::default() }, wait_ms))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(job(handle))
    }

    fn read_poll(&self, _handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if reply.status != 200 {
            return Err(refusal(reply));
        }
        Ok(match body(reply)? {
            Status::Running { progress, wait_ms } => Word::Pending { progress, wait_ms },
            Status::Unknown => Word::Pending { progress: None, wait_ms: UNKNOWN_STATE_WAIT_MS },
            Status::Succeeded { outputs, billed } => {
                let outputs = outputs.into_iter().map(|made| match made {
                    Made::Url(url) => Output::Url(url),
                    Made::Text(text) => Output::Text(text),
                });
                Word::Finished { outputs: outputs.collect(), billed: Some(MicroUsd(billed)) }
            }
            Status::Failed { code } => {
                let class = if code == TIMED_OUT { TroubleClass::Timeout } else { TroubleClass::Unavailable };
                Word::Failed(Trouble::of(class, code))
            }
            Status::Canceled => Word::Canceled,
        })
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        Some(Call { method: Method::Delete, ..Call::get(job(handle)) })
    }

    fn read_cancel(&self, _handle: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        match reply.status {
            200 => Ok(CancelWord::Ended),
            409 => Ok(CancelWord::TooLate),
            _ => Err(refusal(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, _model: &str) -> Result<Handle, &'static str> {
        if provider_job.is_empty() || !provider_job.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("give the id of the sandbox's job: letters and digits");
        }
        Ok(Handle { id: provider_job.to_owned(), facts: Default::default() })
    }

    fn lookup(&self, lost: &Lost) -> Option<Call> {
        Some(Call::get(format!("/jobs?token={}", lost.token.0)))
    }

    fn read_lookup(&self, _lost: &Lost, reply: &Reply) -> Result<Sought, Trouble> {
        if reply.status != 200 {
            return Err(refusal(reply));
        }
        let Listing { jobs } = body(reply)?;
        let found = jobs.into_iter().next();
        Ok(found.map_or(Sought::Absent, |Accepted { id, .. }| {
            Sought::Found(Handle { id, facts: Default::default() })
        }))
    }
}

fn job(handle: &Handle) -> String {
    format!("/jobs/{}", handle.id)
}

fn body<T: DeserializeOwned>(reply: &Reply) -> Result<T, Trouble> {
    serde_json::from_slice(&reply.body).map_err(|_| Trouble::unreadable(reply))
}

/// The trouble behind an answer that is not the promised one.
fn refusal(reply: &Reply) -> Trouble {
    let Ok(Refusal { code, message }) = body(reply) else { return Trouble::unreadable(reply) };
    let class = match reply.status {
        422 if code == CONTENT_POLICY => TroubleClass::ContentPolicy,
        400 | 413 | 422 => TroubleClass::Caller,
        429 => TroubleClass::Busy,
        503 => TroubleClass::Unavailable,
        410 => TroubleClass::Gone,
        _ => TroubleClass::Unknown,
    };
    Trouble::of(class, code).saying(&message).after_s(reply.retry_after_s())
}
