//! Pictures, speech and transcripts as OpenAI's API makes them, and clips as it made them until 2026-09-24: others still
//! speak that dialect.
//!
//! The base URL includes the version: `https://api.openai.com/v1`, `http://gpu-1:8000/v1`. Paths are appended to it as
//! they are. A route's `upstream` is the model. Routes to self-hosted servers set `response_format = "b64_json"`, which they
//! want for pictures; OpenAI's own models refuse that field, so it is never added here.
//!
//! Everything but clips is synchronous: the answer to the submit carries the result, and there is nothing to poll, to
//! look up or to cancel. A lost answer is a lost picture. Webhooks about clips are set up by hand for a whole project and
//! name no job of ours, so clips are looked at.

mod images;
mod result;
mod sound;
pub(super) mod speech;
mod trouble;
pub(super) mod videos;

use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Listing, Manifest, NO_JOB_STATUSES, Reply, Safety,
    Token, Trouble, Word, Work,
};
use spool_domain::catalogue::Makes;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenAi;

static MANIFEST: Manifest = Manifest {
    provider: "openai",
    base_url: "https://api.openai.com/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // The slowest documented picture takes two minutes and clients are told to wait three; five leave room for
    // a self-hosted server that first loads its model.
    submit_timeout_ms: 300_000,
    call_timeout_ms: 30_000,
    // Only clips are looked at, as often as OpenAI's own clients do.
    poll_pace_ms: 1_000,
    listing_lag_ms: 0,
    // OpenAI sends the files themselves. Where a self-hosted server sends addresses, the shortest documented
    // life of a file is ten minutes.
    retention_ms: 600_000,
    duration_max_ms: 86_400_000,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long files of self-hosted servers live; the shortest documented life, ten minutes, is taken",
        "no longest run of a clip is documented; a day is taken",
    ],
    verified_on: "2026-11-21",
};

impl Adapter for OpenAi {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// Recordings are parts of a form. Pictures may be addresses.
    fn file_form(&self, model: &str) -> FileForm {
        let listens = ["transcribe", "whisper"].iter().any(|word| model.contains(word));
        if listens || model.starts_with("sora") { FileForm::Bytes } else { FileForm::UrlOrData }
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        let model = Some(work.model.as_str());
        match work.makes {
            Makes::Image => images::call(work),
            Makes::Audio => Ok(speech::call(model, &work.input)),
            Makes::Text => speech::transcription("/audio/transcriptions", model, &work.input, token),
            Makes::Video => videos::call(model, &work.input, token),
        }
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        read_submit(reply)
    }

    fn poll(&self, handle: &Handle) -> Call {
        videos::poll(handle)
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        videos::read_poll(handle, reply)
    }

    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(videos::listing())
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        videos::read_listing(reply)
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        if provider_job.starts_with("video_")
            && let Some(handle) = videos::handle(provider_job)
        {
            return Ok(handle);
        }
        Err(
            "only clips can be followed, by an id that begins with video_; pictures and sounds come with the answer to the \
             request itself, and a lost answer cannot be fetched again: write the job off",
        )
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/models"))
    }
}

/// What all servers of this dialect answer.
pub(super) fn read_submit(reply: &Reply) -> Result<Word, Trouble> {
    if !reply.is_success() {
        return Err(trouble::read(reply));
    }
    // A success without a result is none we understand, and it may have been billed: the outcome is unknown.
    result::read(reply).ok_or_else(|| Trouble::unreadable(reply))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_media;
