//! Vidu: clips and pictures of Shengshu's platform API.
//!
//! `Work::model` is the path below the host; the model itself stands in the body. Every job carries our token as its
//! `payload`, which polls, lists and callbacks give back.

mod callback;
mod trouble;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, FileForm, Handle, Listed, Listing, Lost, Manifest,
    Method, NO_JOB_STATUSES, Output, Reply, Safety, Sought, Token, Trouble, TroubleClass, Word, Work,
};
use spool_domain::money::MicroUsd;

use super::answer;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vidu;

static MANIFEST: Manifest = Manifest {
    provider: "vidu",
    base_url: "https://api.vidu.com",
    auth: Auth::Header { name: "authorization", prefix: "Token " },
    // The list of jobs gives our token back.
    safety: Safety::Lookup,
    no_job_statuses: NO_JOB_STATUSES,
    // Credits are said to come back, but when exactly is not documented.
    billed_on_failure: true,
    // Pictures may stand in the body, up to 20 MB in all.
    submit_timeout_ms: 60_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 5_000,
    listing_lag_ms: 60_000,
    // A day by the present documentation, an hour by older copies.
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    // What is too much waits in Vidu's own queue.
    concurrency: 0,
    callbacks: Callbacks::Credential,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "no longest run is documented; a day is taken",
        "when exactly failed jobs give their credits back",
        "whether addresses of results live a day or an hour",
        "the form of the list and how its next page is asked for",
        "the body of a cancel, and whether it stops a running job",
        "whether every path takes payload and callback_url",
    ],
    verified_on: "2026-11-21",
};

/// The pause between looks.
const LOOK_AFTER_MS: u64 = 5_000;

/// Jobs on a page of the list; the most that is allowed.
const PAGE: u32 = 100;

/// How far the clocks may differ, and how long after its intent a submit may reach Vidu, milliseconds.
const AROUND_MS: i64 = 3_600_000;

/// What a credit costs, outside China.
const CREDIT: MicroUsd = MicroUsd(5_000);

impl Adapter for Vidu {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// Pictures may come in the body, clips by address only.
    fn file_form(&self, model: &str) -> FileForm {
        match model.rsplit('/').next() {
            Some("extend" | "upscale-new" | "lip-sync") => FileForm::Url,
            _ => FileForm::UrlOrData,
        }
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        let mut input = work.input.clone();
        frames_as_list(&mut input);
        input.insert("payload".to_owned(), json!(token.0));
        if let Some(url) = &work.callback_url {
            input.insert("callback_url".to_owned(), json!(url));
        }
        Ok(Call::json(Method::Post, path(&work.model)?, &input))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        let body = read(reply)?;
        let id = text(&body["task_id"]).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle(id), LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/ent/v2/tasks/{}/creations", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let body = match read(reply) {
            Err(trouble) if trouble.class == TroubleClass::Gone => return Ok(Word::Failed(trouble)),
            read => read?,
        };
        match body["state"].as_str() {
            Some("success") => Ok(finished(&body)),
            Some("failed") => Ok(match body["err_code"].as_str() {
                Some("UserCancelled") => Word::Canceled,
                code => Word::Failed(trouble::of_code(code, None)),
            }),
            // A state that nobody knows is no end.
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        let target = format!("/ent/v2/tasks/{}/cancel", handle.id);
        Some(Call::json(Method::Post, target, &json!({ "id": handle.id })))
    }

