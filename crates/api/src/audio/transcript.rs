//! `POST /v1/stt/transcribe`: what is said in a recording, once it is written down.

use std::sync::Arc;

use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use spool_domain::catalogue::{Kind as Param, Makes, Media, Model, Unknown, Words};
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::Job;
use spool_domain::order::{Caller, Order, Terms};
use spool_domain::reference::file_id;

use super::TRANSCRIPT;
use super::wait::{Admitted, results, stamped};
use crate::auth::Entry;
use crate::extras::dry_run;
use crate::files::receive::{next_field, next_piece, no_form};
use crate::routes::Answering;
use crate::{Api, answer, generations, hints, idempotency, tasks};

/// The largest recording, bytes.
const FILE_BYTES_MAX: u64 = 25_000_000;
/// A form's own lines and its other parts may take this many bytes.
const FORM_BYTES_MAX: u64 = 64 << 10;
/// The longest text of a part.
const TEXT_BYTES_MAX: usize = 4_096;

const PARTS: &str = "file (or file_id, or url), model_id and language";

/// Answers the call.
pub(super) fn create(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let admitted = Box::pin(admit(&api, &entry, request)).await?;
        let (job, replayed) = match admitted.ended(&api, &entry.caller).await? {
            Ok(ended) => ended,
            Err(response) => return Ok(response),
        };
        Ok(stamped(shown(&job), &job, replayed))
    })
}

/// A form as it was read.
#[derive(Default)]
struct Asked {
    model: Option<String>,
    language: Option<String>,
    /// A reference to the recording, and what of it the request is known again by.
    source: Option<(String, Value)>,
}

async fn admit(api: &Arc<Api>, entry: &Entry, request: Request) -> Result<Admitted, Fault> {
    let headers = request.headers().clone();
    let dry_run = dry_run(&headers)?;
    let Asked { model, language, source } = read(api, &entry.caller, request).await?;
    let required = |name: &str, what: &str| Fault::field(name, format!("{name} is required: {what}"));
    let model = model.ok_or_else(|| required("model_id", "a model that writes down what is said"))?;
    let (source, known) = source.ok_or_else(|| required("file", "the recording, or file_id or url"))?;
    let same = json!({ "model_id": model, "language": language, "source": known });
    let route = format!("POST {TRANSCRIPT}");
    let idempotency = idempotency::of(&headers, &entry.caller, &route, "", &same)?;
    let found = api.engine.model(&model).map_err(|fault| in_callers_words(fault, ""))?;
    let (input, recording) = input(&found, source, language)?;
    let words = Words::Names { unknown: Unknown::Refuse, numeric_strings: false };
    let providers = hints::of(api, entry.caller.mode, &found, &headers)?;
    let terms = Terms { providers, ..Terms::default() };
    let order = Order { model, input, words, count: None, label: generations::LABEL, idempotency, terms };
    let worded = |fault| in_callers_words(fault, &recording);
    if dry_run {
        let valid = api.engine.validate(&entry.caller, &order).await.map_err(worded)?;
        let priced = answer::json(StatusCode::OK, &generations::priced(&order, &valid));
        return Ok(Admitted::Answer(priced));
    }
    let ticket = api.engine.submit(&entry.caller, order).await.map_err(worded)?;
    Ok(Admitted::of(api, &ticket))
}

