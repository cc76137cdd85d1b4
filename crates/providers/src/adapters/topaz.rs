//! Topaz Labs: pictures and clips made larger and cleaner.
//!
//! Two services under one key that share no word: pictures are sent as forms and have processes, clips have requests, to
//! which the file is handed in afterwards. A clip's job knows where it is uploaded to; that tells the two apart.

mod clip;
mod frame;
mod picture;
mod trouble;

use std::collections::BTreeMap;

use serde_json::Value;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, FileForm, Handle, Listed, Listing, Lost, Manifest,
    Method, Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::answer;
use super::escape::escaped;
use super::form::File;
use super::plain::is_id;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Topaz;

static MANIFEST: Manifest = Manifest {
    provider: "topaz",
    base_url: "https://api.topazlabs.com",
    auth: Auth::Header { name: "x-api-key", prefix: "" },
    safety: Safety::Blind,
    // Also without a subscription (412), and while credits are being bought (425).
    no_job_statuses: &[400, 401, 402, 403, 404, 405, 412, 413, 415, 422, 425, 429],
    // What fails or takes too long is refunded.
    billed_on_failure: false,
    // The file goes with it, and handing in a clip may take as long.
    submit_timeout_ms: 180_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 2_000,
    listing_lag_ms: 0,
    // The link to a picture lives an hour; those to clips live longer.
    retention_ms: 3_600_000,
    // The longest clips take seventeen hours.
    duration_max_ms: 64_800_000,
    concurrency: 0,
    callbacks: Callbacks::Unsigned,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "that the state of a clip names the uploads it still waits for",
        "that the sound of a clip may be copied where it has none",
        "that a canceled picture costs nothing",
        "in which order the list of pictures comes; it is read to its end",
    ],
    verified_on: "2026-11-21",
};

/// The fact that makes a job a clip's; its value is where the file goes, or nothing where that is not known.
const UPLOAD: &str = "upload";

/// The path of clips, as routes name it.
const VIDEO: &str = "video";

impl Adapter for Topaz {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// How large the result gets is told in pixels, so what is enlarged must be seen first.
    fn file_form(&self, model: &str) -> FileForm {
        if model == VIDEO || model.starts_with("enhance") { FileForm::Bytes } else { FileForm::UrlOrData }
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        if work.model == VIDEO { clip::submit(work) } else { picture::submit(work, token) }
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let word = picture::accepted(&body).or_else(|| clip::accepted(&body));
        word.ok_or_else(|| Trouble::unreadable(reply))
    }

    fn poll(&self, handle: &Handle) -> Call {
        let id = &handle.id;
        Call::get(match is_clip(handle) {
            true => format!("/video/{id}/status"),
            false => format!("/image/v1/status/{id}"),
        })
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let word = if is_clip(handle) { clip::read(&body) } else { picture::read(&handle.id, &body) };
        word.ok_or_else(|| Trouble::unreadable(reply))
    }

    fn supply(&self, work: &Work, handle: &Handle) -> Option<Call> {
        let target = handle.facts.get(UPLOAD).filter(|url| !url.is_empty())?;
        let file = File::of(work.input.get(clip::SOURCE)?, clip::SOURCE).ok()?;
        Some(Call { method: Method::Put, body: file.bytes.into(), ..Call::get(target.as_str()) })
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        let id = &handle.id;
        let target = if is_clip(handle) { format!("/video/{id}") } else { format!("/image/v1/cancel/{id}") };
        Some(Call { method: Method::Delete, ..Call::get(target) })
    }

    fn read_cancel(&self, handle: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        match reply.status {
            // What was done of a clip until then is billed, and for pictures nothing is promised.
            200..=299 => Ok(CancelWord::Noted),
            409 => Ok(CancelWord::TooLate),
            400 if is_clip(handle) => Ok(CancelWord::TooLate),
            _ => Err(trouble::read(reply)),
        }
    }

    /// The pictures first, then the clips.
    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(Call::get("/image/v1/status?paginated=true&limit=100"))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        pictures_of(&body).or_else(|| clips_of(&body)).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if !is_id(provider_job) {
            return Err("give the process_id of the picture or the requestId of the clip");
        }
        Ok(handle(provider_job, (model == VIDEO).then_some("")))
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/image/v1/status?paginated=true&limit=1"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        if reply.is_success() { Ok(()) } else { Err(trouble::read(reply)) }
    }

    /// What a clip's callback holds is not documented; it wakes, and that is all.
    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        let id = body["process_id"].as_str().filter(|id| lost.model != VIDEO && is_id(id))?;
        Some(handle(id, None))
    }
}

/// A job: a clip's if there is an upload to speak of.
fn handle(id: &str, upload: Option<&str>) -> Handle {
    let facts = upload.map(|url| (UPLOAD.to_owned(), url.to_owned()));
    Handle { id: id.to_owned(), facts: facts.into_iter().collect::<BTreeMap<_, _>>() }
}

fn is_clip(handle: &Handle) -> bool {
    handle.facts.contains_key(UPLOAD)
}

fn failed(class: TroubleClass, code: &str) -> Word {
    Word::Failed(Trouble::of(class, answer::code(Some(code), 200)))
}

/// Percent of whatever kind of number, as far as it is one.
fn percent(value: &Value) -> Option<u8> {
    value.as_f64().filter(|percent| (0.0..=100.0).contains(percent)).map(|percent| percent as u8)
}

/// A page of pictures. Their times are in seconds.
fn pictures_of(body: &Value) -> Option<Listing> {
    let listed = |job: &Value| {
        let id = job["process_id"].as_str().filter(|id| is_id(id))?;
        let made_s = job["creation_time"].as_i64();
        Some(Listed {
            handle: handle(id, None),
            token: None,
            created_unix_ms: made_s.map(|s| s.saturating_mul(1_000)),
        })
    };
    let jobs = body["data"].as_array()?.iter().filter_map(listed).collect();
    let pages = &body["pagination"];
    let next = match pages["next_cursor"].as_str().filter(|_| pages["has_next_page"] == true) {
        Some(cursor) => format!("/image/v1/status?paginated=true&limit=100&cursor={}", escaped(cursor)),
        None => "/video/history".to_owned(),
    };
    Some(Listing { jobs, next: Some(Call::get(next)) })
}

/// A page of clips. Their times are in milliseconds.
fn clips_of(body: &Value) -> Option<Listing> {
    let listed = |job: &Value| {
        let id = job["id"].as_str().filter(|id| is_id(id))?;
        Some(Listed {
            handle: handle(id, Some("")),
            token: None,
            created_unix_ms: job["ts"]["requested"].as_i64(),
        })
    };
    let jobs = body["result"].as_array()?.iter().filter_map(listed).collect();
    let cursor = body["nextCursor"].as_str().filter(|cursor| !cursor.is_empty());
    let next = cursor.map(|cursor| Call::get(format!("/video/history?cursor={}", escaped(cursor))));
    Some(Listing { jobs, next })
}

#[cfg(test)]
mod tests;