    /// A success does not promise that the job stops.
    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        match read(reply) {
            Ok(_) => Ok(CancelWord::Noted),
            // Not there (any more): the job's own state tells what that means.
            Err(trouble) if trouble.class == TroubleClass::Gone => Ok(CancelWord::Noted),
            Err(trouble) => Err(trouble),
        }
    }

    fn lookup(&self, lost: &Lost) -> Option<Call> {
        let since = lost.since_unix_ms;
        Some(Call::get(list(since - AROUND_MS, since + AROUND_MS)))
    }

    fn read_lookup(&self, lost: &Lost, reply: &Reply) -> Result<Sought, Trouble> {
        let body = read(reply)?;
        let tasks = body["tasks"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
        // A list that does not give our token back proves nothing.
        if tasks.iter().any(|task| !task["payload"].is_string()) {
            return Err(Trouble::unreadable(reply));
        }
        let found = tasks.iter().find(|task| task["payload"] == lost.token.0.as_str());
        match found {
            Some(task) => {
                let id = job_id(task).ok_or_else(|| Trouble::unreadable(reply))?;
                Ok(Sought::Found(handle(id)))
            }
            None => Ok(match next_page(&body) {
                Some(page) => {
                    let since = lost.since_unix_ms;
                    let list = list(since - AROUND_MS, since + AROUND_MS);
                    Sought::Then(Call::get(format!("{list}&pager.page_token={page}")))
                }
                // A full page that names no next one may be cut off.
                None if tasks.len() >= PAGE as usize => return Err(Trouble::unreadable(reply)),
                None => Sought::Absent,
            }),
        }
    }

    fn listing(&self, since_unix_ms: i64, now_unix_ms: i64) -> Option<Call> {
        Some(Call::get(list(since_unix_ms, now_unix_ms)))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        let body = read(reply)?;
        let tasks = body["tasks"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
        let jobs = tasks.iter().filter_map(|task| {
            let created = task["created_at"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
            Some(Listed {
                handle: handle(job_id(task)?),
                token: text(&task["payload"]).map(Token),
                created_unix_ms: created.map(Timestamp::as_millisecond),
            })
        });
        let next = next_page(&body)
            .map(|page| Call::get(format!("/ent/v2/tasks?pager.pagesz={PAGE}&pager.page_token={page}")));
        Ok(Listing { jobs: jobs.collect(), next })
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        if is_plain(provider_job) {
            Ok(handle(provider_job.to_owned()))
        } else {
            Err("write the task id as Vidu shows it: letters and digits")
        }
    }

    /// The balance.
    fn check(&self) -> Option<Call> {
        Some(Call::get("/ent/v2/credits"))
    }

    fn accepts_callback(&self, callback: &Callback) -> bool {
        callback.secret.is_some_and(|key| callback::is_genuine(callback, key))
    }

    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        // The signature does not cover the body, but the body names its order.
        let other = body["payload"].as_str().is_some_and(|payload| payload != lost.token.0);
        self.adopt(&job_id(&body)?, lost.model).ok().filter(|_| !other)
    }
}

fn handle(id: String) -> Handle {
    Handle { id, facts: BTreeMap::new() }
}

/// The path of an endpoint. Parts of it can come from parameters, so nothing but plain segments may pass.
fn path(model: &str) -> Result<String, Trouble> {
    if model.starts_with("ent/v2/") && model.split('/').all(is_plain) {
        Ok(format!("/{model}"))
    } else {
        Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"))
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// First and last frame, which a route's map tells apart by name, as the one list that they are.
fn frames_as_list(input: &mut Map<String, Value>) {
    if let Some(images @ Value::Object(_)) = input.get_mut("images") {
        let frames = ["first", "last"].iter().filter_map(|name| images.get(*name).cloned());
        *images = frames.collect();
    }
}

/// The body of a success.
fn read(reply: &Reply) -> Result<Value, Trouble> {
    let body = answer::json(reply).filter(Value::is_object);
    match body {
        Some(body) if reply.is_success() => Ok(body),
        None if reply.is_success() => Err(Trouble::unreadable(reply)),
        body => Err(trouble::of_reply(&body.unwrap_or_default(), reply)),
    }
}

fn finished(body: &Value) -> Word {
    let creations = body["creations"].as_array().into_iter().flatten();
    let outputs: Vec<_> = creations.filter_map(|made| text(&made["url"])).map(Output::Url).collect();
    if outputs.is_empty() {
        return Word::Failed(Trouble::of(TroubleClass::Unknown, "no_output"));
    }
    let credits = body["credits"].as_u64().and_then(|credits| u32::try_from(credits).ok());
    Word::Finished { outputs, billed: credits.and_then(|credits| CREDIT.times(credits)) }
}

/// The list of the jobs that were made between these, Unix milliseconds.
fn list(from: i64, to: i64) -> String {
    let time = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
    format!(
        "/ent/v2/tasks?created_at.from={}&created_at.to={}&pager.page=0&pager.pagesz={PAGE}",
        time(from),
        time(to)
    )
}

fn next_page(body: &Value) -> Option<String> {
    let token = text(&body["next_page_token"])?;
    // It stands in a query as it is, so it must need no escapes.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    token.bytes().all(plain).then_some(token)
}

fn job_id(task: &Value) -> Option<String> {
    text(&task["id"]).or_else(|| text(&task["task_id"]))
}

/// A text that is not empty, or a number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