/// Reads the form; a recording in it is kept as a file of the account.
async fn read(api: &Api, caller: &Caller, mut request: Request) -> Result<Asked, Fault> {
    let _place = api.upload_place()?;
    let stated: Option<u64> = stated_bytes(request.headers());
    if stated.is_some_and(|bytes| bytes > FILE_BYTES_MAX + FORM_BYTES_MAX) {
        return Err(too_large());
    }
    // Each part is bounded below.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| no_form())?;
    let mut asked = Asked::default();
    while let Some(mut field) = next_field(&mut form).await? {
        let name = field.name().unwrap_or_default().to_owned();
        let twice =
            || Fault::field(&name, format!("{name} is given twice; the recording is given once, in one way"));
        if name == "file" {
            if asked.source.is_some() {
                return Err(twice());
            }
            let title = field.file_name().map(str::to_owned);
            let mut upload = api.engine.upload(caller, None).await?;
            let mut bytes = 0;
            while let Some(piece) = next_piece(&mut field).await? {
                bytes += piece.len() as u64;
                if bytes > FILE_BYTES_MAX {
                    return Err(too_large());
                }
                upload.add(&piece)?;
            }
            let file = upload.finish(title).await?;
            asked.source = Some((file_id(file.id), json!(file.sha256)));
            continue;
        }
        let slot = match name.as_str() {
            "model_id" => &mut asked.model,
            "language" => &mut asked.language,
            "file_id" | "url" => &mut None,
            _ => {
                let shown: String = name.chars().take(60).collect();
                let message = format!("`{shown}` is not known here; allowed are {PARTS}");
                return Err(Fault::field(shown, message));
            }
        };
        let mut text = Vec::new();
        while let Some(piece) = next_piece(&mut field).await? {
            text.extend_from_slice(&piece);
            if text.len() > TEXT_BYTES_MAX {
                return Err(Fault::field(&name, format!("{name} is longer than {TEXT_BYTES_MAX} bytes")));
            }
        }
        let text = String::from_utf8(text).ok().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Fault::field(&name, format!("{name} must be a text, not empty")))?;
        if matches!(name.as_str(), "file_id" | "url") {
            if asked.source.is_some() {
                return Err(twice());
            }
            asked.source = Some((text.clone(), Value::from(text)));
        } else if slot.replace(text).is_some() {
            return Err(Fault::field(&name, format!("{name} is given twice")));
        }
    }
    Ok(asked)
}

fn stated_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Fault {
    let message = format!("The recording is larger than {FILE_BYTES_MAX} bytes; cut or compress it.");
    Fault { param: Some("file".to_owned()), ..Fault::new(Kind::TooLarge, message) }
}

/// The model's own parameters, and the name of the one that takes the recording.
fn input(
    model: &Model,
    source: String,
    language: Option<String>,
) -> Result<(Map<String, Value>, String), Fault> {
    let sound = |kind: &Param| matches!(kind, Param::Media { of: Media::Audio, .. });
    let recording = model.params.iter().find(|(_, param)| sound(&param.kind));
    let Some((recording, _)) = recording.filter(|_| model.makes == Makes::Text) else {
        let message = format!(
            "{} does not write down what is said; GET /v1/models?category=speech-to-text lists those that do",
            model.id
        );
        return Err(Fault::field("model_id", message));
    };
    let mut input = Map::from_iter([(recording.clone(), Value::from(source))]);
    if let Some(language) = language {
        let known = |name: &&String| matches!(name.as_str(), "language" | "language_code");
        let name = model.params.keys().find(known).ok_or_else(|| {
            Fault::field("language", format!("{} takes no language: it finds out by itself", model.id))
        })?;
        input.insert(name.clone(), language.into());
    }
    Ok((input, recording.clone()))
}

/// A fault about a parameter of the model, in the words of this call.
fn in_callers_words(mut fault: Fault, recording: &str) -> Fault {
    let word = match fault.param.as_deref().map(|param| param.strip_prefix("input.").unwrap_or(param)) {
        Some("model") => "model_id",
        Some("language" | "language_code") => "language",
        Some(named) if named == recording => "file",
        _ => return fault,
    };
    fault.param = Some(word.to_owned());
    fault
}

/// The transcript of a job, or what came instead of it.
fn shown(job: &Job) -> Response {
    let stored = match results(job) {
        Ok(stored) => stored,
        Err(response) => return *response,
    };
    let Some(text) = stored.iter().find_map(|one| one.text.as_deref()) else {
        tracing::error!(job.id = %job.id, "job {} listened and left no text", job.id);
        return generations::refuse(&Kind::AssetLost.into());
    };
    let (text, mut beside) = tasks::transcript(text);
    let mut shown = json!({ "object": "transcription", "model": job.model_asked, "text": text });
    for (name, theirs) in [
        ("language", "language_code"),
        ("confidence", "language_probability"),
        ("duration", "file_duration_seconds"),
        ("words", "words"),
    ] {
        if let Some(value) = beside.remove(theirs) {
            shown[name] = value;
        }
    }
    answer::json(StatusCode::OK, &shown)
}
