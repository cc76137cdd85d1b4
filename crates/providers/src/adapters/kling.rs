//! Kling: clips, pictures and sounds of Kuaishou's official API.
//!
//! Two dialects live on one host. The older one has its endpoints under `/v1/`, each with its own address to ask about a
//! job; the newer one has the model in the path and one address for all jobs. `Work::model` is the path below the host,
//! so it tells the dialect; a handle of the older one carries its endpoint.

mod body;
mod callback;
mod trouble;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, FileForm, Handle, Listed, Listing, Lost, Manifest, Method,
    NO_JOB_STATUSES, Output, Reply, Safety, Sought, Token, Trouble, TroubleClass, Word, Work,
};
use spool_domain::money::MicroUsd;

use super::answer;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kling;

static MANIFEST: Manifest = Manifest {
    provider: "kling",
    base_url: "https://api-singapore.klingai.com",
    // An API key is good for both dialects; an access key with its secret for the older one only.
    auth: Auth::Jwt,
    // Every job is found by the id that we gave it.
    safety: Safety::Lookup,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // Pictures may stand in the body, up to 50 MB each.
    submit_timeout_ms: 60_000,
    call_timeout_ms: 30_000,
    // Five to ten seconds are recommended.
    poll_pace_ms: 5_000,
    listing_lag_ms: 60_000,
    // Thirty days.
    retention_ms: 2_592_000_000,
    duration_max_ms: 86_400_000,
    // The smallest published pack has five slots.
    concurrency: 5,
    callbacks: Callbacks::Secret,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "no longest run is documented; a day is taken",
        "whether a second submit under the same external_task_id is refused; none is sent",
        "further pages of the list are asked for by the cursor alone",
        "a refusal after acceptance is told by words only, not by a code",
        "the path of the virtual try-on",
    ],
    verified_on: "2026-11-21",
};

/// The pause between looks.
const LOOK_AFTER_MS: u64 = 5_000;

/// The most jobs that a page of the list holds.
const PAGE: u32 = 500;

/// The fact of a handle that names the endpoint; jobs of the newer dialect have none.
const ENDPOINT: &str = "endpoint";

impl Adapter for Kling {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// Pictures and voices may come in the body; clips and the sounds of a lip-sync by address only.
    fn file_form(&self, model: &str) -> FileForm {
        let by_address = ["motion-control", "lip-sync", "video-to-audio"];
        if by_address.iter().any(|part| model.split('/').any(|segment| segment == *part)) {
            FileForm::Url
        } else {
            FileForm::UrlOrData
        }
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        let path = path(&work.model).ok_or_else(|| Trouble::of(TroubleClass::Caller, "no_such_endpoint"))?;
        let mut input = work.input.clone();
        body::bare_files(&mut input)?;
        if is_older(&work.model) {
            body::older(&mut input, &work.model);
            name_job(&mut input, work, token);
        } else {
            body::newer(&mut input, &work.model);
            let mut options = Map::new();
            name_job(&mut options, work, token);
            input.insert("options".to_owned(), Value::Object(options));
        }
        Ok(Call::json(Method::Post, path, &input))
    }

