//! ElevenLabs: speech, sounds, music, transcripts and dubs.
//!
//! All but dubbing is one call whose answer is the file or the words themselves: nothing is looked up afterwards, and a
//! lost answer is a lost result. A route's `upstream` is the path under `/v1`.
//!
//! Voices are ids there and often names here: a name is looked up before the submit, which is free. Transcripts could
//! also be delivered to a webhook, but only to one that somebody registered in the workspace by hand; the answer to the
//! call itself needs no such thing.

mod order;
mod result;
mod trouble;
mod voice;

use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Listing, Manifest, NO_JOB_STATUSES, Reply, Safety,
    Token, Trouble, TroubleClass, Word, Work,
};

use super::answer;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct ElevenLabs;

static MANIFEST: Manifest = Manifest {
    provider: "elevenlabs",
    base_url: "https://api.elevenlabs.io",
    auth: Auth::Header { name: "xi-api-key", prefix: "" },
    // Only dubs can be listed at all; everything else is its own answer.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // A generation that timed out may have been billed.
    billed_on_failure: true,
    // Clients are told to wait at least five minutes for music and long transcripts.
    submit_timeout_ms: 450_000,
    call_timeout_ms: 30_000,
    // Only dubs are looked at; once in ten seconds is the documented pace.
    poll_pace_ms: 10_000,
    listing_lag_ms: 0,
    // Dubs have no documented end of life; an hour is taken.
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    // From 2 to 15 by plan, so there is no number for all; what is above it is refused with a 429 at once.
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long a dub can be fetched; an hour is taken",
        "whether failed calls are billed; it is taken that they are",
        "the codes of content refusals, quota_exceeded as a 401 and detected_unusual_activity",
        "what the header character-cost is worth in dollars; the route's cost stands",
    ],
    verified_on: "2026-11-21",
};

/// The pause between two looks at a dub, milliseconds.
const LOOK_AFTER_MS: u64 = 10_000;

/// The newest dubs, the most that one page holds: far more than can be begun between two sweeps.
const DUBS: &str = "/v1/dubbing?page_size=200&order_by=created_at&order_direction=DESCENDING";

impl Adapter for ElevenLabs {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, model: &str) -> FileForm {
        match model {
            "speech-to-text" | "dubbing" => FileForm::UrlOrData,
            _ => FileForm::Bytes,
        }
    }

    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        Ok(voice::search(work))
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let voices = body["voices"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
        voice::put(work, voices)
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        order::call(work, token)
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        result::read(reply).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/v1/dubbing/{}", handle.id))
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            let trouble = trouble::read(reply);
            // It was there when it was begun, so this is no fault of the caller's.
            let class = if reply.status == 404 { TroubleClass::Gone } else { trouble.class };
            return Err(Trouble { class, message: None, ..trouble });
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        result::dub(handle, &body).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(Call::get(DUBS))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let dubs = body["dubs"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Listing { jobs: dubs.iter().filter_map(result::listed).collect(), next: None })
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if model != "dubbing" {
            return Err(
                "only dubs can be followed at ElevenLabs; all else came with an answer that is lost: write the \
                        job off",
            );
        }
        result::handle(provider_job).ok_or("write the dubbing_id, letters and digits only")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v1/user/subscription"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        if reply.is_success() {
            return Ok(());
        }
        let trouble = trouble::read(reply);
        // A key that may generate but not read the account is a good key.
        if trouble.code == "missing_permissions" { Ok(()) } else { Err(Trouble { message: None, ..trouble }) }
    }
}

#[cfg(test)]
mod tests;
