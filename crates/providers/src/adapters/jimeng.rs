//! Jimeng: clips and pictures behind Volcengine's signed visual API.
//!
//! `Work::model` is the `req_key`, which names the model and the kind of job. It has to be told again with every look, so
//! handles carry it. There is one address for everything; the action stands in the query.

mod trouble;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply,
    Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::answer;
use super::form::bare;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jimeng;

static MANIFEST: Manifest = Manifest {
    provider: "jimeng",
    base_url: "https://visual.volcengineapi.com",
    auth: Auth::Volcengine { service: "cv", region: "cn-north-1" },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    submit_timeout_ms: 60_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 3_000,
    listing_lag_ms: 0,
    // Addresses of clips live for an hour.
    retention_ms: 3_600_000,
    // A task that is older than twelve hours is not found any more.
    duration_max_ms: 43_200_000,
    // What a trial account may have; paid ones have two or more.
    concurrency: 1,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "no longest run is documented; the twelve hours for which tasks are kept are taken",
        "whether pictures to follow may come in the body for models that make pictures; they come by address",
        "whether older models of pictures take the asynchronous calls",
        "what codes 50215 and 50400 stand for",
        "a look at a task that is not there is taken for a free check of the credential",
    ],
    verified_on: "2026-11-21",
};

const SUBMIT: &str = "/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31";
const LOOK: &str = "/?Action=CVSync2AsyncGetResult&Version=2022-08-31";

/// The pause between looks.
const LOOK_AFTER_MS: u64 = 3_000;

/// The fact of a handle that names the model.
const REQ_KEY: &str = "req_key";

/// What is asked of a look, a text that holds JSON: addresses rather than files, and no logo.
const AS_URLS: &str = r#"{"return_url":true,"logo_info":{"add_logo":false}}"#;

impl Adapter for Jimeng {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, model: &str) -> FileForm {
        if model.contains("t2i") || model.contains("i2i") { FileForm::Url } else { FileForm::UrlOrData }
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if !is_plain(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_model"));
        }
        let mut input = work.input.clone();
        pictures(&mut input)?;
        if let Some(Value::Object(size)) = input.get("size").cloned() {
            input.shift_remove("size");
            input.extend(size);
        }
        input.insert(REQ_KEY.to_owned(), json!(work.model));
        Ok(Call::json(Method::Post, SUBMIT, &input))
    }

    /// Not enough: the answer does not name the model, and no look can do without.
    fn read_submit(&self, model: &str, reply: &Reply) -> Result<Word, Trouble> {
        let data = trouble::read(reply)?;
        let id = data["task_id"].as_str().filter(|id| is_plain(id) && !model.is_empty());
        let id = id.ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle(id, model), LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        look(&handle.id, handle.facts.get(REQ_KEY).map_or("", String::as_str))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let data = match trouble::read(reply) {
            // There is no state for a job that failed: its code stands where that of the look stands.
            Err(trouble) if trouble::ends_job(&trouble, reply) => return Ok(Word::Failed(trouble)),
            read => read?,
        };
        match data["status"].as_str() {
            Some("done") => outputs(&data).ok_or_else(|| Trouble::unreadable(reply)),
            Some("not_found") => Ok(Word::Failed(Trouble::of(TroubleClass::Gone, "not_found"))),
            Some("expired") => Ok(Word::Failed(Trouble::of(TroubleClass::Timeout, "expired"))),
            // A state that nobody knows is no end.
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if !is_plain(provider_job) {
            return Err("write the task id as Jimeng shows it: a long number");
        }
        if !is_plain(model) {
            return Err("the job's route names no model of Jimeng any more; write the job off");
        }
        Ok(handle(provider_job, model))
    }

    /// A look at a task that is not there: a wrong credential is refused before anybody searches.
    fn check(&self) -> Option<Call> {
        Some(look("0", "jimeng_t2v_v30"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        match trouble::read(reply) {
            // Any code of the product itself means that the gateway let us in.
            Err(trouble) if trouble::is_products(reply) && trouble.class != TroubleClass::Unavailable => {
                Ok(())
            }
            read => read.map(|_| ()),
        }
    }
}

fn handle(id: &str, model: &str) -> Handle {
    Handle { id: id.to_owned(), facts: BTreeMap::from([(REQ_KEY.to_owned(), model.to_owned())]) }
}

fn look(id: &str, model: &str) -> Call {
    Call::json(Method::Post, LOOK, &json!({ "req_key": model, "task_id": id, "req_json": AS_URLS }))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The pictures as one list, by address or bare in base64. First comes the first frame.
fn pictures(input: &mut Map<String, Value>) -> Result<(), Trouble> {
    let list = match input.shift_remove("image_urls") {
        None => return Ok(()),
        Some(Value::Object(frames)) => {
            ["first", "last"].iter().filter_map(|name| frames.get(*name).cloned()).collect()
        }
        Some(Value::Array(list)) => list,
        Some(one) => vec![one],
    };
    let is_file = |item: &&Value| item.as_str().is_some_and(|text| text.starts_with("data:"));
    let files = list.iter().filter(is_file).count();
    if files == 0 {
        input.insert("image_urls".to_owned(), Value::Array(list));
        return Ok(());
    }
    if files < list.len() {
        let trouble = Trouble::of(TroubleClass::Caller, "mixed_files");
        return Err(trouble.saying("give all pictures as public URLs, or all of them as files"));
    }
    let list: Value = list.iter().map(|item| item.as_str().map(bare)).collect();
    input.insert("binary_data_base64".to_owned(), list);
    Ok(())
}

/// A result: one clip, or pictures by address or in base64. Nothing if a file cannot be decoded.
fn outputs(data: &Value) -> Option<Word> {
    let list = |name: &str| data[name].as_array().into_iter().flatten().filter_map(Value::as_str);
    let clip = data["video_url"].as_str().into_iter();
    let urls = clip.chain(list("image_urls")).filter(|url| !url.is_empty());
    let urls: Vec<_> = urls.map(|url| Output::Url(url.to_owned())).collect();
    let outputs = if urls.is_empty() {
        list("binary_data_base64").map(answer::bytes).collect::<Option<Vec<_>>>()?
    } else {
        urls
    };
    Some(if outputs.is_empty() {
        Word::Failed(Trouble::of(TroubleClass::Unknown, "no_output"))
    } else {
        Word::Finished { outputs, billed: None }
    })
}

#[cfg(test)]
mod tests;