    /// Enough for the newer dialect; the older one does not say which endpoint the answer came from.
    fn read_submit(&self, model: &str, reply: &Reply) -> Result<Word, Trouble> {
        let data = envelope(reply)?;
        // Spoken text is there at once.
        if let Some(Word::Finished { outputs, billed }) = ended(&data)
            && !outputs.is_empty()
        {
            return Ok(Word::Finished { outputs, billed });
        }
        let handle = handle_of(&data, model).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        match handle.facts.get(ENDPOINT) {
            Some(endpoint) => Call::get(format!("{endpoint}/{}", handle.id)),
            None => Call::get(format!("/tasks?task_ids={}", handle.id)),
        }
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let data = match envelope(reply) {
            Ok(data) => data,
            Err(trouble) if trouble::is_absent(&trouble) => return Ok(gone()),
            Err(trouble) => return Err(trouble),
        };
        // The newer dialect answers with a list, which is empty for a job that it does not have (any more).
        let data = match data {
            Value::Array(mut list) if !list.is_empty() => list.swap_remove(0),
            Value::Array(_) => return Ok(gone()),
            data => data,
        };
        if state(&data).is_none() {
            return Err(Trouble::unreadable(reply));
        }
        Ok(ended(&data).unwrap_or(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }))
    }

    fn lookup(&self, lost: &Lost) -> Option<Call> {
        let token = &lost.token.0;
        Some(Call::get(match path(lost.model) {
            Some(endpoint) if is_older(lost.model) => format!("{endpoint}/{token}"),
            _ => format!("/tasks?external_task_ids={token}"),
        }))
    }

    fn read_lookup(&self, lost: &Lost, reply: &Reply) -> Result<Sought, Trouble> {
        let data = match envelope(reply) {
            Ok(data) => data,
            Err(trouble) if trouble::is_absent(&trouble) => return Ok(Sought::Absent),
            Err(trouble) => return Err(trouble),
        };
        let found = match &data {
            Value::Array(list) if list.is_empty() => return Ok(Sought::Absent),
            Value::Array(list) => &list[0],
            data => data,
        };
        let handle = handle_of(found, lost.model).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Sought::Found(handle))
    }

    /// Jobs of the newer dialect; the older one has a list for each endpoint.
    fn listing(&self, since_unix_ms: i64, now_unix_ms: i64) -> Option<Call> {
        let body = json!({
            "start_time": since_unix_ms.to_string(),
            "end_time": now_unix_ms.to_string(),
            "limit": PAGE,
        });
        Some(Call::json(Method::Post, "/tasks", &body))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        let data = envelope(reply)?;
        let list = data["result"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
        let jobs = list.iter().filter_map(|job| {
            Some(Listed {
                handle: Handle { id: text(&job["id"])?, facts: BTreeMap::new() },
                token: text(&job["external_id"]).map(Token),
                created_unix_ms: whole(&job["create_time"]),
            })
        });
        let cursor = text(&data["next_cursor"]).filter(|_| !list.is_empty());
        let next = cursor
            .map(|cursor| Call::json(Method::Post, "/tasks", &json!({ "cursor": cursor, "limit": PAGE })));
        Ok(Listing { jobs: jobs.collect(), next })
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if provider_job.is_empty() || !provider_job.bytes().all(plain) {
            return Err("write the task id as Kling shows it: a long number");
        }
        let path =
            path(model).ok_or("the job's route names no endpoint of Kling any more; write the job off")?;
        Ok(handle(provider_job.to_owned(), model, path))
    }

    /// What the packs were used for on one past day.
    fn check(&self) -> Option<Call> {
        Some(Call::get("/account/costs?start_time=1760000000000&end_time=1760086400000"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        envelope(reply).map(|_| ())
    }

    fn accepts_callback(&self, callback: &Callback) -> bool {
        // Without a secret Kling does not sign, and the path is all there is.
        callback.secret.is_none_or(|secret| callback::is_genuine(callback, secret))
    }

    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        self.adopt(&job_id(&body)?, lost.model).ok()
    }
}

/// The path of an endpoint. Parts of it can come from parameters, so nothing but plain segments may pass.
fn path(model: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let segment = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
    (model.contains('/') && model.split('/').all(segment)).then(|| format!("/{model}"))
}

fn is_older(model: &str) -> bool {
    model.starts_with("v1/")
}

/// Where the job is called back, and the id by which it is found.
fn name_job(at: &mut Map<String, Value>, work: &Work, token: &Token) {
    at.insert("external_task_id".to_owned(), json!(token.0));
    if let Some(url) = &work.callback_url {
        at.insert("callback_url".to_owned(), json!(url));
    }
}

/// What an answer carries. `code` alone says whether it is a success, whatever the status.
fn envelope(reply: &Reply) -> Result<Value, Trouble> {
    let mut body = answer::json(reply).filter(Value::is_object);
    match body.as_mut().and_then(|body| body["code"].as_i64().map(|code| (code, body))) {
        Some((0, body)) if reply.is_success() => Ok(body["data"].take()),
        Some((code, body)) if code != 0 => Err(trouble::of_code(code, &body["message"], reply)),
        _ if reply.is_success() => Err(Trouble::unreadable(reply)),
        _ => Err(trouble::of_status(reply)),
    }
}

fn handle(id: String, model: &str, path: String) -> Handle {
    let facts = if is_older(model) { BTreeMap::from([(ENDPOINT.to_owned(), path)]) } else { BTreeMap::new() };
    Handle { id, facts }
}

/// The handle of a job in an answer of the dialect that its model speaks.
fn handle_of(data: &Value, model: &str) -> Option<Handle> {
    match text(&data["task_id"]) {
        Some(id) if is_older(model) => Some(handle(id, model, path(model)?)),
        Some(_) => None,
        None => Some(Handle { id: text(&data["id"])?, facts: BTreeMap::new() }),
    }
}

fn job_id(task: &Value) -> Option<String> {
    text(&task["task_id"]).or_else(|| text(&task["id"]))
}

fn state(task: &Value) -> Option<&str> {
    task["task_status"].as_str().or_else(|| task["status"].as_str())
}

/// How a job ended, if it has. A state that nobody knows is none.
fn ended(task: &Value) -> Option<Word> {
    match state(task)? {
        "succeed" | "succeeded" => Some(match outputs(task) {
            Some(outputs) => Word::Finished { outputs, billed: billed(&task["billing"]) },
            None => Word::Failed(Trouble::of(TroubleClass::Unknown, "no_output")),
        }),
        "failed" => {
            let words = task["task_status_msg"].as_str().or_else(|| task["message"].as_str());
            Some(Word::Failed(trouble::of_end(words.unwrap_or_default())))
        }
        _ => None,
    }
}

fn gone() -> Word {
    Word::Failed(Trouble::of(TroubleClass::Gone, "not_found"))
}

/// The files of a result; nothing if there is none.
fn outputs(task: &Value) -> Option<Vec<Output>> {
    let result = &task["task_result"];
    let items: Vec<&Value> = match task["outputs"].as_array() {
        Some(outputs) => outputs.iter().collect(),
        None => {
            let list = |name: &str| result[name].as_array().into_iter().flatten();
            // A sound for a clip comes with the clip that it was made for.
            let sounds: Vec<_> = list("audios").collect();
            if sounds.is_empty() {
                list("videos").chain(list("images")).chain(list("series_images")).collect()
            } else {
                sounds
            }
        }
    };
    let urls: Vec<_> = items.into_iter().filter_map(address).map(Output::Url).collect();
    (!urls.is_empty()).then_some(urls)
}

/// The address of one file. Sounds can have one for each format.
fn address(item: &Value) -> Option<String> {
    ["url", "mp3_url", "url_mp3", "wav_url", "url_wav"].iter().find_map(|name| text(&item[*name]))
}

/// What a job cost, where it was paid in US dollars; units of a pack have no fixed value.
fn billed(billing: &Value) -> Option<MicroUsd> {
    let rows = billing.as_array().filter(|rows| !rows.is_empty())?;
    rows.iter().try_fold(MicroUsd::ZERO, |sum, row| {
        let in_dollars = row["charge_type"] == "cash" && row["currency"] == "USD";
        sum.plus(MicroUsd::parse(in_dollars.then(|| row["amount"].as_str()).flatten()?).ok()?)
    })
}

/// A text that is not empty, or a number as text: ids are documented as texts and seen as numbers.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, as one or as text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests;
